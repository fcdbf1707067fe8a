import { be32, bits, required, u8, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** nft_fib.c: asks the routing table about the packet; `present` asks only whether there is an answer. */
export const fib = expression('fib', {
  dreg: required(be32(1)),
  result: required(word(2, ['unspec', 'oif', 'oifname', 'type'])),
  flags: required(bits(3, ['saddr', 'daddr', 'mark', 'iif', 'oif', 'present'])),
})

/** nft_rt.c: a property of the packet's route. */
export const rt = expression('rt', {
  dreg: required(be32(1)),
  key: required(word(2, ['classid', 'ip nexthop', 'ip6 nexthop', 'mtu', 'ipsec'])),
})

/** nft_socket.c: a property of the socket that the packet belongs to. */
export const socket = expression('socket', {
  key: required(word(1, ['transparent', 'mark', 'wildcard', 'cgroupv2'])),
  dreg: required(be32(2)),
  level: be32(3),
})

/** nft_xfrm.c (directions are XFRM_POLICY_*): a property of the packet's IPsec transformation. */
export const xfrm = expression('xfrm', {
  dreg: required(be32(1)),
  key: required(word(2, ['unspec', 'ip daddr', 'ip6 daddr', 'ip saddr', 'ip6 saddr', 'reqid', 'spi'])),
  direction: word(3, ['in', 'out', 'fwd'], 8),
  spnum: be32(4),
})

/** nft_osf.c: the name of the sender's operating system by its SYN. */
export const osf = expression('osf', {
  dreg: required(be32(1)),
  ttl: u8(2),
  flags: bits(3, ['version']),
})

/** nft_tunnel.c. */
export const tunnel = expression('tunnel', {
  key: required(word(1, ['path', 'id'])),
  dreg: required(be32(2)),
  mode: word(3, ['none', 'rx', 'tx']),
})

/** nft_numgen.c: the next number, or a random one, of `modulus`, plus `offset`. */
export const numgen = expression('numgen', {
  dreg: required(be32(1)),
  modulus: required(be32(2)),
  type: required(word(3, ['inc', 'random'])),
  offset: be32(4),
})

/** nft_hash.c. */
export const hash = expression('hash', {
  sreg: be32(1),
  dreg: required(be32(2)),
  length: be32(3),
  modulus: required(be32(4)),
  seed: be32(5),
  offset: be32(6),
  type: word(7, ['jhash', 'symhash']),
})

export type Fib = ExpressionOf<typeof fib>
export type Rt = ExpressionOf<typeof rt>
export type Socket = ExpressionOf<typeof socket>
export type Xfrm = ExpressionOf<typeof xfrm>
export type Osf = ExpressionOf<typeof osf>
export type Tunnel = ExpressionOf<typeof tunnel>
export type Numgen = ExpressionOf<typeof numgen>
export type Hash = ExpressionOf<typeof hash>
