import { z } from 'zod'
import { counterSchema } from './source.ts'

/** `stats64` of `ip -j -s link`; counters as decimal strings. */
const rxStatsSchema = z.object({
  bytes: counterSchema,
  packets: counterSchema,
  errors: counterSchema,
  dropped: counterSchema,
  over_errors: counterSchema,
  multicast: counterSchema,
})

const txStatsSchema = z.object({
  bytes: counterSchema,
  packets: counterSchema,
  errors: counterSchema,
  dropped: counterSchema,
  carrier_errors: counterSchema,
  collisions: counterSchema,
})

/**
 * `linkinfo` of `ip -j -d link`. `info_data` and `info_slave_data` have the keys that iproute2 prints for the kind:
 * a vxlan has `id`, `port`, `learning`; a bridge `stp_state`, `vlan_filtering`.
 */
const linkInfoSchema = z.object({
  info_kind: z.string().optional(),
  info_data: z.record(z.string(), z.json()).optional(),
  info_slave_kind: z.string().optional(),
  info_slave_data: z.record(z.string(), z.json()).optional(),
})

/** One row of `ip -j -d -s link`, and `peer`, which is ours. */
export const linkSchema = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  /** Name of IFLA_LINK's device when it lives in the same namespace; null for an index that is not there. */
  link: z.string().nullable().optional(),
  /** IFLA_LINK when the device lives in another namespace (see `link_netnsid`). */
  link_index: z.number().optional(),
  /** nsid of that namespace, as numbered by the namespace this link lives in. */
  link_netnsid: z.number().optional(),
  flags: z.array(z.string()),
  mtu: z.number(),
  qdisc: z.string().optional(),
  master: z.string().optional(),
  operstate: z.string().optional(),
  linkmode: z.string().optional(),
  group: z.string().optional(),
  txqlen: z.number().optional(),
  link_type: z.string().optional(),
  address: z.string().optional(),
  broadcast: z.string().optional(),
  promiscuity: z.number().optional(),
  allmulti: z.number().optional(),
  min_mtu: z.number().optional(),
  max_mtu: z.number().optional(),
  linkinfo: linkInfoSchema.optional(),
  inet6_addr_gen_mode: z.string().optional(),
  num_tx_queues: z.number().optional(),
  num_rx_queues: z.number().optional(),
  gso_max_size: z.number().optional(),
  gso_max_segs: z.number().optional(),
  tso_max_size: z.number().optional(),
  tso_max_segs: z.number().optional(),
  gro_max_size: z.number().optional(),
  ifalias: z.string().optional(),
  altnames: z.array(z.string()).optional(),
  stats64: z.object({ rx: rxStatsSchema, tx: txStatsSchema }).optional(),
  /** Other end of a veth pair, found by asking both namespaces; absent when it is in none that was read. */
  peer: z.object({ namespace: z.string(), ifindex: z.number(), ifname: z.string() }).optional(),
})

export type Link = z.infer<typeof linkSchema>
export type LinkPeer = NonNullable<Link['peer']>
export type LinkStats = NonNullable<Link['stats64']>
