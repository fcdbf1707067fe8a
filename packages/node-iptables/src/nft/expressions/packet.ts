import { be32, bits, required, u8, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** enum nft_meta_keys, in nft's words. */
const metaKeys = [
  'length',
  'protocol',
  'priority',
  'mark',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'skuid',
  'skgid',
  'nftrace',
  'rtclassid',
  'secmark',
  'nfproto',
  'l4proto',
  'ibrname',
  'obrname',
  'pkttype',
  'cpu',
  'iifgroup',
  'oifgroup',
  'cgroup',
  'random',
  'secpath',
  'iifkind',
  'oifkind',
  'ibrpvid',
  'ibrvproto',
  'time',
  'day',
  'hour',
  'sdif',
  'sdifname',
]

/** nft_meta.c: loads a property of the packet into `dreg`, or sets it from `sreg`. */
export const meta = expression('meta', {
  dreg: be32(1),
  key: required(word(2, metaKeys)),
  sreg: be32(3),
})

/** enum nft_payload_bases. */
const payloadBases = ['link', 'network', 'transport', 'inner']

/** nft_payload.c: loads `length` bytes of a header into `dreg`, or writes them from `sreg`. */
export const payload = expression('payload', {
  dreg: be32(1),
  base: required(word(2, payloadBases)),
  offset: required(be32(3)),
  length: required(be32(4)),
  sreg: be32(5),
  checksumType: be32(6),
  checksumOffset: be32(7),
  checksumFlags: be32(8),
})

/** enum nft_exthdr_op. */
const exthdrOperations = ['ipv6', 'tcpopt', 'ipv4', 'sctp', 'dccp']

/** nft_exthdr.c: loads from, or writes to, an extension header or option of type `type`. */
export const exthdr = expression('exthdr', {
  dreg: be32(1),
  type: required(u8(2)),
  offset: required(be32(3)),
  length: required(be32(4)),
  flags: bits(5, ['present']),
  operation: word(6, exthdrOperations),
  sreg: be32(7),
})

export type Meta = ExpressionOf<typeof meta>
export type PayloadLoad = ExpressionOf<typeof payload>
export type Exthdr = ExpressionOf<typeof exthdr>
