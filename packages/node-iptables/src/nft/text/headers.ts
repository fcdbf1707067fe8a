import { type NftType, types } from './types.ts'

/** A field of a protocol header: place and length in bits. */
export type HeaderField = {
  readonly name: string
  readonly offset: number
  readonly length: number
  readonly type: NftType
}

export const field = (
  name: string,
  offset: number,
  length: number,
  type: NftType = types.integer,
): HeaderField => ({
  name,
  offset,
  length,
  type,
})

const ports = [field('sport', 0, 16, types.port), field('dport', 16, 16, types.port)]

/** The headers that nft names, with their fields (its proto.c). */
export const headers: Readonly<Record<string, readonly HeaderField[]>> = {
  ether: [
    field('daddr', 0, 48, types.ether),
    field('saddr', 48, 48, types.ether),
    field('type', 96, 16, types.etherType),
  ],
  vlan: [field('pcp', 0, 3), field('dei', 3, 1), field('id', 4, 12), field('type', 16, 16, types.etherType)],
  ip: [
    field('version', 0, 4),
    field('hdrlength', 4, 4),
    field('dscp', 8, 6, types.dscp),
    field('ecn', 14, 2, types.ecn),
    field('length', 16, 16),
    field('id', 32, 16),
    field('frag-off', 48, 16),
    field('ttl', 64, 8),
    field('protocol', 72, 8, types.protocol),
    field('checksum', 80, 16),
    field('saddr', 96, 32, types.ipv4),
    field('daddr', 128, 32, types.ipv4),
  ],
  ip6: [
    field('version', 0, 4),
    field('dscp', 4, 6, types.dscp),
    field('ecn', 10, 2, types.ecn),
    field('flowlabel', 12, 20),
    field('length', 32, 16),
    field('nexthdr', 48, 8, types.protocol),
    field('hoplimit', 56, 8),
    field('saddr', 64, 128, types.ipv6),
    field('daddr', 192, 128, types.ipv6),
  ],
  arp: [
    field('htype', 0, 16),
    field('ptype', 16, 16, types.etherType),
    field('hlen', 32, 8),
    field('plen', 40, 8),
    field('operation', 48, 16, types.arpOperation),
    field('saddr ether', 64, 48, types.ether),
    field('saddr ip', 112, 32, types.ipv4),
    field('daddr ether', 144, 48, types.ether),
    field('daddr ip', 192, 32, types.ipv4),
  ],
  tcp: [
    ...ports,
    field('sequence', 32, 32),
    field('ackseq', 64, 32),
    field('doff', 96, 4),
    field('reserved', 100, 4),
    field('flags', 104, 8, types.tcpFlags),
    field('window', 112, 16),
    field('checksum', 128, 16),
    field('urgptr', 144, 16),
  ],
  udp: [...ports, field('length', 32, 16), field('checksum', 48, 16)],
  udplite: [...ports, field('csumcov', 32, 16), field('checksum', 48, 16)],
  sctp: [...ports, field('vtag', 32, 32), field('checksum', 64, 32)],
  dccp: [...ports, field('type', 67, 4, types.dccpType)],
  th: ports,
  icmp: [
    field('type', 0, 8, types.icmpType),
    field('code', 8, 8, types.icmpCode),
    field('checksum', 16, 16),
    field('id', 32, 16),
    field('sequence', 48, 16),
    field('gateway', 32, 32),
  ],
  icmpv6: [
    field('type', 0, 8, types.icmpv6Type),
    field('code', 8, 8, types.icmpv6Code),
    field('checksum', 16, 16),
    field('id', 32, 16),
    field('sequence', 48, 16),
    field('mtu', 32, 32),
  ],
  igmp: [
    field('type', 0, 8, types.igmpType),
    field('mrt', 8, 8),
    field('checksum', 16, 16),
    field('group', 32, 32, types.ipv4),
  ],
  esp: [field('spi', 0, 32), field('sequence', 32, 32)],
  ah: [
    field('nexthdr', 0, 8, types.protocol),
    field('hdrlength', 8, 8),
    field('reserved', 16, 16),
    field('spi', 32, 32),
    field('sequence', 64, 32),
  ],
  comp: [field('nexthdr', 0, 8, types.protocol), field('flags', 8, 8), field('cpi', 16, 16)],
}

/** The header behind the network header, by IPPROTO number. */
export const transportHeaders: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  108: 'comp',
  132: 'sctp',
  136: 'udplite',
}

/** The network header by EtherType. */
export const networkHeaders: Readonly<Record<number, string>> = { 0x0800: 'ip', 0x86dd: 'ip6', 0x0806: 'arp' }

/** nft's short names of the bases of raw payload expressions. */
export const baseNames: Readonly<Record<string, string>> = {
  link: 'll',
  network: 'nh',
  transport: 'th',
  inner: 'ih',
}
