import { z } from 'zod'

/** A security association, in the words of `ip xfrm state`. Keys are never read into a snapshot. */
const xfrmStateSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  src: z.string(),
  dst: z.string(),
  /** esp, ah, comp, …; a decimal number stands for one without a name. */
  proto: z.string(),
  /** Eight hex digits with 0x, as iproute2 prints it. */
  spi: z.string(),
  reqid: z.number(),
  mode: z.string(),
  flags: z.array(z.string()),
  /** `0xd0c4e3/0xffffffff` */
  mark: z.string().optional(),
  'output-mark': z.string().optional(),
  if_id: z.string().optional(),
  /** Names of the algorithms (`rfc4106(gcm(aes))`), and behind them the bits of their check value where they have one. */
  aead: z.string().optional(),
  auth: z.string().optional(),
  enc: z.string().optional(),
  comp: z.string().optional(),
  /** `type espinudp sport 4500 dport 4500 addr 0.0.0.0` */
  encap: z.string().optional(),
  /** `src 10.1.0.0/16 dst 10.2.0.0/16 proto udp`; absent when it takes everything. */
  sel: z.string().optional(),
  bytes: z.string(),
  packets: z.string(),
})

/** A policy, in the words of `ip xfrm policy`. */
const xfrmPolicySchema = z.object({
  family: z.enum(['inet', 'inet6']),
  src: z.string(),
  dst: z.string(),
  proto: z.string().optional(),
  /** For ICMP these are type and code. */
  sport: z.number().optional(),
  dport: z.number().optional(),
  dev: z.string().optional(),
  /** in, out, fwd; `socket in` and the like for a policy of one socket. */
  dir: z.string(),
  action: z.enum(['allow', 'block']),
  priority: z.number(),
  /** main or sub. */
  ptype: z.string(),
  mark: z.string().optional(),
  if_id: z.string().optional(),
  templates: z.array(
    z.object({
      src: z.string(),
      dst: z.string(),
      proto: z.string(),
      spi: z.string().optional(),
      reqid: z.number(),
      mode: z.string(),
      /** Packets pass without it too. */
      level: z.literal('use').optional(),
    }),
  ),
})

export const xfrmSchema = z.object({
  states: z.array(xfrmStateSchema),
  policies: z.array(xfrmPolicySchema),
})

/** A listening socket, as `ss -lntup` tells it. */
export const socketSchema = z.object({
  protocol: z.enum(['tcp', 'udp']),
  family: z.enum(['inet', 'inet6']),
  state: z.string(),
  address: z.string(),
  port: z.number(),
  /** IPv6 sockets: takes no IPv4. Absent when the kernel did not say (`/proc/net` has no such column). */
  v6only: z.boolean().optional(),
  /** Bound to this device; null: to none. Absent when the kernel did not say. */
  ifname: z.string().nullable().optional(),
  /** Of TCP: connections that wait for accept, and how many may; of UDP: bytes in the queues. As `ss` tells them. */
  recvQ: z.number().optional(),
  sendQ: z.number().optional(),
  uid: z.number(),
  /** Decimal string: ties it to the descriptors of processes. */
  inode: z.string(),
  /** Who holds it; absent until asked for (it takes a walk over /proc) or when it may not be read. */
  processes: z.array(z.object({ pid: z.number(), name: z.string() })).optional(),
})

export const conntrackSchema = z.object({ count: z.number(), max: z.number() })

export type Xfrm = z.infer<typeof xfrmSchema>
export type XfrmState = z.infer<typeof xfrmStateSchema>
export type XfrmPolicy = z.infer<typeof xfrmPolicySchema>
export type Socket = z.infer<typeof socketSchema>
export type Conntrack = z.infer<typeof conntrackSchema>
