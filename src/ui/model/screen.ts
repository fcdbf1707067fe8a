import type { Data } from './data.ts'
import { footerLine, headerLine } from './chrome.ts'
import { crumbsLine } from './crumbs.ts'
import type { Dialog } from './dialog/dialog.ts'
import { dialogExtent, dialogPanes } from './dialog/pane.ts'
import type { Situation } from './keymap.ts'
import { type Layout, layoutOf, minimum } from './layout.ts'
import type { ListView } from './lists.ts'
import { overlayText } from './overlay.ts'
import {
  detailChrome,
  detailPane,
  detailText,
  FRAME,
  listChrome,
  listPane,
  MARGIN,
  overlayPane,
  palettePane,
  type PaneModel,
  TITLE_ROWS,
} from './panes.ts'
import { paletteFound } from './palette/palette.ts'
import type { Stage } from './reducer.ts'
import type { ShownRows } from './rows.ts'
import { chosenIndex, chosenRow, shownDetail, shownIn, shownList, shownTabs } from './shown.ts'
import type { Line } from './span.ts'
import type { UiState } from './state.ts'
import { textPosition, textSize } from './text-size.ts'
import { viewOf } from './views/index.ts'

/** A whole frame, ready to be painted. */
export type ScreenModel =
  | { readonly kind: 'message'; readonly text: string; readonly columns: number; readonly rows: number }
  | {
      readonly kind: 'panes'
      readonly header: Line
      readonly crumbs: Line
      readonly panes: readonly PaneModel[]
      readonly footer: Line
    }

/** Makes a frame of the state and the data. `now` is in milliseconds since the epoch. */
export function screenModel(state: UiState, data: Data, now: number): ScreenModel {
  const layout = layoutFor(state)
  if (layout.kind === 'too-small') {
    const text = `Terminal too small: ${state.columns}x${state.rows}, need ${minimum.columns}x${minimum.rows}`
    return { kind: 'message', text, columns: state.columns, rows: state.rows }
  }
  const head = {
    kind: 'panes',
    header: headerLine(state, data, now),
    crumbs: crumbsLine(state, data, now),
  } as const
  if (state.palette) {
    const pane = palettePane(state, state.palette, data, layout)
    return { ...head, panes: [pane.model], footer: footerLine(state, 'palette', pane.position) }
  }
  if (state.dialog) {
    const { panes, position } = dialogPanes(state.dialog, data, state.columns, layout, now)
    return { ...head, panes, footer: footerLine(state, situationOf(state), position) }
  }
  if (state.overlay) {
    const pane = overlayPane(state, data, layout, now)
    return { ...head, panes: [pane.model], footer: footerLine(state, situationOf(state), pane.position) }
  }
  return { ...head, panes: panesOf(state, data, layout), footer: footerOf(state, data, now) }
}

type Panes = { readonly state: UiState; readonly data: Data; readonly panes: readonly PaneModel[] }
let last: Panes | undefined

/** The panes, those of the frame before while nothing in them can have changed: every second a frame is asked for. */
function panesOf(state: UiState, data: Data, layout: Layout): readonly PaneModel[] {
  if (last?.state === state && isSameData(last.data, data)) return last.panes
  const panes = [
    ...(layout.list ? [listPane(state, data, layout.list.columns, layout.rows)] : []),
    ...(layout.detail ? [detailPane(state, data, layout.detail.columns, layout.rows)] : []),
  ]
  last = { state, data, panes }
  return panes
}

/** The same but for the time until which it is known to be true, which the header alone tells. */
function isSameData({ status: before, ...old }: Data, { status, ...now }: Data): boolean {
  const isSame = (a: object, b: object): boolean => {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    keys.delete('checkedAt')
    return [...keys].every(key => Reflect.get(a, key) === Reflect.get(b, key))
  }
  return isSame(old, now) && isSame(before, status)
}

function footerOf(state: UiState, data: Data, now: number): Line {
  return footerLine(state, situationOf(state), position(state, data, now))
}

/** Which keys are valid now. */
export function situationOf(state: UiState): Situation {
  if (state.palette) return 'palette'
  if (state.dialog)
    return state.dialog.kind === 'plan' && state.dialog.focus === 'word' ? 'word' : state.dialog.kind
  if (state.isTyping) return 'filter'
  if (state.overlay?.kind === 'export') return 'export'
  return state.overlay ? 'overlay' : 'pane'
}

/** How far an open dialog can be scrolled. */
export function extentOf(
  dialog: Dialog,
  state: UiState,
  data: Data,
  now: number,
): ReturnType<typeof dialogExtent> {
  return dialogExtent(dialog, data, state.columns, layoutFor(state), now)
}

/** What the reducer asks about a state. */
export function stageOf(data: Data, now: number): Stage {
  return {
    list: state => {
      const { shown, table } = shownList(state, data)
      const layout = layoutFor(state)
      const columns = (layout.list?.columns ?? state.columns) - FRAME
      const { above, below } = listChrome(state, data, columns)
      const page = layout.rows - TITLE_ROWS - above.length - below.length
      // Some columns are there only when there are several nodes.
      const sortable = viewOf(state.place.view).sortable.filter(sort =>
        table.columns.some(({ id }) => id === sort),
      )
      return listView(shown, page, sortable)
    },
    detail: state => {
      const { shown, detail } = shownDetail(state, data)
      const layout = layoutFor(state)
      const columns = (layout.detail?.columns ?? state.columns) - FRAME
      const page = Math.max(1, layout.rows - TITLE_ROWS - detailChrome(state, data, columns).length)
      const text = detailText(state, data, columns)
      const view = listView(shown, page, detail.sortable)
      return text ? { ...view, text: textSize(text, columns - MARGIN, page) } : view
    },
    overlay: state => {
      const columns = state.columns - FRAME
      const { lines } = overlayText(state, data, columns, now)
      return textSize(lines, columns, layoutFor(state).rows - TITLE_ROWS)
    },
    found: (palette, table) => paletteFound(palette, data, table).entries.length,
    tabs: state => {
      const { tabs, tab } = shownTabs(state, data)
      return { ids: tabs.map(({ id }) => id), tab }
    },
    target: state => chosenRow(state, data)?.target,
  }
}

function layoutFor({ columns, rows, place }: UiState): Layout {
  return layoutOf(columns, rows, place.focus, viewOf(place.view).share)
}

function listView(shown: ShownRows, page: number, sortable: readonly string[]): ListView {
  const isInert = (index: number): boolean => shown.rows[index]?.isInert === true
  return { ids: shown.ids, heights: shown.heights, page: Math.max(1, page), sortable, isInert }
}

function position(state: UiState, data: Data, now: number): string {
  const { focus } = state.place
  const at = shownIn(focus, state, data)
  const isText = focus === 'detail' && at.shown.rows.length === 0
  const { text } = isText ? stageOf(data, now).detail(state) : {}
  if (text) return textPosition(text, at.list)
  const { shown } = at
  const total = shown.rows.length - shown.inert.length
  const index = chosenIndex(at)
  const before = shown.inert.filter(inert => inert < index).length
  return total === 0 ? '0 of 0' : `${index + 1 - before} of ${total}`
}
