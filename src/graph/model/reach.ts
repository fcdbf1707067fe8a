import type { RowRef } from '../evidence.ts'
import type { Common } from './network.ts'

/** An endpoint of another node, as this node's kernel knows it. */
export type RemoteEndpoint = {
  readonly mac: string
  /** Of the neighbour entry; absent when there is none. */
  readonly address?: string
  readonly task?: string
  /** Where the snapshot of that node is here. */
  readonly endpoint?: string
  /** Rows of `fdb` and `neighbours`. */
  readonly evidence: readonly RowRef[]
}

/** The other end of an overlay's tunnels, as one node sees it: a VTEP, and the endpoints behind it. */
export type OverlayPeer = Common<'peer'> & {
  /** The node that sees it. */
  readonly node: string
  readonly network: string
  readonly vtep: string
  /** The node that it is. */
  readonly peerNode?: string
  readonly endpoints: readonly RemoteEndpoint[]
}

/** What one node does for a published port. */
export type PortBinding = {
  readonly node: string
  /** DNAT in the host's nat table. */
  readonly to?: { readonly address: string; readonly port: number }
  readonly fwmark?: number
  readonly virtualService?: string
  readonly evidence: readonly RowRef[]
}

/**
 * A port of a service in the mesh (`ingress`: one for the cluster), of a task on its node (`host`), or of a container
 * (`bridge`).
 */
export type PublishedPort = Common<'port'> & {
  readonly mode: 'ingress' | 'host' | 'bridge'
  /** `tcp`, `udp`, `sctp`. */
  readonly protocol: string
  readonly port: number
  /** Where it listens; absent for all addresses. */
  readonly hostIp?: string
  readonly targetPort?: number
  /** Absent for `ingress`. */
  readonly node?: string
  readonly service?: string
  readonly task?: string
  readonly container?: string
  readonly endpoint?: string
  readonly bindings: readonly PortBinding[]
}
