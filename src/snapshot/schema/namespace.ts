import { z } from 'zod'
import { namespaceKinds } from '../vocabulary.ts'
import { addressSchema } from './address.ts'
import { ipvsSchema } from './ipvs.ts'
import { linkSchema } from './link.ts'
import { conntrackSchema, socketSchema, xfrmSchema } from './misc.ts'
import { fdbEntrySchema, neighbourSchema, nsidSchema } from './neighbour.ts'
import { netfilterTableSchema, nftTableSchema } from './netfilter.ts'
import { policyRuleSchema, routeSchema } from './route.ts'
import { sourceReportSchema } from './source.ts'
import { qdiscSchema, tcFilterSchema } from './tc.ts'
import { portVlansSchema } from './vlan.ts'

export const namespaceSchema = z.object({
  /** `net:[4026532281]`, as `readlink /proc/PID/ns/net` prints it. */
  id: z.string(),
  kind: z.enum(namespaceKinds),
  /** The file's name, else the oldest process of it (`nginx/4711`). */
  name: z.string(),
  paths: z.array(z.string()),
  /** Processes in it, ascending; at most 64 are kept, `pidCount` counts all. */
  pids: z.array(z.number()),
  pidCount: z.number(),
  links: z.array(linkSchema),
  addresses: z.array(addressSchema),
  routes: z.array(routeSchema),
  rules: z.array(policyRuleSchema),
  neighbours: z.array(neighbourSchema),
  fdb: z.array(fdbEntrySchema),
  /** Of all bridges where one of them filters by VLAN, else empty; files of older versions have none. */
  vlans: z.array(portVlansSchema).optional(),
  nsids: z.array(nsidSchema),
  /** Absent where traffic control was not read, as in what earlier versions wrote. */
  qdiscs: z.array(qdiscSchema).optional(),
  /** Of `ingress` and `clsact`. */
  tcFilters: z.array(tcFilterSchema).optional(),
  netfilter: z.array(netfilterTableSchema),
  nft: z.array(nftTableSchema),
  ipvs: ipvsSchema,
  xfrm: xfrmSchema,
  sockets: z.array(socketSchema),
  sysctls: z.record(z.string(), z.string()),
  conntrack: conntrackSchema.optional(),
  sources: z.array(sourceReportSchema),
})

export type Namespace = z.infer<typeof namespaceSchema>
