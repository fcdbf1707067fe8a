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
  /** Only where it is not zero. */
  compressed: counterSchema.optional(),
})

const txStatsSchema = z.object({
  bytes: counterSchema,
  packets: counterSchema,
  errors: counterSchema,
  dropped: counterSchema,
  carrier_errors: counterSchema,
  collisions: counterSchema,
  /** Only where it is not zero. */
  compressed: counterSchema.optional(),
})

const infoDataSchema = z.record(z.string(), z.json())

/**
 * `linkinfo` of `ip -j -d link`. `info_data` and `info_slave_data` have the keys that iproute2 prints for the kind:
 * a vxlan has `id`, `port`, `learning`; a bridge `stp_state`, `vlan_filtering`. What the decoder of a kind does not know, or
 * all of it when the kind itself is not known, is kept there as `unknown: [{ type, hex }]`.
 */
const linkInfoSchema = z.object({
  info_kind: z.string().optional(),
  info_data: infoDataSchema.optional(),
  info_slave_kind: z.string().optional(),
  info_slave_data: infoDataSchema.optional(),
})

const xdpProgramSchema = z.object({ id: z.number() })

/** A program of eBPF that sees what comes in before anything else. Modes: 1 in the driver, 2 generic, 3 in the hardware, 4 several. */
const xdpSchema = z.object({
  mode: z.number(),
  prog: xdpProgramSchema.optional(),
  attached: z.array(z.object({ mode: z.number(), prog: xdpProgramSchema })).optional(),
})

/** One row of `ip -j -d -s link`, and `peer`, which is ours. */
export const linkSchema = z.object({
  ifindex: z.number(),
  /** Name of the device that IFLA_LINK means, when it lives in the same namespace; null when IFLA_LINK is 0. */
  link: z.string().nullable().optional(),
  /** IFLA_LINK when the device lives in another namespace (see `link_netnsid`). */
  link_index: z.number().optional(),
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  xdp: xdpSchema.optional(),
  qdisc: z.string().optional(),
  master: z.string().optional(),
  operstate: z.string().optional(),
  /** In place of `operstate`, for a number without a word. */
  operstate_index: z.number().optional(),
  linkmode: z.string().optional(),
  /** In place of `linkmode`, for a number without a word. */
  linkmode_index: z.number().optional(),
  /** `default` for 0, else the number. */
  group: z.string().optional(),
  txqlen: z.number().optional(),
  link_type: z.string().optional(),
  address: z.string().optional(),
  /** `broadcast` holds the other end's address. */
  link_pointtopoint: z.boolean().optional(),
  broadcast: z.string().optional(),
  /** The hardware's own address, where it is not the one in use. */
  permaddr: z.string().optional(),
  /** nsid of the namespace that IFLA_LINK lives in, as numbered by the namespace this link lives in; -1 for none. */
  link_netnsid: z.number().optional(),
  proto_down: z.boolean().optional(),
  /** Numbers of the reason bits. */
  proto_down_reason: z.array(z.string()).optional(),
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
  phys_port_name: z.string().optional(),
  phys_port_id: z.string().optional(),
  phys_switch_id: z.string().optional(),
  parentbus: z.string().optional(),
  parentdev: z.string().optional(),
  ifalias: z.string().optional(),
  stats64: z.object({ rx: rxStatsSchema, tx: txStatsSchema }).optional(),
  altnames: z.array(z.string()).optional(),
  /** Other end of a veth pair, found by asking both namespaces; absent when it is in none that was read. */
  peer: z.object({ namespace: z.string(), ifindex: z.number(), ifname: z.string() }).optional(),
})

export type Link = z.infer<typeof linkSchema>
export type LinkInfo = NonNullable<Link['linkinfo']>
export type LinkInfoData = z.infer<typeof infoDataSchema>
export type LinkPeer = NonNullable<Link['peer']>
export type LinkStats = NonNullable<Link['stats64']>
