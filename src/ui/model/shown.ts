import { withGone } from './changes.ts'
import type { Data } from './data.ts'
import { indexOf } from './lists.ts'
import { type ShownRows, showRows } from './rows.ts'
import { detailList, type ListState, type Pane, type UiState } from './state.ts'
import type { Row, Table } from './table.ts'
import { viewOf } from './views/index.ts'
import type { Detail, TabLabel } from './views/view.ts'

/** A list on the screen: its table, the rows that are shown of it, and where it stands. */
export type ShownList = {
  readonly table: Table
  readonly shown: ShownRows
  readonly list: ListState
}

const nothing: Table = { columns: [], rows: [] }

/** The list of the view. */
export function shownList(state: UiState, data: Data): ShownList {
  const { list, view, focus } = state.place
  const table = withGone(viewOf(view).table(data), data.changes?.list)
  return { table, list, shown: showRows(table, list, state.problemsOnly && focus === 'list') }
}

/** Where the chosen row of a list is; never on a title while there is a row below it. */
export function chosenIndex({ shown, list }: Pick<ShownList, 'shown' | 'list'>): number {
  const index = indexOf(list, shown)
  let below = index
  while (shown.inert.includes(below)) below++
  return below < shown.rows.length ? below : index
}

/** The id of the object that is chosen in the list; undefined when it shows none. */
export function chosenId(state: UiState, data: Data): string | undefined {
  const shown = shownList(state, data)
  return shown.shown.ids[chosenIndex(shown)]
}

/** The tabs of the chosen object, and which of them is open. */
export function shownTabs(
  state: UiState,
  data: Data,
): { readonly tabs: readonly TabLabel[]; readonly tab: string } {
  const tabs = viewOf(state.place.view).tabs(chosenId(state, data), data)
  const { tab } = state.place
  return { tabs, tab: tabs.some(({ id }) => id === tab) ? tab : (tabs[0]?.id ?? '') }
}

/** The open tab of the chosen object. */
export function shownDetail(
  state: UiState,
  data: Data,
): ShownList & { readonly detail: Detail; readonly tab: string } {
  const { tab } = shownTabs(state, data)
  const { view, focus } = state.place
  const detail = viewOf(view).detail(chosenId(state, data), tab, data)
  const table = withGone(detail.table ?? nothing, data.changes?.detail)
  const list = detailList(state.place, tab)
  return { detail, tab, table, list, shown: showRows(table, list, state.problemsOnly && focus === 'detail') }
}

/** The list of a pane. */
export function shownIn(pane: Pane, state: UiState, data: Data): ShownList {
  return pane === 'list' ? shownList(state, data) : shownDetail(state, data)
}

/** The row that keys act on. */
export function chosenRow(state: UiState, data: Data): Row | undefined {
  const shown = shownIn(state.place.focus, state, data)
  return shown.shown.rows[chosenIndex(shown)]
}
