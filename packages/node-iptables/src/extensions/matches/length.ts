import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseRangeTest, printRange, type RangeTest } from '../range.ts'
import { sizes } from '../size.ts'

/** `-m length`: bytes of the packet with its IP header. */
export type Length = { readonly name: 'length'; readonly length: RangeTest }

const options: OptionTable<Length> = { '--length': field('length', parseRangeTest) }
const any: RangeTest = { first: 0, last: 0xffff, invert: false }

/** struct xt_length_info of xt_length.h. */
export const length: Extension<Length> = {
  name: 'length',
  revision: 0,
  size: sizes({ 0: 6 }),
  decode: ({ reader, at }) => ({
    name: 'length',
    length: { first: reader.u16(at), last: reader.u16(at + 2), invert: reader.u8(at + 4) !== 0 },
  }),
  encode({ length: test }, writer) {
    writer
      .u16(test.first)
      .u16(test.last)
      .u8(test.invert ? 1 : 0)
      .zeros(1)
  },
  print: ({ length: test }) => option('--length', test.invert, printRange(test)),
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'length', length: any }, words, options),
}
