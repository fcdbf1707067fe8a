import type { RowRef } from '../evidence.ts'
import type { Warning } from './warning.ts'

/** What every object of the graph has. */
export type Common<Type extends string> = {
  readonly type: Type
  /** Unique in the graph, and the same in the next one. */
  readonly id: string
  /** What an operator calls it: a name of Docker's, else the kernel's. Text of the world: sanitise it. */
  readonly name: string
  /** Rows that say that it is there. */
  readonly evidence: readonly RowRef[]
  readonly warnings: readonly Warning[]
}

/** A machine of the cluster, seen from inside (a snapshot), by the manager, or only as the other end of a tunnel. */
export type Node = Common<'node'> & {
  /** Swarm's id; absent without Swarm, and when only the VTEP is known. */
  readonly nodeId?: string
  readonly hostname?: string
  /** Whether one of the snapshots is of it, and so its kernel is known. */
  readonly hasSnapshot: boolean
  /** `takenAt` of that snapshot. */
  readonly takenAt?: string
  /** Where other nodes send its overlays' packets: FDB entries and tasks' `Host IP`, else what the manager sees. */
  readonly vteps: readonly string[]
  readonly role?: 'manager' | 'worker' | 'none'
  readonly isLeader?: boolean
  readonly availability?: string
  readonly state?: string
  readonly engineVersion?: string
}

export type NetworkRole = 'ingress' | 'gwbridge' | 'default-bridge' | 'user'

/** A link by where it is; `evidence` refers to its row. */
export type LinkEnd = {
  readonly node: string
  /** `net:[4026532281]` */
  readonly namespace: string
  readonly ifindex: number
  readonly ifname: string
  readonly mac?: string
  readonly evidence: RowRef
}

/** The tunnel of one subnet of an overlay on one node. */
export type Tunnel = LinkEnd & { readonly vni?: number; readonly port?: number; readonly bridge?: string }

/** What a node has of a network. */
export type NetworkInstance = {
  readonly node: string
  /** Namespace that the bridge is in: the overlay's own, or the host's. */
  readonly namespace?: string
  /** Sandbox of that namespace. */
  readonly sandbox?: string
  readonly bridges: readonly LinkEnd[]
  readonly tunnels: readonly Tunnel[]
  /** Lower device of macvlan and ipvlan. */
  readonly parent?: LinkEnd
  /** Sandbox of the load balancer. */
  readonly loadBalancer?: string
  /** Of the bridge, else of the tunnel. */
  readonly mtu?: number
}

export type Network = Common<'network'> & {
  /** Docker's id; of a network that only the kernel shows, absent or (`isIdCut`) its beginning. */
  readonly networkId?: string
  readonly isIdCut?: true
  /** `bridge`, `overlay`, `macvlan`, `ipvlan`, `host`, `null`, or the name of a plugin. */
  readonly driver: string
  /** `local`, `swarm`, `global`. */
  readonly scope: string
  readonly role: NetworkRole
  /** Of a local network. */
  readonly node?: string
  readonly subnets: readonly { readonly subnet: string; readonly gateway?: string }[]
  /** One for each subnet; what the kernels have, and what the daemon says. */
  readonly vnis: readonly number[]
  readonly mtu?: number
  readonly isEncrypted: boolean
  readonly isAttachable: boolean
  readonly isInternal: boolean
  /** How an overlay's load balancers send: through themselves, or straight (DSR). */
  readonly lbMode?: 'nat' | 'dsr'
  /** By node. */
  readonly instances: readonly NetworkInstance[]
  readonly endpoints: readonly string[]
  readonly services: readonly string[]
  readonly peers: readonly string[]
}

/**
 * What a namespace is for. `task` and `container` are sandboxes of containers, `overlay` holds an overlay network, `build`
 * belongs to an image that is being built, `orphan` to nobody, `other` was not made by Docker.
 */
export type SandboxKind =
  | 'host'
  | 'ingress'
  | 'load-balancer'
  | 'overlay'
  | 'task'
  | 'container'
  | 'build'
  | 'orphan'
  | 'other'

export type Sandbox = Common<'sandbox'> & {
  readonly kind: SandboxKind
  readonly node: string
  /** `net:[4026532281]`; absent when the daemon tells of it and the kernel was not read, or does not have it. */
  readonly namespace?: string
  /** Path of the namespace file, as the daemon writes it, else as it was found. */
  readonly sandboxKey?: string
  /** The network that it holds, or balances. */
  readonly network?: string
  /** Containers in it; more than one with `--network container:…`. */
  readonly containers: readonly string[]
  readonly task?: string
  readonly endpoints: readonly string[]
  readonly virtualServices: readonly string[]
}

export type EndpointAddress = {
  readonly address: string
  readonly prefixlen: number
  readonly family: 'inet' | 'inet6'
  /** `vip`: of a service, beside the endpoint's own; `link-local`: of the interface. */
  readonly role: 'own' | 'vip' | 'link-local'
  /** The service of a VIP. */
  readonly service?: string
  /** The interface when it is not the endpoint's: Docker 17.09 to 18.05, and DSR, put VIPs on `lo`. */
  readonly ifname?: string
  readonly evidence: RowRef
}

/** Joins exactly one sandbox to exactly one network. */
export type Endpoint = Common<'endpoint'> & {
  /** Docker's id, 64 hex digits. */
  readonly endpointId?: string
  readonly node: string
  readonly network: string
  readonly sandbox: string
  readonly mac?: string
  readonly addresses: readonly EndpointAddress[]
  /** The interface in the sandbox; absent for networks `host` and `none`, and when it is missing. */
  readonly link?: LinkEnd
  /** Other end of the veth pair, and the bridge that it is a port of. */
  readonly peer?: LinkEnd & { readonly bridge?: string }
  /** Lower device of macvlan and ipvlan. */
  readonly parent?: LinkEnd
  readonly mtu?: number
  /** Whether the sandbox's default route leaves by it. */
  readonly isGateway: boolean
}
