/** Names of values, as nft prints them (its datatype.c, ct.c, meta.c, proto.c). The first name of a value counts. */
export type Symbols = Readonly<Record<number, string>>

/** Names of bits, lowest first, where several may be set. */
export type BitSymbols = readonly (readonly [name: string, bit: number])[]

export const ctStateBits: BitSymbols = [
  ['invalid', 1],
  ['established', 2],
  ['related', 4],
  ['new', 8],
  ['untracked', 64],
]

export const ctStatusBits: BitSymbols = [
  ['expected', 1],
  ['seen-reply', 2],
  ['assured', 4],
  ['confirmed', 8],
  ['snat', 16],
  ['dnat', 32],
  ['dying', 512],
]

export const ctEventBits: BitSymbols = [
  ['new', 1],
  ['related', 2],
  ['destroy', 4],
  ['reply', 8],
  ['assured', 16],
  ['protoinfo', 32],
  ['helper', 64],
  ['mark', 128],
  ['seqadj', 256],
  ['secmark', 512],
  ['label', 1024],
]

export const tcpFlagBits: BitSymbols = [
  ['fin', 1],
  ['syn', 2],
  ['rst', 4],
  ['psh', 8],
  ['ack', 16],
  ['urg', 32],
  ['ecn', 64],
  ['cwr', 128],
]

export const ctDirections: Symbols = { 0: 'original', 1: 'reply' }
export const packetTypes: Symbols = { 0: 'host', 1: 'broadcast', 2: 'multicast', 3: 'other' }
export const nfProtocols: Symbols = { 2: 'ipv4', 10: 'ipv6' }
export const booleans: Symbols = { 0: 'missing', 1: 'exists' }
export const etherTypes: Symbols = {
  0x0800: 'ip',
  0x0806: 'arp',
  0x86dd: 'ip6',
  0x8100: '8021q',
  0x88a8: '8021ad',
}
export const deviceTypes: Symbols = { 1: 'ether', 512: 'ppp', 772: 'loopback', 778: 'ipgre', 65534: 'none' }

export const fibTypes: Symbols = {
  0: 'unspec',
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
  10: 'nat',
  11: 'xresolve',
}

export const arpOperations: Symbols = {
  1: 'request',
  2: 'reply',
  3: 'rrequest',
  4: 'rreply',
  8: 'inrequest',
  9: 'inreply',
  10: 'nak',
}

export const icmpTypes: Symbols = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  4: 'source-quench',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
  13: 'timestamp-request',
  14: 'timestamp-reply',
  15: 'info-request',
  16: 'info-reply',
  17: 'address-mask-request',
  18: 'address-mask-reply',
}

export const icmpCodes: Symbols = {
  0: 'net-unreachable',
  1: 'host-unreachable',
  2: 'prot-unreachable',
  3: 'port-unreachable',
  4: 'frag-needed',
  9: 'net-prohibited',
  10: 'host-prohibited',
  13: 'admin-prohibited',
}

export const icmpv6Types: Symbols = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  130: 'mld-listener-query',
  131: 'mld-listener-report',
  132: 'mld-listener-done',
  133: 'nd-router-solicit',
  134: 'nd-router-advert',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
  137: 'nd-redirect',
  138: 'router-renumbering',
  141: 'ind-neighbor-solicit',
  142: 'ind-neighbor-advert',
  143: 'mld2-listener-report',
}

export const icmpv6Codes: Symbols = {
  0: 'no-route',
  1: 'admin-prohibited',
  3: 'addr-unreachable',
  4: 'port-unreachable',
  5: 'policy-fail',
  6: 'reject-route',
}

/** enum nft_reject_inet_code. */
export const icmpxCodes: Symbols = {
  0: 'no-route',
  1: 'port-unreachable',
  2: 'host-unreachable',
  3: 'admin-prohibited',
}

export const igmpTypes: Symbols = {
  0x11: 'membership-query',
  0x12: 'membership-report-v1',
  0x16: 'membership-report-v2',
  0x17: 'leave-group',
  0x22: 'membership-report-v3',
}

export const dccpTypes: Symbols = {
  0: 'request',
  1: 'response',
  2: 'data',
  3: 'ack',
  4: 'dataack',
  5: 'closereq',
  6: 'close',
  7: 'reset',
  8: 'sync',
  9: 'syncack',
}

export const ecns: Symbols = { 0: 'not-ect', 1: 'ect1', 2: 'ect0', 3: 'ce' }

export const dscps: Symbols = {
  0: 'cs0',
  1: 'lephb',
  8: 'cs1',
  10: 'af11',
  12: 'af12',
  14: 'af13',
  16: 'cs2',
  18: 'af21',
  20: 'af22',
  22: 'af23',
  24: 'cs3',
  26: 'af31',
  28: 'af32',
  30: 'af33',
  32: 'cs4',
  34: 'af41',
  36: 'af42',
  38: 'af43',
  40: 'cs5',
  44: 'va',
  46: 'ef',
  48: 'cs6',
  56: 'cs7',
}

export const weekDays: Symbols = {
  0: 'Sunday',
  1: 'Monday',
  2: 'Tuesday',
  3: 'Wednesday',
  4: 'Thursday',
  5: 'Friday',
  6: 'Saturday',
}

/** mh_type of nft's exthdr.c: messages of mobile IPv6. */
export const mobilityTypes: Symbols = {
  0: 'binding-refresh-request',
  1: 'home-test-init',
  2: 'careof-test-init',
  3: 'home-test',
  4: 'careof-test',
  5: 'binding-update',
  6: 'binding-acknowledgement',
  7: 'binding-error',
  8: 'fast-binding-update',
  9: 'fast-binding-acknowledgement',
  10: 'fast-binding-advertisement',
  11: 'experimental-mobility-header',
  12: 'home-agent-switch-message',
}
