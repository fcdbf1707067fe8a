import type { IpFamily } from './packet.ts'

/** What is asked about: the first packet of a connection, and where it starts. */
export type Flow = {
  readonly family: IpFamily
  /** IANA number. */
  readonly protocol: number
  /** Absent: chosen by routing, as the kernel does for a socket that is not bound. */
  readonly source?: string
  readonly destination: string
  /** Absent: a free port, as a client would get it; one is taken as an example. */
  readonly sourcePort?: number
  readonly destinationPort?: number
  /** Of ICMP; an echo request when absent. */
  readonly icmpType?: number
  readonly icmpCode?: number
  /** TCP_* bits; SYN when absent. */
  readonly tcpFlags?: number
  readonly ttl?: number
  readonly tos?: number
  readonly length?: number
  /** SO_MARK of the sender. */
  readonly mark?: number
  readonly entry: FlowEntry
}

/** `node` is a graph id; it may be left out where no other node has a namespace of that id. */
export type FlowEntry =
  /** Comes in by an interface: sent by somebody outside of what the snapshots hold. */
  | {
      readonly kind: 'interface'
      readonly node?: string
      readonly namespace: string
      readonly ifname: string
      /** MAC of the sender, for rules that ask. */
      readonly sourceMac?: string
    }
  /** Sent by a process in this namespace. */
  | { readonly kind: 'local'; readonly node?: string; readonly namespace: string }
