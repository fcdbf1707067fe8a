import { be16, be32, bits, hex, required, text, u8, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** nft_reject.c. `code` is that of ICMP, ICMPv6 or (`icmpx`) enum nft_reject_inet_code. */
export const reject = expression('reject', {
  type: required(word(1, ['icmp', 'tcp-reset', 'icmpx'])),
  code: u8(2),
})

/** nft_log.c: with `group` to nfnetlink_log, else to the kernel's log. */
export const log = expression('log', {
  group: be16(1),
  prefix: text(2),
  snaplen: be32(3),
  queueThreshold: be16(4),
  level: word(5, ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit']),
  flags: bits(6, ['tcp sequence', 'tcp options', 'ip options', 'skuid', 'nflog', 'ether']),
})

/** nft_queue.c. */
export const queue = expression('queue', {
  number: be16(1),
  total: be16(2),
  /** NFT_QUEUE_FLAG_*: 1 bypass, 2 fanout. */
  flags: be16(3),
  sreg: be32(4),
})

/** nft_dup_ipv4.c, nft_dup_netdev.c: a copy goes to an address, a device, or both. */
export const dup = expression('dup', { address: be32(1), device: be32(2) })

/** nft_fwd_netdev.c. */
export const fwd = expression('fwd', { device: be32(1), address: be32(2), family: be32(3) })

/** nft_objref.c: uses a named object, or the one that a map names for the register. */
export const objref = expression('objref', {
  type: be32(1),
  object: text(2),
  sreg: be32(3),
  set: text(4),
})

/** nft_compat.c: a match of xtables. `info` is the struct that the match's own header declares. */
export const match = expression('match', {
  extension: required(text(1)),
  revision: required(be32(2)),
  info: required(hex(3)),
})

/** nft_compat.c: a target of xtables. */
export const target = expression('target', {
  extension: required(text(1)),
  revision: required(be32(2)),
  info: required(hex(3)),
})

export type Reject = ExpressionOf<typeof reject>
export type Log = ExpressionOf<typeof log>
export type Queue = ExpressionOf<typeof queue>
export type Dup = ExpressionOf<typeof dup>
export type Fwd = ExpressionOf<typeof fwd>
export type Objref = ExpressionOf<typeof objref>
export type CompatMatch = ExpressionOf<typeof match>
export type CompatTarget = ExpressionOf<typeof target>
