import {
  type OptionReader,
  type OptionTable,
  parseNumber,
  parseOptions,
  hexNumber,
} from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { type MarkAndMask, parseMarkAndMask } from '../marks.ts'
import { sizes } from '../size.ts'

/** `-j MARK`: the bits of `mask` are cleared, then `mark` is xored in. */
export type MarkTarget = MarkAndMask & { readonly name: 'MARK' }

const ALL = 0xffff_ffff

const ofNumber = (make: (number: number) => MarkAndMask): OptionReader<MarkTarget> => ({
  values: 1,
  read([text]) {
    const number = parseNumber(text)
    return number === undefined ? undefined : make(number)
  },
})

/** The words that say the same in other ways; MARK and CONNMARK take them alike. */
const options: OptionTable<MarkTarget> = {
  '--set-xmark': { values: 1, read: ([text = '']) => parseMarkAndMask(text) },
  '--set-mark': { values: 1, read: ([text = '']) => parseSetMark(text) },
  '--and-mark': ofNumber(number => ({ mark: 0, mask: ~number >>> 0 })),
  '--or-mark': ofNumber(number => ({ mark: number, mask: number })),
  '--xor-mark': ofNumber(number => ({ mark: number, mask: 0 })),
}

/** `--set-mark VALUE/MASK` sets bits outside of the mask too. */
export function parseSetMark(text: string): MarkAndMask | undefined {
  const test = parseMarkAndMask(text)
  return test && { mark: test.mark, mask: (test.mark | test.mask) >>> 0 }
}

/** `--set-xmark` of what revision 1 did: 0 set, 1 and, 2 or. */
const revision1: readonly ((value: number) => MarkAndMask)[] = [
  value => ({ mark: value, mask: ALL }),
  value => ({ mark: 0, mask: ~value >>> 0 }),
  value => ({ mark: value, mask: value }),
]

/**
 * struct xt_mark_tginfo2 of xt_mark.h. Revisions 0 (`unsigned long mark`) and 1 (`unsigned long mark; u8 mode`) are of
 * kernels before 2.6.37; they come as what they mean.
 */
export const markTarget: Extension<MarkTarget> = {
  name: 'MARK',
  revision: 2,
  size: sizes({ 0: 8, 1: 16, 2: 8 }),
  decode({ reader, at, revision }) {
    const mark = reader.u32(at)
    if (revision === 2) return { name: 'MARK', mark, mask: reader.u32(at + 4) }
    const meaning = revision1[revision === 1 ? reader.u8(at + 8) : 0]
    return meaning && { name: 'MARK', ...meaning(mark) }
  },
  encode({ mark, mask }, writer) {
    writer.u32(mark).u32(mask)
  },
  print: ({ mark, mask }) => ['--set-xmark', `${hexNumber(mark)}/${hexNumber(mask)}`],
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'MARK', mark: 0, mask: 0 }, words, options),
}
