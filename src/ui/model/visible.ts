import type { Data } from './data.ts'
import { indexOf } from './lists.ts'
import { stageOf } from './screen.ts'
import type { Visible } from './session.ts'
import { chosenId, shownDetail, shownTabs } from './shown.ts'
import type { UiState } from './state.ts'
import { followedPath } from './trace/followed.ts'
import { tracedNamespaces } from './trace/settings.ts'
import { viewOf } from './views/index.ts'
import { scrollTo, windowFrom } from './window.ts'

/** What of the kernel is on the screen, down to the links of a list that may hold thousands. */
export function visibleNow(state: UiState, data: Data, now: number): Visible {
  const { place } = state
  const visible = viewOf(place.view).visible(chosenId(state, data), shownTabs(state, data).tab, data)
  const settingsOf = tracedNamespaces(state, data)
  if (settingsOf) return { ...visible, settingsOf, path: followedPath(state, data) }
  if (place.view !== 'namespaces' || visible.tab !== 'interfaces') return visible
  const { shown, list } = shownDetail(state, data)
  const { page } = stageOf(data, now).detail(state)
  const total = shown.ids.length
  const top = scrollTo(total, shown.heights, indexOf(list, shown), list.top, page)
  const { from, to } = windowFrom(total, shown.heights, top, page)
  return { ...visible, links: shown.ids.slice(from, to).map(Number) }
}

/** Whether both ask for the same. Nothing asked yet is not the same as to ask for nothing. */
export function isSameVisible(a: Visible, b: Visible | undefined): boolean {
  if (b === undefined) return false
  if (a.namespaceId !== b.namespaceId || a.tab !== b.tab || a.links?.join() !== b.links?.join()) return false
  if (a.settingsOf?.join() !== b.settingsOf?.join()) return false
  return JSON.stringify(a.path) === JSON.stringify(b.path)
}
