import type { Dialog } from './dialog/dialog.ts'
import { type Binding, bindings } from './keymap.ts'

export type Sort = { readonly column: string; readonly reversed: boolean }

/** Where a list stands. A row is chosen by its id, so it stays chosen when rows come and go around it. */
export type ListState = {
  readonly selectedId: string | undefined
  /** Where the chosen row was: the row at this place is chosen when it vanishes. */
  readonly index: number
  /** First item on the screen. */
  readonly top: number
  /** First column on the screen, of a text that is wider than its pane. */
  readonly left?: number
  readonly filter: string
  readonly sort: Sort | undefined
}

export type Pane = 'list' | 'detail'

/** Where one is: a view, what is chosen in it, and the places that led there. */
export type Place = {
  readonly view: string
  /** Graph id of the node that raw rows are shown of; undefined where there is one only. */
  readonly node: string | undefined
  readonly list: ListState
  /** The tab of the detail pane; the first one of the view when it has no such tab. */
  readonly tab: string
  /** The list of each tab that was looked at. */
  readonly details: Readonly<Record<string, ListState>>
  readonly focus: Pane
  /** The pane that had the focus on arrival: going back from there leaves the place. */
  readonly entered: Pane
  /** The places whose relations were followed to here, the nearest last. */
  readonly trail: readonly Place[]
}

/** What lies over the lists: the keys, all of a row, the row as JSON, where it comes from. */
export type OverlayKind = 'help' | 'row' | 'json' | 'origin' | 'wiring' | 'export'

export type Overlay = { readonly kind: OverlayKind; readonly top: number; readonly left: number }

/** What is typed into the palette, and which of what it finds is chosen. */
export type Palette = {
  readonly query: string
  readonly index: number
  /** Which of the earlier queries is shown again, counted from the last one; undefined for a new one. */
  readonly recalled: number | undefined
}

export type Toast = { readonly text: string; readonly tone: 'ok' | 'warn' | 'bad'; readonly until: number }

export type UiState = {
  readonly columns: number
  readonly rows: number
  readonly place: Place
  /** Places that were left, the last one last, and those that one went back from, the nearest last. */
  readonly past: readonly Place[]
  readonly future: readonly Place[]
  /** How each view was left. */
  readonly left: Readonly<Record<string, Place>>
  readonly problemsOnly: boolean
  /** A filter is being typed for the pane with the focus. */
  readonly isTyping: boolean
  readonly overlay: Overlay | undefined
  /** Absent while it is closed. */
  readonly palette: Palette | undefined
  /** What lies over the lists while something is to be changed. */
  readonly dialog: Dialog | undefined
  /** Queries that led somewhere, the last one first. */
  readonly queries: readonly string[]
  readonly isFrozen: boolean
  /** Counters along the chosen path of view 7 are read again every second. */
  readonly isFollowing: boolean
  /** The keys, as they are or as the configuration has them. */
  readonly bindings: readonly Binding[]
  readonly toast: Toast | undefined
}

export const emptyList: ListState = { selectedId: undefined, index: 0, top: 0, filter: '', sort: undefined }

/** Where the list of a tab stands. */
export function detailList({ details }: Place, tab: string): ListState {
  return details[tab] ?? emptyList
}

/** A view as it is when nobody was there yet. */
export function freshPlace(view: string): Place {
  return {
    view,
    node: undefined,
    list: emptyList,
    tab: '',
    details: {},
    focus: 'list',
    entered: 'list',
    trail: [],
  }
}

export function initialState(
  columns: number,
  rows: number,
  view: string,
  table: readonly Binding[] = bindings,
): UiState {
  return {
    columns,
    rows,
    place: freshPlace(view),
    past: [],
    future: [],
    left: {},
    problemsOnly: false,
    isTyping: false,
    overlay: undefined,
    palette: undefined,
    dialog: undefined,
    queries: [],
    isFrozen: false,
    isFollowing: false,
    bindings: table,
    toast: undefined,
  }
}
