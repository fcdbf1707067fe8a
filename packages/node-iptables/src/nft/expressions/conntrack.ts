import { be16, be32, bits, required, text, u8, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** enum nft_ct_keys, in nft's words. */
const ctKeys = [
  'state',
  'direction',
  'status',
  'mark',
  'secmark',
  'expiration',
  'helper',
  'l3proto',
  'saddr',
  'daddr',
  'protocol',
  'proto-src',
  'proto-dst',
  'label',
  'packets',
  'bytes',
  'avgpkt',
  'zone',
  'event',
  'ip saddr',
  'ip daddr',
  'ip6 saddr',
  'ip6 daddr',
  'id',
]

/** nft_ct.c: loads a property of the connection into `dreg`, or sets it from `sreg`. */
export const ct = expression('ct', {
  dreg: be32(1),
  key: required(word(2, ctKeys)),
  direction: word(3, ['original', 'reply'], 8),
  sreg: be32(4),
})

/** nft_connlimit.c: breaks off when more than `count` connections are known (`inv`: when not more). */
export const connlimit = expression('connlimit', { count: required(be32(1)), flags: bits(2, ['inv']) })

/** nft_ct.c: the packet goes on without conntrack. */
export const notrack = expression('notrack', {})

/** nft_synproxy.c. */
export const synproxy = expression('synproxy', {
  mss: be16(1),
  wscale: u8(2),
  flags: bits(3, ['mss', 'wscale', 'sack-perm', 'timestamp', 'ecn']),
})

/** nft_flow_offload.c: puts the connection into a flow table. */
export const flowOffload = expression('flow_offload', { table: required(text(1)) })

export type Ct = ExpressionOf<typeof ct>
export type Connlimit = ExpressionOf<typeof connlimit>
export type Notrack = ExpressionOf<typeof notrack>
export type Synproxy = ExpressionOf<typeof synproxy>
export type FlowOffload = ExpressionOf<typeof flowOffload>
