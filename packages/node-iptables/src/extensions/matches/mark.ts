import { type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseMarkAndMask, printMarkAndMask } from '../marks.ts'
import { sizes } from '../size.ts'

type MarkTest<N extends string> = {
  readonly name: N
  /** What the mark must be under `mask`. */
  readonly mark: number
  readonly mask: number
  readonly invert: boolean
}

/** `-m mark`: the packet's mark. */
export type Mark = MarkTest<'mark'>
/** `-m connmark`: the connection's mark. */
export type Connmark = MarkTest<'connmark'>

/** struct xt_mark_mtinfo1 of xt_mark.h and xt_connmark_mtinfo1 of xt_connmark.h, which are the same. */
function markTest<N extends string>(name: N): Extension<MarkTest<N>> {
  const options: OptionTable<MarkTest<N>> = {
    '--mark': {
      values: 1,
      read([text = ''], invert) {
        const test = parseMarkAndMask(text)
        return test && { ...test, invert }
      },
    },
  }
  return {
    name,
    revision: 1,
    size: sizes({ 1: 12 }),
    decode: ({ reader, at }) => ({
      name,
      mark: reader.u32(at),
      mask: reader.u32(at + 4),
      invert: reader.u8(at + 8) !== 0,
    }),
    encode({ mark, mask, invert }, writer) {
      writer
        .u32(mark)
        .u32(mask)
        .u8(invert ? 1 : 0)
        .zeros(3)
    },
    print: test => option('--mark', test.invert, printMarkAndMask(test)),
    parse: words =>
      words.length === 0
        ? undefined
        : parseOptions({ name, mark: 0, mask: 0, invert: false }, words, options),
  }
}

export const mark: Extension<Mark> = markTest('mark')
export const connmark: Extension<Connmark> = markTest('connmark')
