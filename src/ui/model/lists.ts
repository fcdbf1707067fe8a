import type { ListState } from './state.ts'
import { scrollTo } from './window.ts'

/** What the reducer has to know of a list on the screen. */
export type ListView = {
  readonly ids: readonly string[]
  readonly heights: number | readonly number[]
  /** Rows of the screen that the list has. */
  readonly page: number
  /** Columns that it can be sorted by. */
  readonly sortable: readonly string[]
  /** Whether the item at an index is passed over: a title, or gone. */
  readonly isInert: (index: number) => boolean
  /** What stands there in place of rows. */
  readonly text?: TextSize
}

/** A text on the screen: how many lines it has and how many of them are seen, how many columns are seen and how many are not. */
export type TextSize = {
  readonly lines: number
  readonly page: number
  readonly columns: number
  readonly over: number
}

/** Where a text is looked at: never behind its end. */
export function scrolled<At extends { readonly top: number; readonly left?: number }>(
  at: At,
  { lines, page, over }: TextSize,
): At & { readonly left: number } {
  return { ...at, top: clamp(at.top, Math.max(0, lines - page)), left: clamp(at.left ?? 0, over) }
}

/** Where the chosen row is now; the row that took its place when it is gone. */
export function indexOf(list: ListState, view: Pick<ListView, 'ids'>): number {
  if (view.ids[list.index] === list.selectedId) return list.index
  const found = list.selectedId === undefined ? -1 : view.ids.indexOf(list.selectedId)
  return found === -1 ? clamp(list.index, view.ids.length - 1) : found
}

/** Chooses the row at an index, or the nearest there is. */
export function select(list: ListState, view: ListView, wanted: number): ListState {
  const total = view.ids.length
  if (total === 0 && view.text) return scrolled({ ...list, index: 0, selectedId: undefined }, view.text)
  const index = passInert(view, clamp(wanted, total - 1), wanted < list.index ? -1 : 1)
  let top = list.top
  // The titles right above a row are shown with it, where there is room.
  for (let first = index; first >= 0 && (first === index || view.isInert(first)); first--)
    top = scrollTo(total, view.heights, first, top, view.page)
  return {
    ...list,
    index,
    top: scrollTo(total, view.heights, index, top, view.page),
    selectedId: view.ids[index],
  }
}

/** The first item that is no title from an index on, else the last one before it. */
function passInert({ ids, isInert }: ListView, from: number, by: 1 | -1): number {
  for (const step of [by, -by]) {
    for (let index = from; index >= 0 && index < ids.length; index += step) {
      if (!isInert(index)) return index
    }
  }
  return from
}

/** Where a list goes from one index to another; `page` is in items, one at least. */
export type Step = (index: number, page: number) => number

/** Where each command that moves goes. */
export const steps = {
  down: index => index + 1,
  up: index => index - 1,
  'half-page-down': (index, page) => index + Math.ceil(page / 2),
  'half-page-up': (index, page) => index - Math.ceil(page / 2),
  'page-down': (index, page) => index + page,
  'page-up': (index, page) => index - page,
  first: () => 0,
  last: () => Number.MAX_SAFE_INTEGER,
} as const satisfies Readonly<Record<string, Step>>

/** What a command that moves does; undefined for all others. */
export function stepOf(command: string): Step | undefined {
  return Object.hasOwn(steps, command) ? steps[command as keyof typeof steps] : undefined
}

/** Moves the chosen row. */
export function moveBy(list: ListState, view: ListView, step: Step): ListState {
  if (view.ids.length === 0 && view.text)
    return scrolled({ ...list, top: step(list.top, view.text.page) }, view.text)
  const index = indexOf(list, view)
  // A page of a list with tall items is as many items as fit, and one at least.
  const tall = typeof view.heights === 'number' ? view.heights : (view.heights[index] ?? 1)
  return select(list, view, step(index, Math.max(1, Math.floor(view.page / tall))))
}

/** The order by the next column that it can be sorted by, and after the last one the order of the data. */
export function nextSort({ sort }: ListState, { sortable }: ListView): ListState['sort'] {
  const next = sortable[sort === undefined ? 0 : sortable.indexOf(sort.column) + 1]
  return next === undefined ? undefined : { column: next, reversed: false }
}

export function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(value, highest))
}
