import type { RowRef } from '../../graph/model.ts'
import { sanitise } from '../../util/sanitise.ts'
import { padEnd, padStart, truncateMiddle } from '../../util/text.ts'
import { width } from '../../util/width.ts'
import type { Target } from './places.ts'
import type { Sort } from './state.ts'
import { cell, fitSpans, type Line, type Span, type Tone } from './span.ts'

export type Column = {
  /** What `column=text` in a filter and the order call it: one word in lower case. */
  readonly id: string
  readonly title: string
  readonly align?: 'right'
  /** Widest that it may get; an id is cut in its middle, other text at its end. */
  readonly max?: number
  readonly isId?: boolean
  /** Takes the columns that the others leave. */
  readonly grow?: true
  /** Left out when there is no room: the highest number goes first. Without one it always stays. */
  readonly hide?: number
  /** Moves all the time: a row is no other for it. */
  readonly isCounter?: true
  /** Columns that a growing column keeps before others are left out. */
  readonly least?: number
  /** Shown only while rows are ordered by a column: then the headings are gone that say the same. */
  readonly onlySorted?: true
}

/** Text of a cell, sanitised. `value` is what it is sorted by when that is a number. */
export type Cell = {
  readonly text: string
  readonly tone?: Tone | undefined
  readonly value?: number | undefined
}

/** One item of a list: a row of cells, or a line that is as wide as the table. */
export type Row = {
  readonly id: string
  /** Headings have a lower level than the rows below them. */
  readonly level: number
  readonly cells?: readonly Cell[]
  readonly line?: readonly Span[]
  /** More than one line of text an item (ifconfig's way). */
  readonly block?: { readonly height: number; readonly lines: () => readonly (readonly Span[])[] }
  /** What makes it another row than before, besides counters; of cells the columns tell that. */
  readonly says?: string
  /** Words that a filter finds besides those that are shown. */
  readonly alias?: string
  /** What a breadcrumb calls it, where that is not its id. */
  readonly label?: string
  /** The object of the graph that it is about, where its datum is none. */
  readonly objectId?: string
  /** Where the relation that it tells leads: Enter goes there. */
  readonly target?: Target
  /** The rows of the kernel and the API that prove it. */
  readonly evidence?: readonly RowRef[]
  readonly isProblem: boolean
  /** Never chosen: the title of the rows below it and nothing else, or a row that is gone. */
  readonly isInert?: true
  /** The datum behind it, as the snapshot holds it. */
  readonly datum: unknown
}

export type Table = {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Rows of a higher level belong to the row above: in any order they stay below it. */
  readonly isTree?: true
}

/** A cell from a text of the world. */
export function worldCell(text: string | number | null | undefined, tone?: Tone): Cell {
  if (typeof text === 'number') return { text: String(text), tone, value: text }
  if (text === undefined || text === null || text === '') return nothingCell(tone)
  return { text: sanitise(text), tone }
}

const nothingCells = new Map<Tone | undefined, Cell>()

/** One object for each tone: of large lists these are most of the cells. */
function nothingCell(tone: Tone | undefined): Cell {
  let known = nothingCells.get(tone)
  if (!known) nothingCells.set(tone, (known = { text: '-', tone }))
  return known
}

/** A row of cells. */
export function cellRow(id: string, cells: readonly Cell[], datum: unknown, isProblem = false): Row {
  return { id, level: 1, cells, isProblem, datum }
}

/** A heading, or any other line that is as wide as the table. */
export function lineRow(id: string, level: number, line: readonly Span[], datum: unknown): Row {
  return { id, level, line, isProblem: false, datum }
}

/** The rows without a verdict: too little is known yet. */
export function withoutProblems(rows: readonly Row[]): readonly Row[] {
  return rows.map(row => (row.isProblem ? { ...row, isProblem: false } : row))
}

const searchTexts = new WeakMap<Row, string>()

/** What a filter looks through: all words of a row, in lower case. */
export function searchText(row: Row): string {
  let text = searchTexts.get(row)
  if (text === undefined) {
    const shown = row.cells ?? row.block?.lines().flat() ?? row.line ?? []
    const gap = row.cells ? ' ' : ''
    let words = ''
    for (const piece of shown) words += piece.text + gap
    text = `${words} ${row.alias ?? ''}`.toLowerCase()
    searchTexts.set(row, text)
  }
  return text
}

/** Whether a test holds for a cell of a row, or for its other words; of a row without cells for all of its text. */
export function someText(row: Row, test: (text: string) => boolean): boolean {
  if (!row.cells) return test(searchText(row))
  return row.cells.some(({ text }) => test(text)) || (row.alias !== undefined && test(row.alias))
}

const GAP = 2

/** How wide each column is on a screen of so many columns; zero for a column that has no room. */
export function columnWidths(table: Table, available: number, sort?: Sort): number[] {
  const natural = naturalWidths(table).map((columns, index) =>
    table.columns[index]?.onlySorted && !sort ? 0 : columns,
  )
  const widths = [...natural]
  const used = (): number => widths.reduce((sum, columns) => sum + (columns === 0 ? 0 : columns + GAP), -GAP)
  const hideable = table.columns
    .map(({ hide = 0, id }, index) => ({ hide: id === sort?.column ? 0 : hide, index }))
    .filter(({ hide }) => hide > 0)
    .sort((a, b) => b.hide - a.hide)
  const growing = table.columns.findIndex(column => column.grow)
  // A growing column may shrink to a fair part before others go.
  const least =
    growing === -1
      ? 0
      : Math.min(
          natural[growing] ?? 0,
          table.columns[growing]?.least ?? Math.max(16, Math.floor(available * 0.6)),
        )
  if (growing !== -1) widths[growing] = least
  for (const { index } of hideable) {
    if (used() <= available) break
    widths[index] = 0
  }
  if (growing !== -1) widths[growing] = Math.max(4, least + available - used())
  return widths
}

const naturalCache = new WeakMap<Table, number[]>()

function naturalWidths(table: Table): number[] {
  const known = naturalCache.get(table)
  if (known) return known
  const widths = table.columns.map(({ title }) => width(title) + 1)
  const most = table.columns.map(({ max = Infinity }) => max)
  for (const { cells } of table.rows) {
    if (!cells) continue
    for (let index = 0; index < widths.length; index++) {
      const known = widths[index] ?? 0
      const text = cells[index]?.text ?? ''
      // No unit of a text takes more than two columns; and nothing is measured for a column that is as wide as it may be.
      if (known >= (most[index] ?? 0) || text.length * 2 <= known) continue
      widths[index] = Math.max(known, width(text))
    }
  }
  const limited = widths.map((natural, index) => Math.min(natural, table.columns[index]?.max ?? natural))
  naturalCache.set(table, limited)
  return limited
}

/** The titles of the columns, with an arrow at the one that orders the rows. */
export function headingLine(table: Table, widths: readonly number[], sort: Sort | undefined): Line {
  const spans = columnSpans(table, widths, (column, columns) => {
    const arrow = sort?.column === column.id ? (sort.reversed ? '↓' : '↑') : ''
    const title = column.title + arrow
    const tone: Tone = arrow === '' ? 'dim' : 'strong'
    return { text: column.align === 'right' ? padStart(title, columns) : padEnd(title, columns), tone }
  })
  return { spans }
}

/** The lines of an item, each exactly `available` wide. */
export function itemLines(table: Table, row: Row, widths: readonly number[], available: number): Span[][] {
  if (row.block) return row.block.lines().map(line => fitSpans(line, available))
  if (row.line) return [fitSpans(row.line, available)]
  const spans = columnSpans(table, widths, (column, columns, index) => {
    const { text, tone } = row.cells?.[index] ?? { text: '' }
    if (column.align === 'right') return { text: padStart(text, columns), ...(tone && { tone }) }
    return cell(column.isId ? truncateMiddle(text, columns) : text, columns, tone)
  })
  return [fitSpans(spans, available)]
}

function columnSpans(
  table: Table,
  widths: readonly number[],
  render: (column: Column, columns: number, index: number) => Span,
): Span[] {
  const spans: Span[] = []
  for (const [index, column] of table.columns.entries()) {
    const columns = widths[index] ?? 0
    if (columns === 0) continue
    if (spans.length > 0) spans.push({ text: ' '.repeat(GAP) })
    spans.push(render(column, columns, index))
  }
  return spans
}
