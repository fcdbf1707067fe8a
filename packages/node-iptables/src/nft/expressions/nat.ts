import { be32, bits, required, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/**
 * NF_NAT_RANGE_* (linux/netfilter/nf_nat.h) by bit. The kernel sets `map-ips` and `proto-specified` itself when the
 * registers are given.
 */
const rangeFlags = [
  'map-ips',
  'proto-specified',
  'random',
  'persistent',
  'fully-random',
  'proto-offset',
  'netmap',
]

/** nft_nat.c. Addresses and ports are in registers. `family` is an NFPROTO number: 2 is IPv4, 10 IPv6. */
export const nat = expression('nat', {
  type: required(word(1, ['snat', 'dnat'])),
  family: required(be32(2)),
  addressMin: be32(3),
  addressMax: be32(4),
  protoMin: be32(5),
  protoMax: be32(6),
  flags: bits(7, rangeFlags),
})

/** nft_masq.c. */
export const masq = expression('masq', {
  flags: bits(1, rangeFlags),
  protoMin: be32(2),
  protoMax: be32(3),
})

/** nft_redir.c. */
export const redir = expression('redir', {
  protoMin: be32(1),
  protoMax: be32(2),
  flags: bits(3, rangeFlags),
})

/** nft_tproxy.c. */
export const tproxy = expression('tproxy', {
  family: required(be32(1)),
  address: be32(2),
  port: be32(3),
})

export type Nat = ExpressionOf<typeof nat>
export type Masq = ExpressionOf<typeof masq>
export type Redir = ExpressionOf<typeof redir>
export type Tproxy = ExpressionOf<typeof tproxy>
