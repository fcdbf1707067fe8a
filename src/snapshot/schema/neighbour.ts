import { z } from 'zod'

/** One row of `ip -j neigh` (`proxy` entries included, as `ip neigh show proxy` gives them). `family` is ours. */
export const neighbourSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  dst: z.string(),
  dev: z.string().optional(),
  lladdr: z.string().optional(),
  router: z.null().optional(),
  proxy: z.null().optional(),
  /** The kernel keeps it resolved by itself (NTF_EXT_MANAGED). */
  managed: z.null().optional(),
  extern_learn: z.null().optional(),
  offload: z.null().optional(),
  /** NUD states in iproute2's words: PERMANENT, REACHABLE, STALE, FAILED …; proxy entries have none. */
  state: z.array(z.string()).optional(),
  protocol: z.string().optional(),
})

export type Neighbour = z.infer<typeof neighbourSchema>

/** One row of `bridge -j fdb`. */
export const fdbEntrySchema = z.object({
  mac: z.string(),
  ifname: z.string(),
  /** Remote VTEP of a vxlan entry. */
  dst: z.string().optional(),
  vlan: z.number().optional(),
  port: z.number().optional(),
  vni: z.number().optional(),
  src_vni: z.number().optional(),
  /** Device that leads to the remote VTEP: its name, or its index when it lives in namespace `linkNetNsId`. */
  viaIf: z.string().optional(),
  viaIfIndex: z.number().optional(),
  linkNetNsId: z.number().optional(),
  nhid: z.number().optional(),
  flags: z.array(z.string()),
  /** Bridge that the entry belongs to. */
  master: z.string().optional(),
  /** `permanent`, `static`, `stale`, or empty for an entry that was learned and is in use. */
  state: z.string(),
})

export type FdbEntry = z.infer<typeof fdbEntrySchema>

/** An alias that this namespace has for another one (RTM_GETNSID). */
export const nsidSchema = z.object({
  nsid: z.number(),
  /** Id of that namespace when it is among those that were read. */
  namespace: z.string().optional(),
})

export type Nsid = z.infer<typeof nsidSchema>
