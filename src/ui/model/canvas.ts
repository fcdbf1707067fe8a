import { width } from '../../util/width.ts'
import type { Line, Span, Tone } from './span.ts'

/** A drawing by columns and rows; what is written later covers what was there. It grows as it is written on. */
export type Canvas = {
  /** Text that was sanitised before; a wide character takes two columns. */
  readonly write: (x: number, y: number, text: string, tone: Tone) => void
  /** Without spaces at the ends of the lines. */
  readonly lines: () => Line[]
}

type Cell = { readonly text: string; readonly tone: Tone }

const blank: Cell = { text: ' ', tone: 'plain' }
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

export function createCanvas(): Canvas {
  const rows: (Cell | undefined)[][] = []
  return {
    write(x, y, text, tone) {
      while (rows.length <= y) rows.push([])
      const row = rows[y] as (Cell | undefined)[]
      let column = x
      for (const { segment } of graphemes.segment(text)) {
        const columns = width(segment)
        if (columns === 0) continue
        row[column] = { text: segment, tone }
        // The second half of a wide character is written with the first.
        if (columns === 2) row[column + 1] = { text: '', tone }
        column += columns
      }
    },
    lines: () => rows.map(row => ({ spans: spansOf(row) })),
  }
}

/** Cells of one tone beside each other are one span. */
function spansOf(row: readonly (Cell | undefined)[]): Span[] {
  const spans: { text: string; tone: Tone }[] = []
  for (const cell of Array.from(row, entry => entry ?? blank)) {
    const last = spans.at(-1)
    if (last?.tone === cell.tone) last.text += cell.text
    else spans.push({ ...cell })
  }
  return spans
}

/** A part of a drawing that a screen shows; half of a wide character is a space. */
export function viewport(
  lines: readonly Line[],
  view: { readonly top: number; readonly left: number; readonly columns: number; readonly rows: number },
): Line[] {
  return lines.slice(view.top, view.top + view.rows).map(({ spans }) => {
    const canvas = createCanvas()
    let x = -view.left
    for (const { text, tone = 'plain' } of spans) {
      for (const { segment } of graphemes.segment(text)) {
        const columns = width(segment)
        const isInside = x >= 0 && x + columns <= view.columns
        if (isInside) canvas.write(x, 0, segment, tone)
        x += columns
      }
    }
    return canvas.lines()[0] ?? { spans: [] }
  })
}
