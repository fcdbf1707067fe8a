import type { Namespace } from '../../../snapshot/index.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { type Data, namespacesById } from '../data.ts'
import { dockerRowId } from '../objects.ts'
import { dockerDetail, dockerOrigin, dockerTabs, withDocker } from './docker-rows.ts'
import { kindWords, namespaceSortable, namespaceTable } from '../namespaces.ts'
import { originLines } from '../origin.ts'
import { isDirectory, reportsOf } from '../sources.ts'
import type { Span } from '../span.ts'
import { emptyLines, sourceNotices } from '../tab-state.ts'
import { isTabId, type TabId, tabIds } from '../tabs/tab-id.ts'
import { tabs, tabTable } from '../tabs/index.ts'
import type { Detail, View } from './view.ts'

/** Every namespace with all of its rows, as the kernel holds them: what the other views are made from. */
export const namespacesView: View = {
  id: 'namespaces',
  key: '8',
  title: 'Namespaces',
  short: 'Netns',
  singular: 'namespace',
  description: 'Namespaces: every row as the kernel holds it',
  share: 0.32,
  sortable: namespaceSortable,
  table: ({ snapshot }) => withDocker(namespaceTable(snapshot), snapshot),
  notices: () => [],
  empty: ({ status, snapshot }) => {
    if (status.collecting) return 'Looking for namespaces…'
    const missing = snapshot.sources.find(({ source, reason }) => isDirectory(source) && reason !== undefined)
    return missing ? `No namespaces: ${missing.source}: ${missing.reason ?? ''}` : 'No namespaces.'
  },
  tabs: (id, data) => {
    if (id === dockerRowId) return dockerTabs(data.snapshot)
    const namespace = namespaceOf(id, data)
    return tabIds.map(tab => {
      const count = namespace ? tabs[tab].count(namespace) : 0
      return { id: tab, title: tabs[tab].title, short: tabs[tab].short, count, isEmpty: count === 0 }
    })
  },
  detail: (id, tab, data) =>
    id === dockerRowId
      ? dockerDetail(data.snapshot, tab)
      : namespaceDetail(namespaceOf(id, data), tabOf(tab), data),
  origin: (id, data, columns, now) => {
    if (id === dockerRowId) return dockerOrigin(data.snapshot, columns)
    const namespace = namespaceOf(id, data)
    return namespace ? originLines(data.snapshot, namespace, reportsOf(namespace, ['']), columns, now) : []
  },
  objectId: (id, { graph }) => Object.values(graph.sandboxes).find(({ namespace }) => namespace === id)?.id,
  visible: (id, tab) =>
    id === dockerRowId ? { namespaceId: undefined, tab: undefined } : { namespaceId: id, tab: tabOf(tab) },
}

function namespaceOf(id: string | undefined, { snapshot }: Data): Namespace | undefined {
  return id === undefined ? undefined : namespacesById(snapshot).get(id)
}

function tabOf(tab: string): TabId {
  return isTabId(tab) ? tab : tabIds[0]
}

const none: Detail = {
  title: [{ text: 'No namespace', tone: 'dim' }],
  table: undefined,
  sortable: [],
  notices: () => [],
  empty: () => [],
  origin: () => [],
}

function namespaceDetail(namespace: Namespace | undefined, tab: TabId, data: Data): Detail {
  if (!namespace) return none
  const { snapshot, status, history, series } = data
  const names = namespacesById(snapshot)
  return {
    title: titleOf(namespace),
    table: tabTable(tab, {
      namespace,
      history: history?.id === namespace.id ? history : undefined,
      series: series?.id === namespace.id ? series : undefined,
      nameOf: id => names.get(id)?.name ?? id,
    }),
    sortable: tabs[tab].sortable,
    notices: columns => sourceNotices(tabs[tab], namespace, columns),
    empty: (columns, isFrozen) => {
      const readAt = `at ${snapshot.takenAt.slice(11, 19)} UTC`
      // Some sources are read only when their tab is open; what is frozen or cut off will not come.
      const isReading = status.mode === 'live' && status.lastError === undefined && !isFrozen
      return emptyLines(tabs[tab], namespace, { readAt, isReading }, columns)
    },
    origin: (row, columns, now) => {
      // In the tab of sources a row is one of them.
      const reports =
        tab === 'sources'
          ? namespace.sources.filter(({ source }) => source === row)
          : reportsOf(namespace, tabs[tab].sources)
      return originLines(snapshot, namespace, reports, columns, now)
    },
  }
}

function titleOf(namespace: Namespace): Span[] {
  const { word, tone } = kindWords[namespace.kind]
  return [
    { text: sanitise(namespace.name), tone: 'title' },
    { text: ' ' },
    { text: word, tone },
    { text: ` ${sanitise(namespace.id)}`, tone: 'dim' },
  ]
}
