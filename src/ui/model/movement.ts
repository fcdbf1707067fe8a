import { advanceChanges } from './changes.ts'
import { type Data, namespacesById } from './data.ts'
import { advanceSeries } from './series.ts'
import type { Visible } from './session.ts'
import { chosenId, shownTabs } from './shown.ts'
import { knowledgeOf } from './sources.ts'
import type { UiState } from './state.ts'
import type { Table } from './table.ts'
import { advanceFollowing } from './trace/follow.ts'
import { followedQuestion } from './trace/followed.ts'
import { viewOf } from './views/index.ts'

/**
 * Takes into the data what changed on the screen a moment ago, and how busy it is.
 *
 * @param phase nothing that comes with another phase is a change; undefined while nothing is
 */
export function moved(
  state: UiState,
  data: Data,
  visible: Visible,
  phase: string | undefined,
  now: number,
): Data {
  const { namespaceId } = visible
  const following = advanceFollowing(data.following, followedQuestion(state, data), data, now)
  const namespace = namespaceId === undefined ? undefined : namespacesById(data.snapshot).get(namespaceId)
  const series = advanceSeries(data.series, namespace, now)
  const { view } = state.place
  // A trace goes on where it ended because nobody had read what decides there: that is no change.
  const settings = visible.settingsOf?.map(id => namespacesById(data.snapshot).get(id)) ?? []
  const unread = settings.flatMap(one => (one && knowledgeOf(one, settingSources) === 'unread' ? one.id : []))
  const what = `${phase} ${view} ${unread.join()}`
  const before = phase === undefined ? undefined : data.changes
  const list = advanceChanges(before?.list, what, viewOf(view).table(data), now)
  // The chosen object depends on the list, and that on what is gone from it.
  const withList = { ...data, series, following, changes: { list, detail: data.changes?.detail ?? list } }
  const { tab } = shownTabs(state, withList)
  const id = chosenId(state, withList)
  const table = viewOf(view).detail(id, tab, withList).table ?? emptyTable
  const detail = advanceChanges(before?.detail, `${what} ${id} ${tab}`, table, now)
  const isSame =
    series === data.series &&
    following === data.following &&
    list === data.changes?.list &&
    detail === data.changes?.detail
  return isSame ? data : { ...withList, changes: { list, detail } }
}

const settingSources = ['proc.sysctls']
const emptyTable: Table = { columns: [], rows: [] }
