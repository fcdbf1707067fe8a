import type { Fields } from '../fields.ts'
import { counter, last, limit, quota } from './account.ts'
import { bitwise, byteorder, cmp, immediate, lookup, range } from './compare.ts'
import { connlimit, ct, flowOffload, notrack, synproxy } from './conntrack.ts'
import { fib, hash, numgen, osf, rt, socket, tunnel, xfrm } from './lookups.ts'
import { masq, nat, redir, tproxy } from './nat.ts'
import { dynset, inner } from './nested.ts'
import { exthdr, meta, payload } from './packet.ts'
import type { ExpressionSpec } from './spec.ts'
import { dup, fwd, log, match, objref, queue, reject, target } from './statement.ts'

const all = (): readonly ExpressionSpec<string, Fields>[] => [
  bitwise,
  byteorder,
  cmp,
  connlimit,
  counter,
  ct,
  dup,
  dynset,
  exthdr,
  fib,
  flowOffload,
  fwd,
  hash,
  immediate,
  inner,
  last,
  limit,
  log,
  lookup,
  masq,
  match,
  meta,
  nat,
  notrack,
  numgen,
  objref,
  osf,
  payload,
  queue,
  quota,
  range,
  redir,
  reject,
  rt,
  socket,
  synproxy,
  target,
  tproxy,
  tunnel,
  xfrm,
]

const byName = new Map<string, ExpressionSpec<string, Fields>>()

/**
 * The expression of a kernel name; undefined when this package does not decode it. The table is made at first use:
 * expressions can nest, so some of them depend on this module.
 */
export function specOf(name: string): ExpressionSpec<string, Fields> | undefined {
  if (byName.size === 0) for (const spec of all()) byName.set(spec.name, spec)
  return byName.get(name)
}
