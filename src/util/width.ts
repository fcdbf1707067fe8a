import stringWidth from 'string-width'
import { narrowText } from './narrow.ts'

/** How many texts are remembered; a screen shows a few hundred, a long list scrolls through thousands. */
const REMEMBERED = 8192

/** Code units that are measured of a text: they take more columns than any screen has. */
const MOST_UNITS = 4096

const widths = new Map<string, number>()

/** Columns that a terminal gives to a text: two for wide characters, none for combining marks. Of a long one at least some 500. */
export function width(text: string): number {
  if (narrowText.test(text)) return text.length
  const known = widths.get(text)
  if (known !== undefined) return known
  if (widths.size >= REMEMBERED) widths.clear()
  const measured = stringWidth(text.length > MOST_UNITS ? text.slice(0, MOST_UNITS) : text)
  widths.set(text, measured)
  return measured
}
