import type { Graph, Node } from '../../graph/model.ts'
import type { Question } from '../../lb/index.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import type { TableChanges } from './changes.ts'
import type { Desk } from './desk.ts'
import type { LogEntry } from './log.ts'
import type { NamespaceHistory } from './rates.ts'
import type { NamespaceSeries } from './series.ts'
import type { SessionStatus } from './session.ts'
import type { Following } from './trace/follow.ts'

/** All that a frame is made of besides the state of the screen. */
export type Data = {
  /** Of the node that raw rows are shown of. */
  readonly snapshot: Snapshot
  /** Of all nodes of a cluster, that one among them. */
  readonly nodes: readonly Snapshot[]
  /** Made from the snapshots, or from those shortly before. */
  readonly graph: Graph
  readonly status: SessionStatus
  /** All is read for the first time: what does not fit may only not be read yet, so none of it is told. */
  readonly isFirstReading?: boolean
  /** How busy the namespace on the screen was lately. */
  readonly series?: NamespaceSeries | undefined
  /** What this session saw happen. */
  readonly log?: readonly LogEntry[]
  /** What was asked to be traced on this screen, the last one first. */
  readonly questions?: readonly Question[] | undefined
  /** Readings of the path of a trace, while its counters are followed. */
  readonly following?: Following | undefined
  /** What changed a moment ago in the lists on the screen. */
  readonly changes?: { readonly list: TableChanges; readonly detail: TableChanges } | undefined
  /** What was and can be changed; absent where nothing can even be planned. */
  readonly desk?: Desk | undefined
  /** Readings of the namespace on the screen before this one. */
  readonly history: NamespaceHistory | undefined
}

/** The snapshot of a node of the graph; undefined when there is none of it. */
export function snapshotOfNode({ nodes, graph }: Data, id: string): Snapshot | undefined {
  const node = graph.nodes[id]
  // While a node is watched its snapshot gets younger, and the graph stays as long as nothing of it changes.
  if (nodes.length === 1) return node?.hasSnapshot === true ? nodes[0] : undefined
  const sameTime = nodes.filter(({ takenAt }) => takenAt === node?.takenAt)
  return sameTime.length > 1
    ? sameTime.find(({ host, docker }) => [host.hostname, docker?.info?.Name].includes(node?.hostname))
    : sameTime[0]
}

/** The node of the graph that a snapshot is of. */
export function nodeOfSnapshot(data: Data, snapshot: Snapshot): Node | undefined {
  return Object.values(data.graph.nodes).find(({ id }) => snapshotOfNode(data, id) === snapshot)
}

const byId = new WeakMap<readonly Namespace[], ReadonlyMap<string, Namespace>>()

/** The namespaces of a snapshot by their ids. */
export function namespacesById({ namespaces }: Snapshot): ReadonlyMap<string, Namespace> {
  let map = byId.get(namespaces)
  if (!map) {
    map = new Map(namespaces.map(namespace => [namespace.id, namespace]))
    byId.set(namespaces, map)
  }
  return map
}

/** Keeps the list of namespaces when none of them changed: what was made of it is remembered by it. */
export function sameNamespaces(before: Snapshot, after: Snapshot): Snapshot {
  const { namespaces } = before
  // One of the nodes of a cluster is known by what it is, not by what it holds.
  if (after.namespaces === namespaces) return after
  const isSame =
    namespaces.length === after.namespaces.length &&
    namespaces.every((namespace, index) => namespace === after.namespaces[index])
  return isSame ? { ...after, namespaces } : after
}
