import type { TabId } from './tabs/tab-id.ts'

export type Sort = { readonly column: string; readonly reversed: boolean }

/** Where a list stands. A row is chosen by its id, so it stays chosen when rows come and go around it. */
export type ListState = {
  readonly selectedId: string | undefined
  /** Where the chosen row was: the row at this place is chosen when it vanishes. */
  readonly index: number
  /** First item on the screen. */
  readonly top: number
  readonly filter: string
  readonly sort: Sort | undefined
}

export type Pane = 'list' | 'detail'

/** What lies over the lists: the keys, all of a row, the row as JSON, where it comes from. */
export type OverlayKind = 'help' | 'row' | 'json' | 'origin'

export type Overlay = { readonly kind: OverlayKind; readonly top: number }

export type Toast = { readonly text: string; readonly tone: 'ok' | 'warn' | 'bad'; readonly until: number }

export type UiState = {
  readonly columns: number
  readonly rows: number
  readonly focus: Pane
  readonly list: ListState
  readonly tab: TabId
  readonly details: Readonly<Record<TabId, ListState>>
  readonly problemsOnly: boolean
  /** A filter is being typed for the pane with the focus. */
  readonly isTyping: boolean
  readonly overlay: Overlay | undefined
  readonly isFrozen: boolean
  readonly toast: Toast | undefined
}

export const emptyList: ListState = { selectedId: undefined, index: 0, top: 0, filter: '', sort: undefined }

export function initialState(columns: number, rows: number): UiState {
  return {
    columns,
    rows,
    focus: 'list',
    list: emptyList,
    tab: 'interfaces',
    details: {
      interfaces: emptyList,
      addresses: emptyList,
      routes: emptyList,
      neighbours: emptyList,
      fdb: emptyList,
      rules: emptyList,
      ipvs: emptyList,
      sysctls: emptyList,
      sockets: emptyList,
      xfrm: emptyList,
      sources: emptyList,
    },
    problemsOnly: false,
    isTyping: false,
    overlay: undefined,
    isFrozen: false,
    toast: undefined,
  }
}
