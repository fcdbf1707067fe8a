import type { Graph, Sandbox, SandboxKind } from '../../../graph/model.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import { balanceSources, endpointSources, gapKey, gapsOf } from '../gaps.ts'
import { addressesOf } from '../describe/network.ts'
import { objectOf } from '../../../graph/query.ts'
import type { Visible } from '../session.ts'
import { type Cell, type Row, worldCell } from '../table.ts'
import { objectView } from './object-view.ts'
import {
  countCell,
  nodeCell,
  objectRow,
  sandboxKind,
  sandboxName,
  sortedByName,
  withNodeColumn,
} from './words.ts'

/** Every network namespace for what it is: whose it is, and where it is attached. */
export const sandboxesView = objectView({
  id: 'sandboxes',
  key: '3',
  title: 'Sandboxes',
  short: 'Sandb',
  singular: 'sandbox',
  description: 'Sandboxes: namespaces of tasks, containers, load balancers and overlays',
  sortable: ['kind', 'name', 'addresses', 'endpoints', 'services', 'node'],
  columns: withNodeColumn([
    { id: 'kind', title: 'KIND', hide: 1 },
    { id: 'name', title: 'NAME', isId: true, max: 32 },
    { id: 'addresses', title: 'ADDRESSES', grow: true, least: 16 },
    { id: 'endpoints', title: 'EP', align: 'right', hide: 4 },
    { id: 'services', title: 'LB', align: 'right', hide: 5 },
    { id: 'file', title: 'FILE', hide: 2, isId: true, max: 14 },
  ]),
  rows: sandboxRows,
  dependsOn: ({ nodes }) => [gapKey(nodes, endpointSources), gapKey(nodes, balanceSources)],
  empty: 'No sandboxes. They appear with the first container.',
  visible: visibleSandbox,
})

const ranks: readonly SandboxKind[] = [
  'host',
  'ingress',
  'load-balancer',
  'overlay',
  'task',
  'container',
  'build',
  'orphan',
  'other',
]

function sandboxRows(data: Data): Row[] {
  const { graph } = data
  const named = Object.values(graph.sandboxes).map(sandbox => ({
    sandbox,
    name: sandboxName(graph, sandbox),
  }))
  const ordered = sortedByName(named).sort(
    (a, b) => ranks.indexOf(a.sandbox.kind) - ranks.indexOf(b.sandbox.kind),
  )
  return ordered.map(({ sandbox, name }) =>
    objectRow(
      sandbox,
      [
        sandboxKind(sandbox.kind),
        worldCell(name, 'strong'),
        addressCell(data, sandbox),
        countCell(sandbox.endpoints.length, isRead(data, sandbox, endpointSources)),
        countCell(sandbox.virtualServices.length, isRead(data, sandbox, balanceSources)),
        worldCell(fileOf(sandbox), 'dim'),
        nodeCell(graph, sandbox.node),
      ],
      { label: name, alias: aliasOf(graph, sandbox) },
    ),
  )
}

function addressCell(data: Data, sandbox: Sandbox): Cell {
  const text = sandbox.endpoints.map(id => addressesOf(data.graph, id)).join(' ')
  return text === '' && !isRead(data, sandbox, endpointSources)
    ? { text: '?', tone: 'unknown' }
    : worldCell(text)
}

/** Whether these sources were read in the namespace of a sandbox. */
function isRead(data: Data, { node, namespace }: Sandbox, sources: readonly string[]): boolean {
  const snapshot = node === undefined ? undefined : snapshotOfNode(data, node)
  return !snapshot || namespace === undefined || !gapsOf(snapshot, sources).has(namespace)
}

function fileOf({ sandboxKey, namespace }: Sandbox): string | undefined {
  return sandboxKey === undefined ? namespace : sandboxKey.slice(sandboxKey.lastIndexOf('/') + 1)
}

function aliasOf(graph: Graph, { name, namespace = '', sandboxKey = '', containers, task }: Sandbox): string {
  const names = containers.map(id => `${graph.containers[id]?.name ?? ''} ${id}`)
  return [name, namespace, sandboxKey, task ?? '', ...names].join(' ')
}

/** What is looked at is read again soon: its interfaces. */
function visibleSandbox(id: string | undefined, { graph }: Data): Visible {
  const object = id === undefined ? undefined : objectOf(graph, id)
  const namespaceId = object?.type === 'sandbox' ? object.namespace : undefined
  return { namespaceId, tab: namespaceId === undefined ? undefined : 'interfaces' }
}
