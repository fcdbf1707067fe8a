import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j CHECKSUM --checksum-fill`: computes the checksum that an offloading sender left open. */
export type Checksum = { readonly name: 'CHECKSUM' }

/** XT_CHECKSUM_OP_FILL, the only operation there is. */
const FILL = 1

/** struct xt_CHECKSUM_info of xt_CHECKSUM.h. */
export const checksum: Extension<Checksum> = {
  name: 'CHECKSUM',
  revision: 0,
  size: sizes({ 0: 1 }),
  decode: ({ reader, at }) => (reader.u8(at) === FILL ? { name: 'CHECKSUM' } : undefined),
  encode(_, writer) {
    writer.u8(FILL)
  },
  print: () => ['--checksum-fill'],
  parse: words => (words.length === 1 && words[0] === '--checksum-fill' ? { name: 'CHECKSUM' } : undefined),
}
