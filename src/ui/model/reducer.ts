import type { Command } from './command.ts'
import { isDialogCommand } from './dialog/command.ts'
import type { Dialog } from './dialog/dialog.ts'
import {
  indexOf,
  type ListView,
  moveBy,
  nextSort,
  scrolled,
  select,
  type Step,
  steps,
  type TextSize,
} from './lists.ts'
import { focusOn, follow, leave, openView, type Target, travel } from './places.ts'
import { reducePalette, withQuery } from './palette/reduce.ts'
import { TRACE_WORD } from './trace/typed.ts'
import {
  detailList,
  emptyList,
  type ListState,
  type OverlayKind,
  type Palette,
  type Place,
  type Toast,
  type UiState,
} from './state.ts'

/** What a state shows on the screen, asked for only when a command needs it. */
export type Stage = {
  readonly list: (state: UiState) => ListView
  readonly detail: (state: UiState) => ListView
  /** How many entries the palette shows. */
  readonly found: (palette: Palette, table: UiState['bindings']) => number
  readonly overlay: (state: UiState) => TextSize
  /** The tabs of the detail pane, and the open one. */
  readonly tabs: (state: UiState) => { readonly ids: readonly string[]; readonly tab: string }
  /** Where the chosen row leads; undefined for a row that is no relation. */
  readonly target: (state: UiState) => Target | undefined
}

export type Action =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'toast'; readonly toast: Toast | undefined }
  /** Goes to an object, or to a row of it. Nothing happens when there is no such object. */
  | { readonly type: 'follow'; readonly target: Target }
  /** Raw rows are shown of another node from now on. */
  | { readonly type: 'node'; readonly node: string }
  /** What lies over the lists while something is to be changed; it is worked out by those who hold the session. */
  | { readonly type: 'dialog'; readonly dialog: Dialog | undefined }
  /** The data changed: what is chosen is looked for again. Until a key is pressed that is the first row, whichever. */
  | { readonly type: 'data' }
  /** A key was pressed: the rows under the cursors are chosen from now on. */
  | { readonly type: 'touch' }

/** The only way that the state changes. Commands that reach outside (quit, copy, refresh …) leave it as it is. */
export function reduce(state: UiState, action: Action, stage: Stage): UiState {
  switch (action.type) {
    case 'command':
      return reduceCommand(state, action.command, stage)
    case 'text':
      if (state.palette) return withQuery(state, state.palette.query + action.text)
      return state.isTyping ? withFilter(state, focused(state, stage).filter + action.text, stage) : state
    case 'resize':
      return settle({ ...state, columns: action.columns, rows: action.rows }, stage)
    case 'toast':
      return { ...state, toast: action.toast }
    case 'dialog':
      return { ...state, dialog: action.dialog }
    case 'follow':
      return followIfThere(state, action.target, stage)
    case 'node':
      return settle({ ...state, place: { ...state.place, node: action.node } }, stage)
    case 'data':
      return state.place.list.selectedId === undefined ? state : settle(state, stage)
    case 'touch':
      return settle(state, stage)
  }
}

function reduceCommand(state: UiState, command: Command, stage: Stage): UiState {
  if (isDialogCommand(command)) return state
  switch (command) {
    case 'down':
    case 'up':
    case 'half-page-down':
    case 'half-page-up':
    case 'page-down':
    case 'page-up':
    case 'first':
    case 'last':
      return move(state, stage, steps[command])
    case 'scroll-left':
      return scrollBy(state, stage, -SIDEWAYS)
    case 'scroll-right':
      return scrollBy(state, stage, SIDEWAYS)
    case 'open':
      return open(state, stage)
    case 'back':
      return back(state, stage)
    case 'history-back':
      return settle(travel(state, 'back'), stage)
    case 'history-forward':
      return settle(travel(state, 'forward'), stage)
    case 'next-pane':
    case 'previous-pane':
      return focusOn(state, state.place.focus === 'list' ? 'detail' : 'list')
    case 'next-tab':
      return withTab(state, 1, stage)
    case 'previous-tab':
      return withTab(state, -1, stage)
    case 'filter':
      return { ...state, isTyping: true }
    case 'filter-keep':
      return { ...state, isTyping: false }
    case 'filter-clear':
      return withFilter({ ...state, isTyping: false }, '', stage)
    case 'filter-erase':
      return withFilter(state, [...focused(state, stage).filter].slice(0, -1).join(''), stage)
    case 'filter-erase-all':
      return withFilter(state, '', stage)
    case 'sort':
      return withSort(state, nextSort(focused(state, stage), focusedView(state, stage)), stage)
    case 'sort-reverse': {
      const { sort } = focused(state, stage)
      return sort ? withSort(state, { ...sort, reversed: !sort.reversed }, stage) : state
    }
    case 'palette':
    case 'palette-run':
    case 'palette-close':
    case 'palette-erase':
    case 'palette-erase-all':
    case 'palette-up':
    case 'palette-down':
      return reducePalette(state, command, palette => stage.found(palette, state.bindings))
    case 'problems':
      return settle({ ...state, problemsOnly: !state.problemsOnly }, stage)
    case 'json':
      return withOverlay(state, 'json')
    case 'origin':
      return withOverlay(state, 'origin')
    case 'export':
      return withOverlay(state, 'export')
    case 'export-snapshot':
    case 'export-redacted':
    case 'export-report':
      return { ...state, overlay: undefined }
    case 'wiring':
      return withOverlay(state, 'wiring')
    case 'trace':
      // On an object the store asks, as the question belongs to the data.
      return state.place.view === 'trace' ? withQuery({ ...state, overlay: undefined }, TRACE_WORD) : state
    case 'help':
      return state.overlay?.kind === 'help' ? { ...state, overlay: undefined } : withOverlay(state, 'help')
    case 'close':
      return { ...state, overlay: undefined }
    case 'follow-path':
      return { ...state, isFollowing: !state.isFollowing }
    case 'freeze':
      return { ...state, isFrozen: !state.isFrozen }
    case 'actions':
    case 'undo':
    case 'copy':
    case 'interrupt':
    case 'next-node':
    case 'previous-node':
    case 'quit':
    case 'redraw':
    case 'refresh':
    case 'suspend':
      return state
    default:
      // `view-networks`: the one kind of command that is not a fixed word.
      return settle(openView({ ...state, overlay: undefined }, command.slice('view-'.length)), stage)
  }
}

/** The list of the pane with the focus. */
function focused({ place, ...state }: UiState, stage: Stage): ListState {
  return place.focus === 'list' ? place.list : detailList(place, stage.tabs({ ...state, place }).tab)
}

function focusedView(state: UiState, stage: Stage): ListView {
  return state.place.focus === 'list' ? stage.list(state) : stage.detail(state)
}

function open(state: UiState, stage: Stage): UiState {
  const target = stage.target(state)
  if (state.place.focus === 'list') {
    const there = target ? followIfThere(state, target, stage) : state
    return there === state ? focusOn(state, 'detail') : there
  }
  return target ? followIfThere(state, target, stage) : withOverlay(state, 'row')
}

/** One step back: the filter, then the place that one came from, then the list. */
function back(state: UiState, stage: Stage): UiState {
  if (focused(state, stage).filter !== '') return withFilter(state, '', stage)
  const left = leave(state)
  return left ? settle(left, stage) : focusOn(state, 'list')
}

function followIfThere(state: UiState, target: Target, stage: Stage): UiState {
  const there = follow({ ...state, overlay: undefined }, target)
  if (!stage.list(there).ids.includes(target.id)) return state
  if (target.row !== undefined && !stage.detail(there).ids.includes(target.row)) return state
  return settle(there, stage)
}

function move(state: UiState, stage: Stage, step: Step): UiState {
  if (state.overlay) {
    const size = stage.overlay(state)
    return {
      ...state,
      overlay: scrolled({ ...state.overlay, top: step(state.overlay.top, size.page) }, size),
    }
  }
  return withFocused(state, moveBy(focused(state, stage), focusedView(state, stage), step), stage)
}

/** So many columns at a time. */
const SIDEWAYS = 8

/** Sideways: a text that lies over the lists, or one that stands in place of rows. */
function scrollBy(state: UiState, stage: Stage, columns: number): UiState {
  const { overlay } = state
  if (overlay) {
    const left = overlay.left + columns
    return { ...state, overlay: scrolled({ ...overlay, left }, stage.overlay(state)) }
  }
  const { text } = focusedView(state, stage)
  const list = focused(state, stage)
  return text
    ? withFocused(state, scrolled({ ...list, left: (list.left ?? 0) + columns }, text), stage)
    : state
}

/** Puts a changed list where the focus is. Another object starts its tabs at their top; filters and order stay. */
function withFocused(state: UiState, list: ListState, stage: Stage): UiState {
  const { place } = state
  if (place.focus === 'detail') return withDetail(state, stage.tabs(state).tab, list)
  return { ...state, place: withList(place, list) }
}

function withList(place: Place, list: ListState): Place {
  if (list.selectedId === place.list.selectedId) return { ...place, list }
  const details = Object.entries(place.details).map(([tab, { filter, sort }]) => [
    tab,
    { ...emptyList, filter, sort },
  ])
  return { ...place, list, details: Object.fromEntries(details) as Place['details'] }
}

function withDetail(state: UiState, tab: string, list: ListState): UiState {
  const { place } = state
  return { ...state, place: { ...place, details: { ...place.details, [tab]: list } } }
}

/** Looks for the chosen rows again after rows or the size of the screen changed. */
function settle(state: UiState, stage: Stage): UiState {
  const view = stage.list(state)
  const { list } = state.place
  const place = withList(state.place, select(list, view, indexOf(list, view)))
  const next = { ...state, place }
  const { tab } = stage.tabs(next)
  const before = detailList(place, tab)
  const detail = stage.detail(next)
  return withDetail(next, tab, select(before, detail, indexOf(before, detail)))
}

function withFilter(state: UiState, filter: string, stage: Stage): UiState {
  return settle(withFocused(state, { ...focused(state, stage), filter }, stage), stage)
}

function withSort(state: UiState, sort: ListState['sort'], stage: Stage): UiState {
  return settle(withFocused(state, { ...focused(state, stage), sort }, stage), stage)
}

function withOverlay(state: UiState, kind: OverlayKind): UiState {
  return { ...state, overlay: { kind, top: 0, left: 0 } }
}

function withTab(state: UiState, by: number, stage: Stage): UiState {
  const { ids, tab } = stage.tabs(state)
  const index = ids.indexOf(tab)
  return { ...state, place: { ...state.place, tab: ids[(index + by + ids.length) % ids.length] ?? tab } }
}
