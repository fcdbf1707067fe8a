import type { IBufferCell, Terminal } from '@xterm/headless'

/** The 16 named colours: bright enough on the dark background, and told apart by people who see red and green alike. */
const named = (
  '#1c2128 #f47067 #57ab5a #c69026 #539bf5 #b083f0 #39c5cf #adbac7 ' +
  '#636e7b #ff938a #6bc46d #daaa3f #6cb6ff #dcbdfb #56d4dd #cdd9e5'
).split(' ')
const foreground = '#adbac7'
const background = '#1c2128'

const cellWidth = 8
const cellHeight = 16
const baseline = 12
const padding = 12

type Style = {
  readonly color: string
  readonly fill: string | undefined
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
}
type Word = { readonly column: number; text: string; width: number }
type Run = { readonly column: number; width: number; readonly style: Style; readonly words: Word[] }

/**
 * Draws what a terminal shows as an SVG picture. The same screen gives the same bytes. Every run of cells is set to its
 * exact width, so columns stay columns in any font.
 */
export function screenToSvg(screen: Terminal, title: string): string {
  const width = screen.cols * cellWidth + 2 * padding
  const height = screen.rows * cellHeight + 2 * padding
  const lines = Array.from({ length: screen.rows }, (_, row) => drawRow(runsOf(screen, row), row))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    '<style>text{font:13.3px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}',
    '.b{font-weight:700}.d{opacity:.6}.i{font-style:italic}.u{text-decoration:underline}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g transform="translate(${padding} ${padding})">`,
    ...lines.filter(line => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/**
 * Neighbouring cells of one style, with the words in them. Two blanks end a word: viewers fold blanks, so what stands
 * behind a gap gets a place of its own.
 */
function runsOf(screen: Terminal, row: number): Run[] {
  const { active } = screen.buffer
  const line = active.getLine(active.baseY + row)
  const runs: Run[] = []
  let blanks = 0
  for (let column = 0; column < screen.cols; column++) {
    const cell = line?.getCell(column)
    const width = cell?.getWidth() ?? 0
    // A cell of width 0 is the second half of a wide character.
    if (!cell || width === 0) continue
    const style = styleOf(cell)
    let run = runs.at(-1)
    if (!run || !sameStyle(run.style, style)) {
      run = { column, width: 0, style, words: [] }
      runs.push(run)
    }
    run.width += width
    const text = cell.getChars()
    if (text.trim() === '') {
      blanks++
      continue
    }
    addToWords(run.words, { column, text, width }, blanks)
    blanks = 0
  }
  return runs
}

function addToWords(words: Word[], cell: Word, blanks: number): void {
  const word = words.at(-1)
  if (!word || blanks > 1) {
    words.push({ ...cell })
    return
  }
  word.text += ' '.repeat(blanks) + cell.text
  word.width += blanks + cell.width
}

function drawRow(runs: readonly Run[], row: number): string {
  const y = row * cellHeight
  const rectangles = runs
    .filter(({ style }) => style.fill !== undefined)
    .map(
      ({ column, width, style }) =>
        `<rect x="${column * cellWidth}" y="${y}" width="${width * cellWidth}" height="${cellHeight}" fill="${style.fill}"/>`,
    )
  const texts = runs.flatMap(({ words, style }) => words.map(word => drawWord(word, style, y + baseline)))
  return [...rectangles, ...texts].join('')
}

function drawWord({ column, text, width }: Word, style: Style, y: number): string {
  const classes = [style.bold && 'b', style.dim && 'd', style.italic && 'i', style.underline && 'u'].filter(
    Boolean,
  )
  const attributes = [
    `x="${column * cellWidth}" y="${y}" fill="${style.color}"`,
    ...(classes.length > 0 ? [`class="${classes.join(' ')}"`] : []),
    ...(width > 1 ? [`textLength="${width * cellWidth}"`] : []),
  ]
  return `<text ${attributes.join(' ')}>${escape(text)}</text>`
}

function styleOf(cell: IBufferCell): Style {
  const front = cell.isFgDefault() ? foreground : colorOf(cell.getFgColor(), cell.isFgRGB())
  const back = cell.isBgDefault() ? undefined : colorOf(cell.getBgColor(), cell.isBgRGB())
  const inverse = cell.isInverse() !== 0
  return {
    color: inverse ? (back ?? background) : front,
    fill: inverse ? front : back,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
  }
}

function sameStyle(a: Style, b: Style): boolean {
  return (
    a.color === b.color &&
    a.fill === b.fill &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.italic === b.italic &&
    a.underline === b.underline
  )
}

/** A colour of xterm's 256, or a direct one, as CSS. */
function colorOf(value: number, direct: boolean): string {
  if (direct) return hex(value)
  if (value < 16) return named[value] ?? foreground
  if (value >= 232) return hex((8 + (value - 232) * 10) * 0x010101)
  const cube = value - 16
  return hex((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6))
}

/** Strength of one part of the colour cube, 0 to 5. */
function level(part: number): number {
  return part === 0 ? 0 : 55 + part * 40
}

function hex(value: number): string {
  return `#${value.toString(16).padStart(6, '0')}`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
