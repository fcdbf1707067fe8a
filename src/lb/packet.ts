import type { Connection, ConnectionInfo } from './connection.ts'
import type { Maybe } from './maybe.ts'

/** IPPROTO_* (linux/in.h). */
export const IPPROTO_ICMP = 1
export const IPPROTO_IPIP = 4
export const IPPROTO_TCP = 6
export const IPPROTO_UDP = 17
export const IPPROTO_ESP = 50
export const IPPROTO_AH = 51
export const IPPROTO_ICMPV6 = 58
export const IPPROTO_SCTP = 132

/** Bits of a TCP header's flags, in the order of xt_tcp. */
export const TCP_FIN = 1
export const TCP_SYN = 2
export const TCP_RST = 4
export const TCP_ACK = 16

export type IpFamily = 'inet' | 'inet6'

/**
 * struct nf_conntrack_zone: connections of different zones do not know of each other. A zone may hold for one direction alone; the
 * other one is in zone 0.
 */
export type Zone = {
  /** Undefined: not known. */
  readonly id: number | undefined
  readonly side: 'both' | 'original' | 'reply'
}

/**
 * A packet on its way, with what the kernel keeps beside it in `struct sk_buff`. `undefined` is always "not known": a test
 * of such a field is neither true nor false. `null` is "has none".
 */
export type Packet = {
  readonly family: IpFamily
  /** IANA number. */
  readonly protocol: number | undefined
  readonly source: string | undefined
  readonly destination: string | undefined
  /** Of TCP, UDP and their like; null of protocols without ports. */
  readonly sourcePort: number | null | undefined
  readonly destinationPort: number | null | undefined
  readonly icmpType: number | null | undefined
  readonly icmpCode: number | null | undefined
  /** TCP_* bits; null of other protocols. */
  readonly tcpFlags: number | null | undefined
  readonly ttl: number | undefined
  readonly tos: number | undefined
  /** Bytes with the IP header. */
  readonly length: number | undefined
  /** A second or further fragment. */
  readonly isFragment: Maybe

  /** `skb->mark`. */
  readonly mark: number | undefined
  /** Interface that it came in by, in this namespace; null for what was sent here. */
  readonly inDevice: string | null
  /** Interface that it is on the way out by; null before that is known. */
  readonly outDevice: string | null
  /** Ports of the bridge, where bridged packets go through iptables (br_netfilter). */
  readonly physIn: string | null
  readonly physOut: string | null
  /** Its route was looked up again on OUTPUT, after a change there: by this mark and type of service, which may change behind it. */
  readonly rerouted: { readonly mark: number | undefined; readonly tos: number | undefined } | null
  /** MAC of the sender of the frame; null for what was sent here. */
  readonly sourceMac: string | null | undefined
  /** `skb->pkt_type`. */
  readonly packetType: 'unicast' | 'broadcast' | 'multicast'
  /** What connection tracking of this namespace says; null before it was asked. */
  readonly connection: Connection | null
  readonly connectionInfo: ConnectionInfo
  /** Of connection tracking, as a template has it that a rule of the raw table has attached; null without one, which is zone 0. */
  readonly zone: Zone | null
  /** Set by IPVS on what it has handled (`skb->ipvs_property`), with the virtual service that did it. */
  readonly ipvs: IpvsProperty | null
  /** The packet inside, for what a tunnel or IPsec has wrapped. */
  readonly inner: Wrapped | null
  /** What IPsec has taken off it (`skb_sec_path`), in order. */
  readonly secpath: readonly Transformation[]
  /** Policy of IPsec that its route has (`dst->xfrm`), by its place in the snapshot; null without one. */
  readonly outPolicy: number | null | undefined
  /** Maximum segment size that TCPMSS has written into a SYN; null where none did. */
  readonly mss: number | null
}

/** A security association, as `-m policy` tests it. */
export type Transformation = {
  readonly proto: string
  readonly spi: string
  readonly reqid: number
  readonly mode: string
  readonly src: string
  readonly dst: string
}

/** What `-m ipvs` asks about. */
export type IpvsProperty = {
  readonly protocol: number | undefined
  readonly virtualAddress: string | undefined
  readonly virtualPort: number | null | undefined
  readonly method: 'masq' | 'local' | 'tunnel' | 'droute' | 'bypass'
  readonly direction: 'original' | 'reply'
}

/** A tunnel's payload: a frame of a vxlan, a packet of an ipip tunnel, or what an association of IPsec has encrypted. */
export type Wrapped =
  | { readonly kind: 'vxlan'; readonly vni: number; readonly frame: Frame }
  | {
      readonly kind: 'ipip'
      readonly packet: Packet
      /** Bytes that it takes besides; null where what is too large is cut up, and nobody is told. */
      readonly overhead: number | null
    }
  | { readonly kind: 'ipsec'; readonly spi: string; readonly packet: Packet }

/** What a packet has beside its headers when nobody has handled it yet. */
export const untouched = {
  mark: 0,
  isFragment: false,
  inDevice: null,
  outDevice: null,
  physIn: null,
  physOut: null,
  rerouted: null,
  sourceMac: null,
  packetType: 'unicast',
  connection: null,
  connectionInfo: 'none',
  zone: null,
  ipvs: null,
  inner: null,
  secpath: [],
  outPolicy: null,
  mss: null,
} as const satisfies Partial<Packet>

/** A VLAN tag; its protocol in the words of `ip -d link`: `802.1Q`, `802.1ad`. */
export type Tag = { readonly vlan: number; readonly protocol: string }

/** An Ethernet frame between two devices. A MAC that is not known is undefined. */
export type Frame = {
  readonly sourceMac: string | undefined
  readonly destinationMac: string | undefined
  readonly tag: Tag | null
  readonly packet: Packet
}

/** What a packet loses when it leaves its namespace, or crosses a veth pair (skb_scrub_packet, net/core/skbuff.c). */
export function scrub(packet: Packet, leavesNamespace: boolean): Packet {
  return {
    ...packet,
    connection: null,
    connectionInfo: 'none',
    zone: null,
    inDevice: null,
    outDevice: null,
    physIn: null,
    physOut: null,
    packetType: 'unicast',
    rerouted: null,
    secpath: [],
    outPolicy: null,
    ...(leavesNamespace && { mark: 0, ipvs: null }),
  }
}

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

/** eth_type_trans: what a frame is by the MAC that it is for. */
export function packetTypeOf(destinationMac: string | undefined): Packet['packetType'] {
  if (destinationMac === BROADCAST) return 'broadcast'
  const isGroup = destinationMac !== undefined && (Number.parseInt(destinationMac.slice(0, 2), 16) & 1) === 1
  return isGroup ? 'multicast' : 'unicast'
}

const protocolNames: Readonly<Record<number, string>> = {
  [IPPROTO_ICMP]: 'icmp',
  [IPPROTO_IPIP]: 'ipip',
  [IPPROTO_TCP]: 'tcp',
  [IPPROTO_UDP]: 'udp',
  [IPPROTO_ICMPV6]: 'icmpv6',
  [IPPROTO_SCTP]: 'sctp',
  [IPPROTO_ESP]: 'esp',
  [IPPROTO_AH]: 'ah',
}

export function protocolText(protocol: number | undefined): string {
  if (protocol === undefined) return 'packet'
  return protocolNames[protocol] ?? `protocol ${protocol}`
}

/** The number of a protocol that is told by name or by number; undefined for a name that is not known. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const known = Object.entries(protocolNames).find(([, name]) => name === text)
  if (known) return Number(known[0])
  return text === 'ipv6-icmp' ? IPPROTO_ICMPV6 : undefined
}

/** `tcp 172.16.100.1:40000 > 172.18.0.2:80 mark 0x114`; what is not known is `?`. */
export function formatPacket(packet: Packet): string {
  const mark = packet.mark === undefined ? ' mark ?' : packet.mark === 0 ? '' : ` mark ${hex(packet.mark)}`
  return `${protocolText(packet.protocol)} ${endpoint(packet.source, packet.sourcePort)} > ${endpoint(packet.destination, packet.destinationPort)}${mark}`
}

/** `10.0.0.1:80`, `[fd00::1]:80`, `10.0.0.1` without a port. */
export function endpoint(address: string | undefined, port: number | null | undefined): string {
  const host = address ?? '?'
  if (port === null) return host
  return `${host.includes(':') ? `[${host}]` : host}:${port ?? '?'}`
}

export function hex(mark: number): string {
  return `0x${mark.toString(16)}`
}
