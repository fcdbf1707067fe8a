import type { NamespaceKind } from '../snapshot/index.ts'
import type { Connection } from './connection.ts'
import type { RowRef } from './evidence.ts'
import type { Flow } from './flow.ts'
import type { Packet } from './packet.ts'

/** How a trace ends. `left-node`: it goes where no snapshot looks, and nothing here is wrong. */
export type Disposition =
  | 'delivered'
  | 'dropped'
  | 'rejected'
  | 'no-route'
  | 'no-neighbour'
  | 'duplicate-address'
  | 'no-virtual-service'
  | 'no-real-server'
  | 'no-listener'
  | 'loop'
  | 'insufficient-info'
  | 'left-for-peer'
  | 'left-node'

/** What a step does to the packet. */
export type StepAction =
  | 'received'
  | 'forwarded'
  | 'sent'
  | 'delivered'
  | 'dropped'
  | 'rejected'
  | 'accepted'
  | 'passed'
  | 'dnat'
  | 'snat'
  | 'marked'
  | 'balanced'
  | 'encapsulated'
  | 'decapsulated'
  | 'encrypted'
  | 'decrypted'
  | 'unknown'

/** Where in the kernel a step is taken. */
export type StepKind =
  | 'link'
  | 'bridge'
  | 'vxlan'
  | 'conntrack'
  | 'rule'
  | 'route'
  | 'neighbour'
  | 'ipvs'
  | 'xfrm'
  | 'socket'
  | 'flow'

/** One decision, with the rows that prove it. */
export type Step = {
  readonly kind: StepKind
  readonly action: StepAction
  /** The hook, for what happens on one. */
  readonly hook?: string
  /** `nat/DOCKER-INGRESS`, for rules. */
  readonly chain?: string
  /** One line. Holds text of the world (names, rules): sanitise it before it meets a terminal. */
  readonly detail: string
  readonly evidence: readonly RowRef[]
  /** The packet after it, where it was changed: `tcp 10.0.0.1:4000 > 172.18.0.2:80 mark 0x114`. */
  readonly packet?: string
}

/** The part of a path that lies in one namespace. */
export type Hop = {
  /** Graph id of the node. */
  readonly node: string
  readonly hostname: string
  readonly namespace: string
  readonly name: string
  readonly kind: NamespaceKind
  /** The task or container that the namespace is of. */
  readonly owner?: string
  readonly steps: readonly Step[]
}

/**
 * What is wrong, where the packet does not stop at the very row: it lies in another namespace, or a row is missing. Its sentence
 * stands alone.
 */
export type Cause = {
  /** Graph id of the node. */
  readonly node: string
  readonly hostname: string
  readonly namespace: string
  readonly namespaceName: string
  readonly detail: string
  /** Of a row that is missing: the chain or the list that it is missing in. */
  readonly evidence: readonly RowRef[]
  /** The command that mends it, in that namespace. */
  readonly fix?: string
}

export type Ending = {
  readonly disposition: Disposition
  /** Why, in words that follow "The packet …" or stand alone. */
  readonly detail: string
  /** Graph id of the node. */
  readonly node: string
  readonly namespace: string
  readonly namespaceName: string
  /** The task or container that the namespace is of, else its name. */
  readonly label: string
  readonly packet: Packet
  readonly evidence: readonly RowRef[]
  readonly cause?: Cause
  readonly connections: readonly TrackedConnection[]
}

/** A connection as connection tracking of a namespace holds it when the packet has passed: `conntrack -L` there shows it. */
export type TrackedConnection = Pick<Connection, 'protocol' | 'original' | 'reply'> & {
  /** Graph id. */
  readonly node: string
  readonly namespace: string
  readonly namespaceName: string
}

/** Why a path divides. */
export type ForkReason = 'real-server' | 'next-hop' | 'nat-range' | 'unknown'

export type Branch = {
  /** `10.0.0.6:80 weight 1`, `if rule '-A …' matches`. */
  readonly label: string
  readonly evidence: readonly RowRef[]
  readonly path: Path
}

/** What becomes of packets of full size, where small ones come through. */
export type FullSize = {
  /** With the IP header. */
  readonly bytes: number
  readonly direction: 'forward' | 'reply'
  readonly end: Ending
}

/** From a start or a fork to an end or the next fork: exactly one of `end` and `fork` is there. */
export type Path = {
  readonly hops: readonly Hop[]
  readonly end?: Ending
  readonly fork?: {
    readonly reason: ForkReason
    readonly branches: readonly Branch[]
    /** What IPVS has to send somewhere. */
    readonly packet?: Packet
  }
  /** The way of the answer, behind an end that delivers. */
  readonly reply?: Path
  /** At the end of an answer that comes back. */
  readonly fullSize?: FullSize
}

export type Trace = {
  readonly flow: Flow
  readonly disposition: Disposition
  /** What an operator wants to hear. */
  readonly sentence: string
  readonly path: Path
}
