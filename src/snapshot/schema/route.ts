import { z } from 'zod'

const viaSchema = z.object({ family: z.string(), host: z.string() })

const nexthopSchema = z.object({
  gateway: z.string().optional(),
  via: viaSchema.optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags: z.array(z.string()),
})

/**
 * One row of `ip -j -d route show table all` (both families). iproute2 leaves `table` out for the main table and `type`
 * is printed by `-d`; `family` is ours, as iproute2 asks for one family at a time.
 */
export const routeSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  type: z.string(),
  dst: z.string(),
  from: z.string().optional(),
  tos: z.string().optional(),
  gateway: z.string().optional(),
  via: viaSchema.optional(),
  nhid: z.number().optional(),
  dev: z.string().optional(),
  table: z.string().optional(),
  protocol: z.string().optional(),
  scope: z.string().optional(),
  prefsrc: z.string().optional(),
  metric: z.number().optional(),
  flags: z.array(z.string()),
  metrics: z.array(z.record(z.string(), z.json())).optional(),
  pref: z.string().optional(),
  nexthops: z.array(nexthopSchema).optional(),
})

export type Route = z.infer<typeof routeSchema>

/** One row of `ip -j rule`: an entry of the policy database. `family` is ours. */
export const policyRuleSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  priority: z.number(),
  not: z.null().optional(),
  src: z.string(),
  srclen: z.number().optional(),
  dst: z.string().optional(),
  dstlen: z.number().optional(),
  tos: z.string().optional(),
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
  sport: z.number().optional(),
  dport: z.number().optional(),
  table: z.string().optional(),
  suppress_prefixlen: z.number().optional(),
  suppress_ifgroup: z.string().optional(),
  protocol: z.string().optional(),
  action: z.string().optional(),
  goto: z.number().optional(),
  unresolved: z.null().optional(),
})

export type PolicyRule = z.infer<typeof policyRuleSchema>
