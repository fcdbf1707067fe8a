import type { ByteReader } from 'netlink-codec'
import { parseNumber } from '../text/words.ts'

/** Ports, or other numbers, from `first` to `last`; both are in. */
export type Range = { readonly first: number; readonly last: number }

/** A range that the packet's value must lie in, or must not. */
export type RangeTest = Range & { readonly invert: boolean }

/** Two u16 in host order, which is how xt_tcp and its like hold ports. */
export function readRange16(reader: ByteReader, at: number): Range {
  return { first: reader.u16(at), last: reader.u16(at + 2) }
}

/** `80`, or `80:90`. */
export function printRange({ first, last }: Range, separator = ':'): string {
  return first === last ? String(first) : `${first}${separator}${last}`
}

/** `80`, `80:90`, `80:` and `:90`. */
export function parseRange(text: string | undefined, most = 0xffff, separator = ':'): Range | undefined {
  if (text === undefined) return undefined
  const split = text.indexOf(separator)
  const first = parseNumber(split < 0 ? text : text.slice(0, split) || '0', most)
  const last = split < 0 ? first : parseNumber(text.slice(split + 1) || String(most), most)
  return first === undefined || last === undefined ? undefined : { first, last }
}

/** A range of 16-bit numbers with its `!`, for `field`. */
export const parseRangeTest = rangeTest()

/** Reader of a range of numbers up to `most` with its `!`, for `field`. */
export function rangeTest(most = 0xffff, separator = ':') {
  return (text: string, invert: boolean): RangeTest | undefined => {
    const range = parseRange(text, most, separator)
    return range && { ...range, invert }
  }
}
