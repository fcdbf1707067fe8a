import { narrowText } from '../../util/narrow.ts'
import { width } from '../../util/width.ts'
import type { Line, Span, Tone } from './span.ts'

/** A drawing by columns and rows; what is written later covers what was there. It grows as it is written on. */
export type Canvas = {
  /** Text that was sanitised before; a wide character takes two columns. */
  readonly write: (x: number, y: number, text: string, tone: Tone) => void
  /** Without spaces at the ends of the lines. */
  readonly lines: () => Line[]
}

/** A row by columns. The second half of a wide character is written with the first: it is an empty text. */
type CanvasRow = { readonly texts: string[]; readonly tones: Tone[] }

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

export function createCanvas(): Canvas {
  const rows: CanvasRow[] = []
  return {
    write(x, y, text, tone) {
      while (rows.length <= y) rows.push({ texts: [], tones: [] })
      const { texts, tones } = rows[y] as CanvasRow
      while (texts.length < x) {
        texts.push(' ')
        tones.push('plain')
      }
      let column = x
      for (const piece of piecesOf(text)) {
        const columns = narrowText.test(piece) ? 1 : width(piece)
        if (columns === 0) continue
        texts[column] = piece
        tones[column] = tone
        if (columns === 2) {
          texts[column + 1] = ''
          tones[column + 1] = tone
        }
        column += columns
      }
    },
    lines: () => rows.map(row => ({ spans: spansOf(row) })),
  }
}

/** The characters of a text as a terminal joins them. To look for the joints of what has none takes most of the time. */
function piecesOf(text: string): Iterable<string> {
  return narrowText.test(text) ? text : Array.from(graphemes.segment(text), ({ segment }) => segment)
}

/** Cells of one tone beside each other are one span. */
function spansOf({ texts, tones }: CanvasRow): Span[] {
  const spans: Span[] = []
  let from = 0
  for (let column = 1; column <= texts.length; column++) {
    if (column < texts.length && tones[column] === tones[from]) continue
    spans.push({ text: texts.slice(from, column).join(''), tone: tones[from] })
    from = column
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
      for (const piece of piecesOf(text)) {
        const columns = width(piece)
        const isInside = x >= 0 && x + columns <= view.columns
        if (isInside) canvas.write(x, 0, piece, tone)
        x += columns
      }
    }
    return canvas.lines()[0] ?? { spans: [] }
  })
}
