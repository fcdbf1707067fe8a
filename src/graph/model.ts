import type { RowRef } from './evidence.ts'
import type { RealServer, VirtualService } from './model/balance.ts'
import type { Container, SwarmService, SwarmTask } from './model/swarm.ts'
import type { OverlayPeer, PublishedPort } from './model/reach.ts'
import type { Endpoint, Network, Node, Sandbox } from './model/network.ts'

/**
 * The Container Network Model of one node or of a cluster, joined from what the kernels and the daemons said. Plain data:
 * objects by stable id, relations as ids, and for each relation an edge with the rows that prove it.
 *
 * Ids begin with the type: `endpoint:…`. Order says nothing, and the same snapshots in any order give the same graph.
 */
export type Graph = {
  readonly nodes: Readonly<Record<string, Node>>
  readonly networks: Readonly<Record<string, Network>>
  readonly sandboxes: Readonly<Record<string, Sandbox>>
  readonly endpoints: Readonly<Record<string, Endpoint>>
  readonly services: Readonly<Record<string, SwarmService>>
  readonly tasks: Readonly<Record<string, SwarmTask>>
  readonly containers: Readonly<Record<string, Container>>
  readonly virtualServices: Readonly<Record<string, VirtualService>>
  readonly realServers: Readonly<Record<string, RealServer>>
  readonly peers: Readonly<Record<string, OverlayPeer>>
  readonly ports: Readonly<Record<string, PublishedPort>>
  /** Relations that take more than the rows of both ends to prove. `allEdges` of edges.ts adds those that objects tell. */
  readonly edges: readonly Edge[]
}

export type GraphObject =
  | Node
  | Network
  | Sandbox
  | Endpoint
  | SwarmService
  | SwarmTask
  | Container
  | VirtualService
  | RealServer
  | OverlayPeer
  | PublishedPort

export type ObjectType = GraphObject['type']

/** A relation, read from left to right: the endpoint `joins` the network. */
export type EdgeKind =
  /** sandbox, container, task, virtual service, published port: on which node */
  | 'on-node'
  /** sandbox `holds` network (its overlay namespace) or load balancer `balances` network */
  | 'holds'
  | 'balances'
  /** endpoint to its one network and its one sandbox */
  | 'joins'
  | 'in-sandbox'
  /** container to its sandbox, and to the task that it runs for */
  | 'has-sandbox'
  | 'runs-task'
  /** task to its service */
  | 'of-service'
  /** service to a network that it is on */
  | 'on-network'
  /** virtual service to the sandbox that it lives in, the network and the service that it stands for */
  | 'in-ipvs'
  | 'serves'
  /** real server to its virtual service, and to the task and the endpoint that it leads to */
  | 'behind'
  | 'is-task'
  | 'leads-to'
  /** overlay peer to its network, the node behind the VTEP and the endpoints there */
  | 'tunnels'
  | 'is-node'
  | 'reaches'
  /** published port to its service or container, and to what a packet meets next */
  | 'publishes'
  | 'forwards-to'

export type Edge = {
  readonly kind: EdgeKind
  readonly from: string
  readonly to: string
  /** What proves it; never empty. */
  readonly evidence: readonly RowRef[]
}

export type { Warning, WarningCode } from './model/warning.ts'
export type * from './model/balance.ts'
export type * from './model/network.ts'
export type * from './model/reach.ts'
export type * from './model/swarm.ts'
export type * from './evidence.ts'
