import type { Graph, KernelRow, NamespacePart, ObjectType, RowRef } from '../../graph/model.ts'
import { objectOf } from '../../graph/query.ts'
import type { Target } from './places.ts'
import type { TabId } from './tabs/tab-id.ts'

/** The view that has a row for each object of a type. */
const viewOfType: Partial<Record<ObjectType, string>> = {
  node: 'overview',
  network: 'networks',
  sandbox: 'sandboxes',
  endpoint: 'endpoints',
  service: 'services',
  task: 'services',
  'virtual-service': 'balancing',
  'real-server': 'balancing',
}

/** Where an object is shown: its own row, or that of what it belongs to. Undefined when there is no such object. */
export function placeOfObject(graph: Graph, id: string | undefined): Target | undefined {
  const object = id === undefined ? undefined : objectOf(graph, id)
  if (!object) return undefined
  const view = viewOfType[object.type]
  if (view !== undefined) return { view, id: object.id }
  if (object.type === 'container') return placeOfObject(graph, object.sandbox ?? object.task)
  if (object.type === 'peer') return placeOfObject(graph, object.network)
  if (object.type === 'port') return placeOfObject(graph, object.service ?? object.task ?? object.container)
  return undefined
}

/** What an object is called in one word before its name. */
export const typeWords: Readonly<Record<ObjectType, string>> = {
  node: 'node',
  network: 'network',
  sandbox: 'sandbox',
  endpoint: 'endpoint',
  service: 'service',
  task: 'task',
  container: 'container',
  'virtual-service': 'virtual service',
  'real-server': 'real server',
  peer: 'peer',
  port: 'port',
}

/** The tab that shows the rows of a part of a namespace. */
const tabOfPart: Readonly<Record<NamespacePart, TabId>> = {
  namespace: 'sources',
  links: 'interfaces',
  addresses: 'addresses',
  routes: 'routes',
  rules: 'routes',
  neighbours: 'neighbours',
  fdb: 'fdb',
  vlans: 'fdb',
  nsids: 'sources',
  netfilter: 'rules',
  nft: 'rules',
  ipvs: 'ipvs',
  xfrm: 'xfrm',
  sockets: 'sockets',
  sysctls: 'sysctls',
  conntrack: 'sysctls',
}

export function tabOfRow({ part }: KernelRow): TabId {
  return tabOfPart[part]
}

/** The very row that proves a statement, where it is shown raw. */
export function placeOfRow(ref: RowRef): Target {
  if (ref.from === 'docker') {
    const row = ref.id === '' ? {} : { row: ref.id }
    return { view: 'namespaces', id: dockerRowId, tab: ref.part, node: ref.node, ...row }
  }
  const tab = tabOfRow(ref)
  const row = ref.key === '' || ref.part === 'namespace' || ref.part === 'nsids' ? {} : { row: ref.key }
  return { view: 'namespaces', id: ref.namespace, tab, node: ref.node, ...row }
}

/** Row of the Docker API in the view of raw rows. */
export const dockerRowId = 'docker'
