import { field, type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j TCPMSS`: lowers the maximum segment size of a SYN, to a number or to what the path carries. */
export type Tcpmss = { readonly name: 'TCPMSS'; readonly mss: number | 'clamp-to-pmtu' }

/** XT_TCPMSS_CLAMP_PMTU. */
const CLAMP = 0xffff

const options: OptionTable<Tcpmss> = {
  '--set-mss': field('mss', text => parseNumber(text, CLAMP - 1)),
  '--clamp-mss-to-pmtu': { values: 0, read: () => ({ mss: 'clamp-to-pmtu' }) },
}

/** struct xt_tcpmss_info of xt_TCPMSS.h. */
export const tcpmss: Extension<Tcpmss> = {
  name: 'TCPMSS',
  revision: 0,
  size: sizes({ 0: 2 }),
  decode({ reader, at }) {
    const mss = reader.u16(at)
    return { name: 'TCPMSS', mss: mss === CLAMP ? 'clamp-to-pmtu' : mss }
  },
  encode({ mss }, writer) {
    writer.u16(mss === 'clamp-to-pmtu' ? CLAMP : mss)
  },
  print: ({ mss }) => (mss === 'clamp-to-pmtu' ? ['--clamp-mss-to-pmtu'] : ['--set-mss', String(mss)]),
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'TCPMSS', mss: 'clamp-to-pmtu' }, words, options),
}
