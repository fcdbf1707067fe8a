import type { Command } from './keymap.ts'
import { emptyList, type ListState, type OverlayKind, type Toast, type UiState } from './state.ts'
import { tabIds } from './tabs/tab-id.ts'
import { scrollTo } from './window.ts'

/** What the reducer has to know of a list on the screen. */
export type ListView = {
  readonly ids: readonly string[]
  readonly heights: number | readonly number[]
  /** Rows of the screen that the list has. */
  readonly page: number
  /** Columns that it can be sorted by. */
  readonly sortable: readonly string[]
}

/** What a state shows on the screen, asked for only when a command needs it. */
export type View = {
  readonly list: (state: UiState) => ListView
  readonly detail: (state: UiState) => ListView
  readonly overlay: (state: UiState) => { readonly lines: number; readonly page: number }
}

export type Action =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'toast'; readonly toast: Toast | undefined }
  /** The data changed: what is chosen is looked for again. Until a key is pressed that is the first row, whichever. */
  | { readonly type: 'data' }
  /** A key was pressed: the rows under the cursors are chosen from now on. */
  | { readonly type: 'touch' }

/** The only way that the state changes. Commands that reach outside (quit, copy, refresh …) leave it as it is. */
export function reduce(state: UiState, action: Action, view: View): UiState {
  switch (action.type) {
    case 'command':
      return reduceCommand(state, action.command, view)
    case 'text':
      return state.isTyping ? withFilter(state, focused(state).filter + action.text, view) : state
    case 'resize':
      return settle({ ...state, columns: action.columns, rows: action.rows }, view)
    case 'toast':
      return { ...state, toast: action.toast }
    case 'data':
      return state.list.selectedId === undefined ? state : settle(state, view)
    case 'touch':
      return settle(state, view)
  }
}

/** The list of the pane with the focus. */
export function focused(state: UiState): ListState {
  return state.focus === 'list' ? state.list : state.details[state.tab]
}

function reduceCommand(state: UiState, command: Command, view: View): UiState {
  switch (command) {
    case 'down':
      return move(state, view, index => index + 1)
    case 'up':
      return move(state, view, index => index - 1)
    case 'half-page-down':
      return move(state, view, (index, page) => index + Math.ceil(page / 2))
    case 'half-page-up':
      return move(state, view, (index, page) => index - Math.ceil(page / 2))
    case 'page-down':
      return move(state, view, (index, page) => index + page)
    case 'page-up':
      return move(state, view, (index, page) => index - page)
    case 'first':
      return move(state, view, () => 0)
    case 'last':
      return move(state, view, () => Number.MAX_SAFE_INTEGER)
    case 'open':
      return state.focus === 'list' ? { ...state, focus: 'detail' } : withOverlay(state, 'row')
    case 'back':
      return focused(state).filter === '' ? { ...state, focus: 'list' } : withFilter(state, '', view)
    case 'next-pane':
    case 'previous-pane':
      return { ...state, focus: state.focus === 'list' ? 'detail' : 'list' }
    case 'next-tab':
      return withTab(state, 1)
    case 'previous-tab':
      return withTab(state, -1)
    case 'filter':
      return { ...state, isTyping: true }
    case 'filter-keep':
      return { ...state, isTyping: false }
    case 'filter-clear':
      return withFilter({ ...state, isTyping: false }, '', view)
    case 'filter-erase':
      return withFilter(state, [...focused(state).filter].slice(0, -1).join(''), view)
    case 'filter-erase-all':
      return withFilter(state, '', view)
    case 'sort':
      return withNextSort(state, view)
    case 'sort-reverse':
      return withReversedSort(state, view)
    case 'problems':
      return settle({ ...state, problemsOnly: !state.problemsOnly }, view)
    case 'json':
      return withOverlay(state, 'json')
    case 'origin':
      return withOverlay(state, 'origin')
    case 'help':
      return state.overlay?.kind === 'help' ? { ...state, overlay: undefined } : withOverlay(state, 'help')
    case 'close':
      return { ...state, overlay: undefined }
    case 'freeze':
      return { ...state, isFrozen: !state.isFrozen }
    case 'copy':
    case 'interrupt':
    case 'quit':
    case 'redraw':
    case 'refresh':
    case 'suspend':
      return state
  }
}

type Step = (index: number, page: number) => number

function move(state: UiState, view: View, step: Step): UiState {
  if (state.overlay) {
    const { lines, page } = view.overlay(state)
    const top = clamp(step(state.overlay.top, page), Math.max(0, lines - page))
    return { ...state, overlay: { ...state.overlay, top } }
  }
  const list = state.focus === 'list' ? view.list(state) : view.detail(state)
  const index = indexOf(focused(state), list)
  // A page of a list with tall items is as many items as fit, and one at least.
  const tall = typeof list.heights === 'number' ? list.heights : (list.heights[index] ?? 1)
  const page = Math.max(1, Math.floor(list.page / tall))
  return withFocused(state, select(focused(state), list, step(index, page)))
}

/** Where the chosen row is now; the row that took its place when it is gone. */
export function indexOf(list: ListState, view: Pick<ListView, 'ids'>): number {
  if (view.ids[list.index] === list.selectedId) return list.index
  const found = list.selectedId === undefined ? -1 : view.ids.indexOf(list.selectedId)
  return found === -1 ? clamp(list.index, view.ids.length - 1) : found
}

function select(list: ListState, view: ListView, wanted: number): ListState {
  const index = clamp(wanted, view.ids.length - 1)
  const top = scrollTo(view.ids.length, view.heights, index, list.top, view.page)
  return { ...list, index, top, selectedId: view.ids[index] }
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(value, highest))
}

/** Puts a changed list where the focus is. A new namespace starts its tabs at their top; filters and order stay. */
function withFocused(state: UiState, list: ListState): UiState {
  if (state.focus === 'detail') return { ...state, details: { ...state.details, [state.tab]: list } }
  if (list.selectedId === state.list.selectedId) return { ...state, list }
  const details = { ...state.details }
  for (const tab of tabIds) {
    details[tab] = { ...emptyList, filter: details[tab].filter, sort: details[tab].sort }
  }
  return { ...state, list, details }
}

/** Looks for the chosen rows again after rows or the size of the screen changed. */
function settle(state: UiState, view: View): UiState {
  const list = view.list(state)
  const settled = select(state.list, list, indexOf(state.list, list))
  const next =
    settled.selectedId === state.list.selectedId
      ? { ...state, list: settled }
      : { ...withFocused({ ...state, focus: 'list' }, settled), focus: state.focus }
  if (next.details !== state.details) return next
  const detail = view.detail(next)
  const before = state.details[state.tab]
  return {
    ...next,
    details: { ...next.details, [state.tab]: select(before, detail, indexOf(before, detail)) },
  }
}

function withFilter(state: UiState, filter: string, view: View): UiState {
  const changed =
    state.focus === 'list'
      ? { ...state, list: { ...state.list, filter } }
      : { ...state, details: { ...state.details, [state.tab]: { ...state.details[state.tab], filter } } }
  return settle(changed, view)
}

function withOverlay(state: UiState, kind: OverlayKind): UiState {
  return { ...state, overlay: { kind, top: 0 } }
}

function withTab(state: UiState, by: number): UiState {
  const index = tabIds.indexOf(state.tab)
  return { ...state, tab: tabIds[(index + by + tabIds.length) % tabIds.length] ?? state.tab }
}

function withNextSort(state: UiState, view: View): UiState {
  const { sortable } = state.focus === 'list' ? view.list(state) : view.detail(state)
  const current = focused(state).sort
  const next = sortable[current === undefined ? 0 : sortable.indexOf(current.column) + 1]
  const sort = next === undefined ? undefined : { column: next, reversed: false }
  return settle(withFocused(state, { ...focused(state), sort }), view)
}

function withReversedSort(state: UiState, view: View): UiState {
  const { sort } = focused(state)
  if (!sort) return state
  return settle(withFocused(state, { ...focused(state), sort: { ...sort, reversed: !sort.reversed } }), view)
}
