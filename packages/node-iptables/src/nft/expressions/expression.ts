import type { Counter, Last, Limit, Quota } from './account.ts'
import type { Bitwise, Byteorder, Cmp, Immediate, Lookup, Range } from './compare.ts'
import type { Connlimit, Ct, FlowOffload, Notrack, Synproxy } from './conntrack.ts'
import type { Fib, Hash, Numgen, Osf, Rt, Socket, Tunnel, Xfrm } from './lookups.ts'
import type { Masq, Nat, Redir, Tproxy } from './nat.ts'
import type { Dynset, Inner } from './nested.ts'
import type { Exthdr, Meta, PayloadLoad } from './packet.ts'
import type { CompatMatch, CompatTarget, Dup, Fwd, Log, Objref, Queue, Reject } from './statement.ts'

/** An expression whose kernel name or layout is not known: its bytes are kept. */
export type UnknownExpression = {
  readonly name: 'unknown'
  /** The kernel's name. */
  readonly expression: string
  /** NFTA_EXPR_DATA. */
  readonly hex: string
}

/**
 * One expression of a rule, as the kernel holds it: `{ name: 'meta', key: 'l4proto', dreg: 1 }`. Registers have the
 * kernel's numbers (enum nft_registers), register data is hex.
 */
export type NftExpression =
  | Bitwise
  | Byteorder
  | Cmp
  | CompatMatch
  | CompatTarget
  | Connlimit
  | Counter
  | Ct
  | Dup
  | Dynset
  | Exthdr
  | Fib
  | FlowOffload
  | Fwd
  | Hash
  | Immediate
  | Inner
  | Last
  | Limit
  | Log
  | Lookup
  | Masq
  | Meta
  | Nat
  | Notrack
  | Numgen
  | Objref
  | Osf
  | PayloadLoad
  | Queue
  | Quota
  | Range
  | Redir
  | Reject
  | Rt
  | Socket
  | Synproxy
  | Tproxy
  | Tunnel
  | UnknownExpression
  | Xfrm
