import { checksum } from './targets/checksum.ts'
import { classify } from './targets/classify.ts'
import { connmarkTarget } from './targets/connmark.ts'
import { ct, notrack } from './targets/ct.ts'
import { dscpTarget, tosTarget } from './targets/dscp.ts'
import { log } from './targets/log.ts'
import { markTarget } from './targets/mark.ts'
import { dnat, snat, masquerade, redirect } from './targets/nat.ts'
import { nflog } from './targets/nflog.ts'
import { nfqueue } from './targets/nfqueue.ts'
import { reject } from './targets/reject.ts'
import { setTarget } from './targets/set.ts'
import { tcpmss } from './targets/tcpmss.ts'
import { tproxy } from './targets/tproxy.ts'
import { trace } from './targets/trace.ts'
import { ttlTarget, hlTarget } from './targets/ttl.ts'

/** Every target that this package knows. */
export const knownTargets = [
  checksum,
  classify,
  connmarkTarget,
  ct,
  dnat,
  dscpTarget,
  hlTarget,
  log,
  markTarget,
  masquerade,
  nflog,
  nfqueue,
  notrack,
  redirect,
  reject,
  setTarget,
  snat,
  tcpmss,
  tosTarget,
  tproxy,
  trace,
  ttlTarget,
] as const

/** What they decode to, told apart by `name`. */
export type KnownTarget = NonNullable<ReturnType<(typeof knownTargets)[number]['parse']>>
