import type { NetfilterRule } from '../../../snapshot/index.ts'

/**
 * Expressions of nf_tables as a snapshot holds them. Their shape is the contract of the node-iptables package; what is used
 * of it here stands in these types, because this layer knows the snapshot alone.
 */
export type Expression = { readonly name: string }

/** Register 0 of an immediate or a map is the verdict. */
export type Verdict = { readonly code: string; readonly chain?: string }

type Loads = { readonly dreg?: number; readonly sreg?: number }

export type Meta = Loads & { readonly key: string }
export type Payload = Loads & { readonly base: string; readonly offset: number; readonly length: number }
export type Ct = Loads & { readonly key: string; readonly direction?: string }
export type Cmp = { readonly sreg: number; readonly op: string; readonly data: string }
export type Range = { readonly sreg: number; readonly op: string; readonly from: string; readonly to: string }
export type Bitwise = {
  readonly sreg: number
  readonly dreg: number
  readonly length?: number
  readonly mask?: string
  readonly xor?: string
  readonly op?: string
  readonly data?: string
  readonly sreg2?: number
}
export type Byteorder = {
  readonly sreg: number
  readonly dreg: number
  readonly length?: number
  readonly size?: number
}
export type Lookup = {
  readonly set: string
  readonly sreg: number
  readonly dreg?: number
  readonly flags?: readonly string[]
}
export type Immediate = { readonly dreg: number; readonly data: string | Verdict }
export type Fib = { readonly dreg: number; readonly result: string; readonly flags: readonly string[] }
export type Nat = {
  readonly type: string
  readonly addressMin?: number
  readonly addressMax?: number
  readonly protoMin?: number
  readonly protoMax?: number
  readonly flags?: readonly string[]
}
export type Masq = Pick<Nat, 'protoMin' | 'protoMax' | 'flags'>
export type Reject = { readonly type: string; readonly code?: number }
export type Numgen = { readonly dreg: number; readonly modulus: number; readonly offset?: number }
export type Objref = { readonly type?: number; readonly set?: string }
/** Matches and targets of xtables; old snapshots have no `xt`. */
export type CompatMatch = { readonly extension: string; readonly xt?: NetfilterRule['matches'][number] }
export type CompatTarget = { readonly extension: string; readonly xt?: NetfilterRule['target'] }
export type Dynset = { readonly expression?: Expression; readonly expressions?: readonly Expression[] }
