import type { RowRef } from '../evidence.ts'

/** What did not fit together. The graph keeps both sides and says so; it decides nothing. */
export type WarningCode =
  /** Two snapshots are of one node; the newer one counts. */
  | 'old-snapshot'
  /** Several nodes, networks, sandboxes or tasks fit, and nothing tells them apart. */
  | 'ambiguous'
  /** The daemon names a namespace file that the kernel does not have. */
  | 'missing-namespace'
  /** The daemon names one namespace, and the container's process is in another. */
  | 'other-namespace'
  /** A namespace of Docker's that no container, network or load balancer owns. */
  | 'no-owner'
  /** The daemon has an endpoint, and no link of the sandbox fits. */
  | 'missing-link'
  /** A link joins a network, and the daemon has no endpoint for it. */
  | 'missing-endpoint'
  /** The daemon and the kernel differ in the MAC, an address, the network, the VNI, the MTU. */
  | 'differs'
  /** A link's other end is in no namespace that was read. */
  | 'no-peer'
  /** The network has no bridge or no tunnel where it should. */
  | 'missing-device'
  /** A mark, a VIP or a virtual service that no service of the daemon's has. */
  | 'unknown-service'
  /** A service has a VIP here, and no virtual service. */
  | 'missing-virtual-service'
  /** A real server that no task has the address of. */
  | 'unknown-real-server'
  /** A running task that is no real server of its service. */
  | 'missing-real-server'
  /** A neighbour without its forwarding entry, or the other way round. */
  | 'half-peer'
  /** A task on another node that no entry leads to. */
  | 'missing-peer'
  /** A published port that lacks a rule, or a rule for a port that nobody publishes. */
  | 'missing-rule'
  | 'unknown-port'

export type Warning = {
  readonly code: WarningCode
  /** One sentence with names and numbers; holds text of the world, so it is sanitised before it is shown. */
  readonly message: string
  /** Rows on both sides. */
  readonly evidence: readonly RowRef[]
}
