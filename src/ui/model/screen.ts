import { sanitise } from '../../util/sanitise.ts'
import { footerLine, headerLine, tabLine } from './chrome.ts'
import { chosenNamespace, chosenTable, type Data, shownDetails, shownNamespaces } from './data.ts'
import type { Situation } from './keymap.ts'
import { type Layout, layoutOf, minimum } from './layout.ts'
import { namespaceSortable, namespaceTable, kindWords } from './namespaces.ts'
import { overlayText } from './overlay.ts'
import { focused, indexOf, type ListView, type View } from './reducer.ts'
import type { ShownRows } from './rows.ts'
import { glyphs } from './sources.ts'
import { emptyLine, fitLine, fitSpans, type Line, type Span, spansWidth, spread, textLine } from './span.ts'
import type { ListState, UiState } from './state.ts'
import { emptyLines, sourceNotices } from './tab-state.ts'
import { columnWidths, headingLine, itemLines, type Table } from './table.ts'
import { tabs } from './tabs/index.ts'
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

/** A whole frame, ready to be painted. */
export type ScreenModel =
  | { readonly kind: 'message'; readonly text: string; readonly columns: number; readonly rows: number }
  | {
      readonly kind: 'panes'
      readonly header: Line
      readonly panes: readonly PaneModel[]
      readonly footer: Line
    }

/** Columns of a pane that are not its content: what keeps it apart from the next one. */
const FRAME = 2
/** Rows of a pane that are its title. */
const TITLE_ROWS = 1

/** Makes a frame of the state and the data. `now` is in milliseconds since the epoch. */
export function screenModel(state: UiState, data: Data, now: number): ScreenModel {
  const layout = layoutOf(state.columns, state.rows, state.focus)
  if (layout.kind === 'too-small') {
    const text = `Terminal too small: ${state.columns}x${state.rows}, need ${minimum.columns}x${minimum.rows}`
    return { kind: 'message', text, columns: state.columns, rows: state.rows }
  }
  const header = headerLine(state, data, now)
  if (state.overlay) {
    const pane = overlayPane(state, data, layout, now)
    return { kind: 'panes', header, panes: [pane.model], footer: footerLine(state, 'overlay', pane.position) }
  }
  const panes = [
    ...(layout.list ? [listPane(state, data, layout.list.columns, layout.rows)] : []),
    ...(layout.detail ? [detailPane(state, data, layout.detail.columns, layout.rows)] : []),
  ]
  return {
    kind: 'panes',
    header,
    panes,
    footer: footerLine(state, situationOf(state), position(state, data)),
  }
}

/** Which keys are valid now. */
export function situationOf(state: UiState): Situation {
  if (state.isTyping) return 'filter'
  return state.overlay ? 'overlay' : 'pane'
}

/** What the reducer asks about the lists of a state. */
export function viewOf(data: Data, now: number): View {
  return {
    list: state => {
      const shown = shownNamespaces(state, data)
      const layout = layoutOf(state.columns, state.rows, state.focus)
      return listView(
        shown,
        Math.max(1, layout.rows - TITLE_ROWS - listChrome(state, shown)),
        namespaceSortable,
      )
    },
    detail: state => {
      const shown = shownDetails(state, data)
      const layout = layoutOf(state.columns, state.rows, state.focus)
      const columns = (layout.detail?.columns ?? state.columns) - FRAME
      const chrome = detailChrome(state, data, shown, columns).length
      return listView(shown, Math.max(1, layout.rows - TITLE_ROWS - chrome), tabs[state.tab].sortable)
    },
    overlay: state => {
      const { lines } = overlayText(state, data, state.columns - FRAME, now)
      return { lines: lines.length, page: Math.max(1, state.rows - 2 - TITLE_ROWS) }
    },
  }
}

function listView(shown: ShownRows, page: number, sortable: readonly string[]): ListView {
  return { ids: shown.ids, heights: shown.heights, page, sortable }
}

function position(state: UiState, data: Data): string {
  const shown = state.focus === 'list' ? shownNamespaces(state, data) : shownDetails(state, data)
  const total = shown.rows.length
  return total === 0 ? '0 of 0' : `${indexOf(focused(state), shown) + 1} of ${total}`
}

/** Rows of the list's inside that are not namespaces: the titles, the filter. */
function listChrome(state: UiState, shown: ShownRows): number {
  return 1 + filterLines(state, 'list', state.list, shown, 0).length
}

function listPane(state: UiState, data: Data, columns: number, rows: number): PaneModel {
  const inside = columns - FRAME
  const shown = shownNamespaces(state, data)
  const table = namespaceTable(data.snapshot)
  const widths = columnWidths(table, inside - MARGIN, state.list.sort)
  const head = [
    ...filterLines(state, 'list', state.list, shown, inside),
    indent(headingLine(table, widths, state.list.sort)),
  ]
  const body = listLines(
    table,
    widths,
    shown,
    state.list,
    state.focus === 'list',
    inside,
    rows - TITLE_ROWS - head.length,
  )
  const empty = [emptyLine, textLine(`  ${whyEmpty(shown.hidden, data)}`, 'dim')]
  const title: Span[] = [
    { text: 'Namespaces', tone: 'title' },
    { text: ` ${shown.rows.length}`, tone: 'dim' },
  ]
  const lines = [...head, ...(shown.rows.length === 0 ? empty : body)]
  return pane('list', title, lines, columns, rows, state.focus === 'list')
}

function whyEmpty(hidden: number, { status }: Data): string {
  if (hidden > 0) return 'Nothing matches the filter.'
  return status.collecting ? 'Looking for namespaces…' : 'No namespaces.'
}

/** The lines above a tab's rows: the tabs, what is not known, the filter, the titles of the columns. */
function detailChrome(state: UiState, data: Data, shown: ShownRows, inside: number): Line[] {
  const namespace = chosenNamespace(state, data)
  const list = state.details[state.tab]
  const lines = [tabLine(state.tab, namespace, inside), ...filterLines(state, 'detail', list, shown, inside)]
  if (!namespace || shown.rows.length === 0) return lines
  lines.push(...sourceNotices(tabs[state.tab], namespace, inside))
  const table = chosenTable(state, data)
  if (table && table.columns.length > 0) {
    lines.push(indent(headingLine(table, columnWidths(table, inside - MARGIN, list.sort), list.sort)))
  } else lines.push(emptyLine)
  return lines
}

function detailPane(state: UiState, data: Data, columns: number, rows: number): PaneModel {
  const inside = columns - FRAME
  const namespace = chosenNamespace(state, data)
  const shown = shownDetails(state, data)
  const list = state.details[state.tab]
  const lines = detailChrome(state, data, shown, inside)
  const table = chosenTable(state, data)
  if (table && namespace && shown.rows.length > 0) {
    const left = rows - TITLE_ROWS - lines.length
    const widths = columnWidths(table, inside - MARGIN, list.sort)
    lines.push(...listLines(table, widths, shown, list, state.focus === 'detail', inside, left))
  } else if (shown.hidden > 0) lines.push(emptyLine, textLine('  Nothing matches the filter.', 'dim'))
  else if (namespace) {
    const readState = {
      readAt: `at ${data.snapshot.takenAt.slice(11, 19)} UTC`,
      // Some sources are read only when their tab is open; what is frozen or cut off will not come.
      isReading: data.status.mode === 'live' && data.status.lastError === undefined && !state.isFrozen,
    }
    lines.push(...emptyLines(tabs[state.tab], namespace, readState, inside - MARGIN).map(indent))
  }
  const title: Span[] = namespace
    ? [
        { text: sanitise(namespace.name), tone: 'title' },
        { text: ' ' },
        { text: kindWords[namespace.kind].word, tone: kindWords[namespace.kind].tone },
        { text: ` ${sanitise(namespace.id)}`, tone: 'dim' },
      ]
    : [{ text: 'No namespace', tone: 'dim' }]
  return pane('detail', title, lines, columns, rows, state.focus === 'detail')
}

/** Columns of the marks that show the chosen row and a problem without colour. */
const MARGIN = 3

function indent(line: Line): Line {
  return { ...line, spans: [{ text: ' '.repeat(MARGIN) }, ...line.spans] }
}

function listLines(
  table: Table,
  widths: readonly number[],
  shown: ShownRows,
  list: ListState,
  isFocused: boolean,
  columns: number,
  rows: number,
): Line[] {
  const selected = indexOf(list, shown)
  const top = scrollTo(shown.rows.length, shown.heights, selected, list.top, rows)
  const { from, to } = windowFrom(shown.rows.length, shown.heights, top, rows)
  return shown.rows.slice(from, to).flatMap((row, offset) => {
    const isSelected = from + offset === selected
    return itemLines(table, row, widths, columns - MARGIN).map((spans, line): Line => {
      const margin: Span[] = [
        isSelected ? { text: '▌', tone: 'accent' } : { text: ' ' },
        row.isProblem && line === 0 ? { text: `${glyphs.warn} `, tone: 'warn' } : { text: '  ' },
      ]
      const marked = [...margin, ...spans]
      return isSelected && line === 0
        ? { spans: marked, emphasis: isFocused ? 'cursor' : 'mark' }
        : { spans: marked }
    })
  })
}

/** What a filter hides is always said; so is what is being typed. */
function filterLines(
  state: UiState,
  pane: 'list' | 'detail',
  list: ListState,
  shown: ShownRows,
  columns: number,
): Line[] {
  const isHere = state.focus === pane
  const isTyping = state.isTyping && isHere
  const onlyProblems = state.problemsOnly && isHere
  if (list.filter === '' && !isTyping && !onlyProblems) return []
  const total = shown.hidden + shown.rows.length
  const left: Span[] = [
    { text: onlyProblems ? ' problems ' : ' filter ', tone: 'notice' },
    { text: ` ${sanitise(list.filter)}${isTyping ? '█' : ''}`, tone: 'strong' },
  ]
  return [spread(left, [{ text: `hides ${shown.hidden} of ${total} `, tone: 'warn' }], columns)]
}

function overlayPane(
  state: UiState,
  data: Data,
  layout: Layout,
  now: number,
): { model: PaneModel; position: string } {
  const inside = state.columns - FRAME
  const rows = layout.rows - TITLE_ROWS
  const { title, lines } = overlayText(state, data, inside, now)
  const top = Math.min(state.overlay?.top ?? 0, Math.max(0, lines.length - rows))
  const last = Math.min(lines.length, top + rows)
  const shown = lines.slice(top, last)
  return {
    model: pane('overlay', [{ text: title, tone: 'title' }], shown, state.columns, layout.rows, true),
    position: lines.length > rows ? `${top + 1}-${last} of ${lines.length}` : '',
  }
}

function pane(
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
