import type { View } from '../view.ts'

/** Hooks in the order of enum nf_inet_hooks (linux/netfilter.h). */
export const hooks = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const
export type Hook = (typeof hooks)[number]

/** Where a rule is evaluated. */
export type Place = {
  readonly view: View
  readonly hook: Hook
  /** On POSTROUTING: the address that the packet goes to next, which MASQUERADE chooses its own by. */
  readonly nextHop?: string | undefined
}

/** NF_IP_PRI_* (linux/netfilter_ipv4.h; IPv6 has the same numbers), and where IPVS stands (ip_vs_ops4 of ip_vs_core.c). */
export const priorities = {
  first: -2_147_483_648,
  conntrackDefrag: -400,
  raw: -300,
  conntrack: -200,
  mangle: -150,
  natDestination: -100,
  /** NF_IP_PRI_NAT_DST + 2 */
  ipvsLocalOut: -98,
  filter: 0,
  security: 50,
  /** NF_IP_PRI_NAT_SRC - 1 */
  ipvsLocalIn: 99,
  natSource: 100,
  /** ip_vs_reply4 on FORWARD */
  ipvsForward: 100,
  last: 2_147_483_647,
} as const

/** Where connection tracking begins and NAT rewrites; a hook without them is absent. */
export const natPriority: Readonly<Partial<Record<Hook, number>>> = {
  PREROUTING: priorities.natDestination,
  OUTPUT: priorities.natDestination,
  INPUT: priorities.natSource,
  POSTROUTING: priorities.natSource,
}
