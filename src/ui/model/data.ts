import type { Graph } from '../../graph/model.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import type { NamespaceHistory } from './rates.ts'
import type { SessionStatus } from './session.ts'

/** All that a frame is made of besides the state of the screen. */
export type Data = {
  readonly snapshot: Snapshot
  /** Made from the snapshot, or from one shortly before. */
  readonly graph: Graph
  readonly status: SessionStatus
  /** Readings of the namespace on the screen before this one. */
  readonly history: NamespaceHistory | undefined
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
