import { counter, last, limit, quota } from './account.ts'
import { bitwise, byteorder, cmp, immediate, lookup, range } from './compare.ts'
import { connlimit, ct, flowOffload, notrack, synproxy } from './conntrack.ts'
import { fib, hash, numgen, osf, rt, socket, tunnel, xfrm } from './lookups.ts'
import { masq, nat, redir, tproxy } from './nat.ts'
import { dynset, inner } from './nested.ts'
import { exthdr, meta, payload } from './packet.ts'
import { declareExpressions } from './spec.ts'
import { dup, fwd, log, match, objref, queue, reject, target } from './statement.ts'

declareExpressions([counter, last, limit, quota])
declareExpressions([bitwise, byteorder, cmp, immediate, lookup, range])
declareExpressions([connlimit, ct, flowOffload, notrack, synproxy])
declareExpressions([fib, hash, numgen, osf, rt, socket, tunnel, xfrm])
declareExpressions([masq, nat, redir, tproxy])
declareExpressions([dynset, inner])
declareExpressions([exthdr, meta, payload])
declareExpressions([dup, fwd, log, match, objref, queue, reject, target])

/** From here, so that every expression is declared before a list is read. */
export { readExpressions, writeExpressions } from './list.ts'
