import { emptyList, freshPlace, type ListState, type Place, type UiState } from './state.ts'

/**
 * Where a relation leads, or the evidence of a statement: an object of a view, and in it, when told, a row of a tab. All
 * of it by the ids of rows.
 */
export type Target = {
  readonly view: string
  readonly id: string
  readonly tab?: string
  readonly row?: string
  /** Of raw rows: the node of the graph that they are of. */
  readonly node?: string
}

/** More places than anybody goes back through. */
const MOST_PLACES = 100

/** Another view, as it was left; the node stays. */
export function openView(state: UiState, view: string): UiState {
  if (state.place.view === view && state.place.trail.length === 0) return state
  const place = state.left[view] ?? freshPlace(view)
  return visit(state, { ...place, node: state.place.node, trail: [] })
}

/** Goes where a target says. Filters of the way there are dropped, as they could hide it; orders stay. */
export function follow(state: UiState, target: Target): UiState {
  const { left, place } = state
  const known = target.view === place.view ? place : (left[target.view] ?? freshPlace(target.view))
  const tab = target.tab ?? (target.view === place.view ? place.tab : '')
  const chosen = (list: ListState, id: string | undefined): ListState => ({
    ...emptyList,
    sort: list.sort,
    selectedId: id,
  })
  return visit(
    { ...state, problemsOnly: false },
    {
      view: target.view,
      node: target.node ?? place.node,
      list: chosen(known.list, target.id),
      tab,
      details: tab === '' ? {} : { [tab]: chosen(known.details[tab] ?? emptyList, target.row) },
      focus: 'detail',
      entered: 'detail',
      trail: [...place.trail, place],
    },
  )
}

/** Back to where a relation was followed from; undefined when one came here otherwise, or went on from here since. */
export function leave(state: UiState): UiState | undefined {
  const { place } = state
  const last = place.trail.at(-1)
  if (!last || place.focus !== place.entered) return undefined
  return visit(state, last)
}

/** Back and forth through the places that were visited, as a browser does. */
export function travel(state: UiState, way: 'back' | 'forward'): UiState {
  const from = way === 'back' ? state.past : state.future
  const place = from.at(-1)
  if (!place) return state
  const rest = from.slice(0, -1)
  const moved = remember(state, place)
  return way === 'back'
    ? { ...moved, past: rest, future: [...state.future, state.place] }
    : { ...moved, past: [...state.past, state.place], future: rest }
}

function visit(state: UiState, place: Place): UiState {
  return { ...remember(state, place), past: [...state.past, state.place].slice(-MOST_PLACES), future: [] }
}

function remember(state: UiState, place: Place): UiState {
  return { ...state, place, isTyping: false, left: { ...state.left, [state.place.view]: state.place } }
}

/** Gives the focus to a pane. Who goes to the list by himself has arrived there. */
export function focusOn(state: UiState, focus: Place['focus']): UiState {
  const { place } = state
  const entered = focus === 'list' ? 'list' : place.entered
  return { ...state, place: { ...place, focus, entered } }
}
