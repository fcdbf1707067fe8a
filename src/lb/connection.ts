import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  type IpFamily,
  type Packet,
  type Zone,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from './packet.ts'

/** nf_ct_zone_id. */
export function zoneIdOf(zone: Zone | null, direction: 'original' | 'reply'): number | undefined {
  return zone && (zone.side === 'both' || zone.side === direction) ? zone.id : 0
}

/** One direction of a connection (struct nf_conntrack_tuple). Unknown parts are undefined. */
export type Tuple = {
  readonly source: string | undefined
  readonly destination: string | undefined
  readonly sourcePort: number | null | undefined
  readonly destinationPort: number | null | undefined
}

/** What connection tracking of one namespace knows of one connection. */
export type Connection = {
  /** Counts up in the order in which a trace meets them. */
  readonly id: number
  /** Key of the view of its namespace. */
  readonly namespace: string
  readonly family: IpFamily
  readonly protocol: number | undefined
  readonly zone: Zone | null
  /** As the first packet had it when it was first seen. */
  readonly original: Tuple
  /** What an answer looks like when it comes in; differs from the inverse of `original` where NAT is at work. */
  readonly reply: Tuple
  /** NAT was decided for this side (IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE), be it to change nothing. */
  readonly isSourceDone: boolean
  readonly isDestinationDone: boolean
  /** And it changes something (IPS_SRC_NAT, IPS_DST_NAT). */
  readonly isSourceNat: boolean
  readonly isDestinationNat: boolean
  readonly mark: number | undefined
  readonly hasSeenReply: boolean
  readonly isConfirmed: boolean
}

/** `skb->_nfct`'s lower bits in the words of `-m conntrack`; `none` before connection tracking. */
export type ConnectionInfo =
  | 'none'
  | 'new'
  | 'established'
  | 'established-reply'
  | 'related'
  | 'untracked'
  | 'invalid'
  /** Not told by the flow that was asked about. */
  | 'unknown'

export function tupleOf({ source, destination, sourcePort, destinationPort }: Packet): Tuple {
  return { source, destination, sourcePort, destinationPort }
}

export function inverse({ source, destination, sourcePort, destinationPort }: Tuple): Tuple {
  return {
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  }
}

export function isSameTuple(a: Tuple, b: Tuple): boolean {
  return (
    a.source === b.source &&
    a.destination === b.destination &&
    a.sourcePort === b.sourcePort &&
    a.destinationPort === b.destinationPort
  )
}

/** Which of the connections that a trace has met the packet belongs to, and in which direction. */
export function findConnection(
  connections: readonly Connection[],
  namespace: string,
  packet: Packet,
): { readonly connection: Connection; readonly direction: 'original' | 'reply' } | undefined {
  const tuple = tupleOf(packet)
  for (const connection of connections) {
    if (connection.namespace !== namespace || !connection.isConfirmed) continue
    if (connection.family !== packet.family || connection.protocol !== packet.protocol) continue
    const isIn = (direction: 'original' | 'reply'): boolean =>
      zoneIdOf(connection.zone, direction) === zoneIdOf(packet.zone, direction)
    if (isSameTuple(connection.reply, tuple) && isIn('reply')) return { connection, direction: 'reply' }
    if (isSameTuple(connection.original, tuple) && isIn('original'))
      return { connection, direction: 'original' }
  }
  return undefined
}

/**
 * What a packet is that belongs to no known connection: `new`, or `invalid` when it cannot be a first one. TCP as
 * tcp_conntracks of nf_conntrack_proto_tcp.c has it (picking up in the middle is allowed by default), ICMP as the
 * `valid_new` of nf_conntrack_proto_icmp.c.
 */
export function infoOfFirst(packet: Packet): ConnectionInfo {
  if (packet.protocol === IPPROTO_TCP) {
    const flags = packet.tcpFlags
    if (flags === undefined || flags === null) return 'unknown'
    if (flags & TCP_RST) return 'invalid'
    if (flags & TCP_SYN) return flags & TCP_ACK ? 'invalid' : 'new'
    if (flags & TCP_FIN) return 'invalid'
    return flags & TCP_ACK ? 'new' : 'invalid'
  }
  if (packet.protocol === IPPROTO_ICMP) {
    if (typeof packet.icmpType !== 'number') return 'unknown'
    // Echo, timestamp, information and address mask requests.
    return [8, 13, 15, 17].includes(packet.icmpType) ? 'new' : 'invalid'
  }
  if (packet.protocol === IPPROTO_ICMPV6) {
    if (typeof packet.icmpType !== 'number') return 'unknown'
    // Neighbour discovery and MLD are not tracked (nf_conntrack_proto_icmpv6.c).
    if (packet.icmpType >= 130 && packet.icmpType <= 137) return 'untracked'
    return packet.icmpType === 128 || packet.icmpType === 139 ? 'new' : 'invalid'
  }
  return 'new'
}

/** A connection as its first packet makes it. */
export function newConnection(id: number, namespace: string, packet: Packet): Connection {
  const original = tupleOf(packet)
  return {
    id,
    namespace,
    family: packet.family,
    protocol: packet.protocol,
    zone: packet.zone,
    original,
    reply: inverse(original),
    isSourceDone: false,
    isDestinationDone: false,
    isSourceNat: false,
    isDestinationNat: false,
    mark: 0,
    hasSeenReply: false,
    isConfirmed: false,
  }
}
