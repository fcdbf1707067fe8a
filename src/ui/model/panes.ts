import { sanitise } from '../../util/sanitise.ts'
import { truncateStart, wrap } from '../../util/text.ts'
import { viewport } from './canvas.ts'
import { tabLine } from './chrome.ts'
import type { Change, TableChanges } from './changes.ts'
import type { Data } from './data.ts'
import type { Layout } from './layout.ts'
import { scrolled } from './lists.ts'
import { overlayText } from './overlay.ts'
import { paletteFound, paletteLines } from './palette/palette.ts'
import type { ShownRows } from './rows.ts'
import { chosenIndex, shownDetail, type ShownList, shownList, shownTabs } from './shown.ts'
import { glyphs } from './sources.ts'
import {
  emptyLine,
  fitLine,
  fitSpans,
  type Line,
  type Span,
  spansWidth,
  spread,
  textLine,
  type Tone,
} from './span.ts'
import type { ListState, Palette, UiState } from './state.ts'
import { columnWidths, headingLine, itemLines } from './table.ts'
import { textPosition, textSize } from './text-size.ts'
import { viewOf } from './views/index.ts'
import { scrollTo, windowFrom } from './window.ts'

/** A title and lines below it. Every line is exactly `columns` wide, and there are as many as there are rows. */
export type PaneModel = {
  readonly id: 'list' | 'detail' | 'overlay'
  /** As wide as `titleColumns`, which leaves room for the corners. */
  readonly title: readonly Span[]
  readonly titleColumns: number
  readonly lines: readonly Line[]
  readonly columns: number
  /** With the space to the next pane. */
  readonly outerColumns: number
  readonly isFocused: boolean
}

/** Columns of a pane that are not its content: what keeps it apart from the next one. */
export const FRAME = 2
/** Rows of a pane that are its title. */
export const TITLE_ROWS = 1

/** The lines above the rows of a list, which are the filter and the titles of the columns, and below them: what is missing. */
export function listChrome(
  state: UiState,
  data: Data,
  inside: number,
): { readonly above: Line[]; readonly below: readonly Line[] } {
  const { shown, table, list } = shownList(state, data)
  const widths = columnWidths(table, inside - MARGIN, list.sort)
  return {
    above: [
      ...filterLines(state, 'list', list, shown, inside),
      indent(headingLine(table, widths, list.sort)),
    ],
    // It comes, changes and goes by itself: above the rows it would move each of them.
    below: viewOf(state.place.view).notices(data, inside),
  }
}

export function listPane(state: UiState, data: Data, columns: number, rows: number): PaneModel {
  const inside = columns - FRAME
  const isFocused = state.place.focus === 'list'
  const at = shownList(state, data)
  const { shown, table, list } = at
  const view = viewOf(state.place.view)
  const widths = columnWidths(table, inside - MARGIN, list.sort)
  const { above, below } = listChrome(state, data, inside)
  const left = Math.max(0, rows - TITLE_ROWS - above.length - below.length)
  const body =
    shown.rows.length > 0
      ? [...fill(listLines(at, widths, data.changes?.list, isFocused, inside, left), inside, left), ...below]
      : [
          ...below,
          emptyLine,
          ...wrap(
            sanitise(shown.hidden > 0 ? 'Nothing matches the filter.' : view.empty(data)),
            inside - MARGIN,
          ).map(line => textLine(`  ${line}`, 'dim')),
        ]
  const title: Span[] = [
    { text: view.title, tone: 'title' },
    { text: ` ${shown.rows.length - shown.inert.length}`, tone: 'dim' },
  ]
  return pane('list', title, [...above, ...body], columns, rows, isFocused)
}

/** The lines above a tab's rows: the tabs, what is not known, the filter, the titles of the columns. */
export function detailChrome(state: UiState, data: Data, inside: number): Line[] {
  const { tabs, tab } = shownTabs(state, data)
  const { detail, shown, table, list } = shownDetail(state, data)
  const lines = [tabLine(tabs, tab, inside), ...filterLines(state, 'detail', list, shown, inside)]
  if (shown.rows.length === 0) return lines
  lines.push(...detail.notices(inside))
  if (table.columns.length > 0) {
    lines.push(indent(headingLine(table, columnWidths(table, inside - MARGIN, list.sort), list.sort)))
  } else lines.push(emptyLine)
  return lines
}

export function detailPane(state: UiState, data: Data, columns: number, rows: number): PaneModel {
  const inside = columns - FRAME
  const isFocused = state.place.focus === 'detail'
  const at = shownDetail(state, data)
  const { detail, shown, table, list } = at
  const lines = detailChrome(state, data, inside)
  if (shown.rows.length > 0) {
    const left = rows - TITLE_ROWS - lines.length
    const widths = columnWidths(table, inside - MARGIN, list.sort)
    lines.push(...listLines(at, widths, data.changes?.detail, isFocused, inside, left))
  } else {
    const text = detailText(state, data, inside)
    const size = { columns: inside - MARGIN, rows: Math.max(0, rows - TITLE_ROWS - lines.length) }
    if (text) lines.push(...viewport(text, { top: list.top, left: list.left ?? 0, ...size }).map(indent))
    else lines.push(emptyLine, textLine('  Nothing matches the filter.', 'dim'))
  }
  return pane('detail', detail.title, lines, columns, rows, isFocused)
}

/** What stands in the pane in place of rows: why there are none, or a drawing. Undefined when rows are there, or hidden. */
export function detailText(state: UiState, data: Data, inside: number): readonly Line[] | undefined {
  const { detail, shown } = shownDetail(state, data)
  return shown.rows.length > 0 || shown.hidden > 0 ? undefined : detail.empty(inside - MARGIN, state.isFrozen)
}

/** Columns of the marks that show the chosen row and a problem without colour. */
export const MARGIN = 3

function indent(line: Line): Line {
  return { ...line, spans: [{ text: ' '.repeat(MARGIN) }, ...line.spans] }
}

function listLines(
  { table, shown, list }: ShownList,
  widths: readonly number[],
  changes: TableChanges | undefined,
  isFocused: boolean,
  columns: number,
  rows: number,
): Line[] {
  const selected = chosenIndex({ list, shown })
  const top = scrollTo(shown.rows.length, shown.heights, selected, list.top, rows)
  const { from, to } = windowFrom(shown.rows.length, shown.heights, top, rows)
  return shown.rows.slice(from, to).flatMap((row, offset) => {
    const isSelected = from + offset === selected
    const change = changes?.rows.get(row.id)?.change
    return itemLines(table, row, widths, columns - MARGIN).map((spans, line): Line => {
      const sign = line > 0 ? ' ' : change === undefined ? (row.isProblem ? glyphs.warn : ' ') : signs[change]
      const margin: Span[] = [
        isSelected ? { text: '▌', tone: 'accent' } : { text: ' ' },
        sign === ' ' ? { text: '  ' } : { text: `${sign} `, tone: change ? changeTones[change] : 'warn' },
      ]
      const marked = [...margin, ...spans]
      if (isSelected && line === 0) return { spans: marked, emphasis: isFocused ? 'cursor' : 'mark' }
      return change === undefined ? { spans: marked } : { spans: marked, emphasis: change }
    })
  })
}

/** What happened to a row is told without colour, too. */
const signs: Readonly<Record<Change, string>> = { added: '+', changed: '~', removed: '-' }
const changeTones: Readonly<Record<Change, Tone>> = { added: 'ok', changed: 'warn', removed: 'bad' }

/** What a filter hides is always said; so is what is being typed. */
function filterLines(
  state: UiState,
  pane: 'list' | 'detail',
  list: ListState,
  shown: ShownRows,
  columns: number,
): Line[] {
  const isHere = state.place.focus === pane
  const isTyping = state.isTyping && isHere
  const onlyProblems = state.problemsOnly && isHere
  if (list.filter === '' && !isTyping && !onlyProblems) return []
  const total = shown.hidden + shown.rows.length
  const told: Span = { text: `hides ${shown.hidden} of ${total} `, tone: 'warn' }
  return [
    typedLine(onlyProblems ? ' problems ' : ' filter ', list.filter, isTyping ? '█' : '', told, columns),
  ]
}

/** What is typed, of which the end stays, and behind it what comes of it, which stays whole. */
function typedLine(label: string, typed: string, cursor: string, told: Span, columns: number): Line {
  const room = columns - spansWidth([{ text: label }, { text: cursor }, told]) - 2
  const text = ` ${truncateStart(sanitise(typed), room)}${cursor}`
  return spread(
    [
      { text: label, tone: 'notice' },
      { text, tone: 'strong' },
    ],
    [told],
    columns,
  )
}

/** What lies over the lists, and which part of it is on the screen. */
export function overlayPane(
  state: UiState,
  data: Data,
  layout: Layout,
  now: number,
): { model: PaneModel; position: string } {
  const inside = state.columns - FRAME
  const rows = layout.rows - TITLE_ROWS
  const { title, lines } = overlayText(state, data, inside, now)
  const size = textSize(lines, inside, rows)
  const { top, left } = scrolled({ top: state.overlay?.top ?? 0, left: state.overlay?.left ?? 0 }, size)
  // What fits is painted as it is: only a drawing is wider than the screen.
  const shown =
    size.over === 0 ? lines.slice(top, top + rows) : viewport(lines, { top, left, columns: inside, rows })
  return {
    model: pane('overlay', [{ text: title, tone: 'title' }], shown, state.columns, layout.rows, true),
    position: textPosition(size, { top, left }),
  }
}

/** The palette: what is typed, and what that finds. */
export function palettePane(
  state: UiState,
  palette: Palette,
  data: Data,
  layout: Layout,
): { model: PaneModel; position: string } {
  const inside = state.columns - FRAME
  const found = paletteFound(palette, data, state.bindings)
  const index = Math.min(palette.index, found.entries.length - 1)
  const rows = layout.rows - TITLE_ROWS - 2
  const from = Math.max(0, Math.min(index - Math.floor(rows / 2), found.entries.length - rows))
  const lines = [
    typedLine(' : ', palette.query, '█', { text: `${found.total} found `, tone: 'dim' }, inside),
    emptyLine,
    ...paletteLines(palette, found, from, rows),
    ...(found.entries.length === 0 ? [textLine('  Nothing is called like that.', 'dim')] : []),
  ]
  return {
    model: pane(
      'overlay',
      [{ text: 'Find anything', tone: 'title' }],
      lines,
      state.columns,
      layout.rows,
      true,
    ),
    position: found.entries.length === 0 ? '' : `${index + 1} of ${found.total}`,
  }
}

/** A pane of so many columns and rows, its title and lines cut or filled to them. */
export function pane(
  id: PaneModel['id'],
  title: readonly Span[],
  lines: readonly Line[],
  columns: number,
  rows: number,
  isFocused: boolean,
): PaneModel {
  // Two columns of a rule and a space before it, a space and a rule after it.
  const inside = columns - FRAME
  const titleColumns = Math.min(spansWidth(title), inside - 5)
  return {
    id,
    title: fitSpans(title, titleColumns),
    titleColumns,
    lines: fill(lines, inside, rows - TITLE_ROWS),
    columns: inside,
    outerColumns: columns,
    isFocused,
  }
}

/** Exactly so many lines, each exactly so wide. */
function fill(lines: readonly Line[], columns: number, rows: number): Line[] {
  const filled = lines.slice(0, rows).map(line => fitLine(line, columns))
  while (filled.length < rows) filled.push(fitLine(emptyLine, columns))
  return filled
}
