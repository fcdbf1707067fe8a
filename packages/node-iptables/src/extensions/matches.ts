import { addrtype } from './matches/addrtype.ts'
import { bpf } from './matches/bpf.ts'
import { cgroup } from './matches/cgroup.ts'
import { comment } from './matches/comment.ts'
import { conntrack } from './matches/conntrack.ts'
import { dccp } from './matches/dccp.ts'
import { dscp, tos } from './matches/dscp.ts'
import { hashlimit } from './matches/hashlimit.ts'
import { icmp, icmp6 } from './matches/icmp.ts'
import { iprange } from './matches/iprange.ts'
import { esp, ah } from './matches/ipsec.ts'
import { ipvs } from './matches/ipvs.ts'
import { length } from './matches/length.ts'
import { limit } from './matches/limit.ts'
import { mac } from './matches/mac.ts'
import { mark, connmark } from './matches/mark.ts'
import { multiport } from './matches/multiport.ts'
import { owner } from './matches/owner.ts'
import { physdev } from './matches/physdev.ts'
import { pkttype } from './matches/pkttype.ts'
import { policy } from './matches/policy.ts'
import { recent } from './matches/recent.ts'
import { rpfilter } from './matches/rpfilter.ts'
import { sctp } from './matches/sctp.ts'
import { set } from './matches/set.ts'
import { socket } from './matches/socket.ts'
import { state } from './matches/state.ts'
import { statistic } from './matches/statistic.ts'
import { tcp } from './matches/tcp.ts'
import { ttl, hl } from './matches/ttl.ts'
import { u32 } from './matches/u32.ts'
import { udp } from './matches/udp.ts'

/** Every match that this package knows. */
export const knownMatches = [
  addrtype,
  ah,
  bpf,
  cgroup,
  comment,
  connmark,
  conntrack,
  dccp,
  dscp,
  esp,
  hashlimit,
  hl,
  icmp,
  icmp6,
  iprange,
  ipvs,
  length,
  limit,
  mac,
  mark,
  multiport,
  owner,
  physdev,
  pkttype,
  policy,
  recent,
  rpfilter,
  sctp,
  set,
  socket,
  state,
  statistic,
  tcp,
  tos,
  ttl,
  u32,
  udp,
] as const

/** What they decode to, told apart by `name`. */
export type KnownMatch = NonNullable<ReturnType<(typeof knownMatches)[number]['parse']>>
