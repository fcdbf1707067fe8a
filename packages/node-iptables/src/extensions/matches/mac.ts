import { type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-m mac`: the source address of the Ethernet frame, as `02:42:ac:11:00:02`. */
export type Mac = { readonly name: 'mac'; readonly source: string; readonly invert: boolean }

const options: OptionTable<Mac> = {
  '--mac-source': {
    values: 1,
    read([text = ''], invert) {
      return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? { source: text.toLowerCase(), invert } : undefined
    },
  },
}

/** struct xt_mac_info of xt_mac.h. */
export const mac: Extension<Mac> = {
  name: 'mac',
  revision: 0,
  size: sizes({ 0: 12 }),
  decode: ({ reader, at }) => ({
    name: 'mac',
    source: [0, 1, 2, 3, 4, 5].map(i => reader.hex(at + i, 1)).join(':'),
    invert: reader.u32(at + 8) !== 0,
  }),
  encode({ source, invert }, writer) {
    writer.raw(Uint8Array.from(source.split(':'), pair => Number.parseInt(pair, 16)))
    writer.zeros(2).u32(invert ? 1 : 0)
  },
  print: ({ source, invert }) => option('--mac-source', invert, source),
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'mac', source: '', invert: false }, words, options),
}
