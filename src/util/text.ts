import { width } from './width.ts'

/** Stands for what was cut off; one column wide. */
export const ELLIPSIS = '…'

const printableAscii = /^[ -~]*$/
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** More code units than that many columns take: a character, its marks, and each of them in two units. */
const UNITS_PER_COLUMN = 8

/** A text of ten thousand characters is not measured to know that it does not fit. */
function isWider(text: string, columns: number): boolean {
  return text.length > Math.max(1, columns) * UNITS_PER_COLUMN || width(text) > columns
}

/** The part of a text, sanitised or not, that can be seen in so many columns. */
export function clip(text: string, columns: number): string {
  const units = (Math.max(0, columns) + 1) * UNITS_PER_COLUMN
  return text.length > units ? text.slice(0, units) : text
}

/** The longest beginning of `text` that fits into `columns`; a wide character is never cut in half. */
function head(text: string, columns: number): string {
  if (printableAscii.test(text)) return text.slice(0, Math.max(0, columns))
  let used = 0
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    used += width(segment)
    if (used > columns) break
    kept += segment
  }
  return kept
}

/** The longest end of `text` that fits into `columns`. */
function tail(text: string, columns: number): string {
  if (printableAscii.test(text)) return columns <= 0 ? '' : text.slice(-columns)
  let used = 0
  let kept = ''
  // What is cut in its middle has lost its first part.
  const end = text.slice(-Math.max(1, columns) * UNITS_PER_COLUMN)
  const segments = [...graphemes.segment(end)].slice(end === text ? 0 : 1)
  for (const { segment } of segments.toReversed()) {
    used += width(segment)
    if (used > columns) break
    kept = segment + kept
  }
  return kept
}

/** Cuts the end: `abcdef` in four columns is `abc…`. */
export function truncate(text: string, columns: number): string {
  if (!isWider(text, columns)) return text
  return columns <= 0 ? '' : head(text, columns - 1) + ELLIPSIS
}

/** Cuts the beginning: `abcdef` in four columns is `…def`. */
export function truncateStart(text: string, columns: number): string {
  if (!isWider(text, columns)) return text
  return columns <= 0 ? '' : ELLIPSIS + tail(text, columns - 1)
}

/** Cuts the middle, for names whose ends tell them apart: `18531514ffd0` in ten columns is `18531…ffd0`. */
export function truncateMiddle(text: string, columns: number): string {
  if (!isWider(text, columns)) return text
  if (columns <= 2) return truncate(text, columns)
  const right = Math.floor((columns - 1) / 2)
  return head(text, columns - 1 - right) + ELLIPSIS + tail(text, right)
}

/** Exactly `columns` wide: cut at the end, filled with spaces on the right. */
export function padEnd(text: string, columns: number): string {
  const cut = truncate(text, columns)
  return cut + ' '.repeat(Math.max(0, columns - width(cut)))
}

/** Exactly `columns` wide: cut at the end, filled with spaces on the left. */
export function padStart(text: string, columns: number): string {
  const cut = truncate(text, columns)
  return ' '.repeat(Math.max(0, columns - width(cut))) + cut
}

/** Breaks a text into lines of at most `columns`, at spaces where there are any. */
export function wrap(text: string, columns: number): string[] {
  if (columns <= 0) return []
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (width(joined) <= columns) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (width(line) > columns) {
      const part = head(line, columns)
      // A character wider than the column itself: keep it whole, or this would never end.
      const taken = part === '' ? ([...line][0] ?? '') : part
      lines.push(taken)
      line = line.slice(taken.length)
    }
  }
  lines.push(line)
  return lines
}
