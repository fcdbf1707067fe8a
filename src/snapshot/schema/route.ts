import { z } from 'zod'

const viaSchema = z.object({ family: z.string(), host: z.string() })

/** Routing realms: from 0 is left out. */
const flowSchema = z.object({ from: z.string().optional(), to: z.string() })

/** What this version does not decode, as the kernel sent it: attribute number and payload. Ours. */
const unknownSchema = z.array(z.object({ type: z.number(), hex: z.string() }))

const nexthopSchema = z.object({
  /** Kind of the light-weight tunnel (`ip`, `mpls`, `seg6`); its parameters are among `unknown`. */
  encap: z.string().optional(),
  /** MPLS label stack to swap to, or new destination. */
  to: z.string().optional(),
  gateway: z.string().optional(),
  via: viaSchema.optional(),
  flow: flowSchema.optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags: z.array(z.string()),
  unknown: unknownSchema.optional(),
})

/**
 * One row of `ip -j -d route show table all` (both families). As there, `type`, `table`, `protocol` and `scope` are
 * always given. `family` is ours.
 */
export const routeSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  type: z.string(),
  dst: z.string(),
  from: z.string().optional(),
  nhid: z.number().optional(),
  to: z.string().optional(),
  encap: z.string().optional(),
  tos: z.string().optional(),
  gateway: z.string().optional(),
  via: viaSchema.optional(),
  dev: z.string().optional(),
  table: z.string().optional(),
  protocol: z.string(),
  scope: z.string(),
  prefsrc: z.string().optional(),
  metric: z.number().optional(),
  flags: z.array(z.string()),
  mark: z.number().optional(),
  flow: flowSchema.optional(),
  uid: z.number().optional(),
  /** Seconds when it was read. */
  expires: z.number().optional(),
  error: z.number().optional(),
  metrics: z.array(z.record(z.string(), z.json())).optional(),
  iif: z.string().optional(),
  pref: z.string().optional(),
  /** iproute2's spelling. */
  'ttl-propogate': z.boolean().optional(),
  nexthops: z.array(nexthopSchema).optional(),
  unknown: unknownSchema.optional(),
})

export type Route = z.infer<typeof routeSchema>
export type Nexthop = z.infer<typeof nexthopSchema>

/** One row of `ip -j rule`: an entry of the policy database. `family` is ours. */
export const policyRuleSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  priority: z.number(),
  not: z.null().optional(),
  /** `all` or an address; `srclen` is left out for a whole address. */
  src: z.string(),
  srclen: z.number().optional(),
  dst: z.string().optional(),
  dstlen: z.number().optional(),
  tos: z.string().optional(),
  /** Hex with 0x; `fwmask` is left out when it is all ones. */
  fwmark: z.string().optional(),
  fwmask: z.string().optional(),
  iif: z.string().optional(),
  iif_detached: z.null().optional(),
  oif: z.string().optional(),
  oif_detached: z.null().optional(),
  l3mdev: z.null().optional(),
  uid_start: z.number().optional(),
  uid_end: z.number().optional(),
  ipproto: z.string().optional(),
  /** One port, or `_start` and `_end` of a range. */
  sport: z.number().optional(),
  sport_mask: z.string().optional(),
  sport_start: z.number().optional(),
  sport_end: z.number().optional(),
  dport: z.number().optional(),
  dport_mask: z.string().optional(),
  dport_start: z.number().optional(),
  dport_end: z.number().optional(),
  tun_id: z.string().optional(),
  table: z.string().optional(),
  suppress_prefixlen: z.number().optional(),
  suppress_ifgroup: z.string().optional(),
  flow_from: z.string().optional(),
  flow_to: z.string().optional(),
  /** A priority; `none` when the rule has no target. */
  goto: z.union([z.number(), z.literal('none')]).optional(),
  unresolved: z.null().optional(),
  nop: z.null().optional(),
  /** `blackhole`, `unreachable`, `prohibit`; absent for a look-up. */
  action: z.string().optional(),
  protocol: z.string().optional(),
  unknown: unknownSchema.optional(),
})

export type PolicyRule = z.infer<typeof policyRuleSchema>
