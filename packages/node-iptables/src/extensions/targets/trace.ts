import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j TRACE`: the kernel tells every rule that the packet meets. */
export type Trace = { readonly name: 'TRACE' }

/** xt_TRACE.c: no struct. */
export const trace: Extension<Trace> = {
  name: 'TRACE',
  revision: 0,
  size: sizes({ 0: 0 }),
  decode: () => ({ name: 'TRACE' }),
  encode() {},
  print: () => [],
  parse: words => (words.length === 0 ? { name: 'TRACE' } : undefined),
}
