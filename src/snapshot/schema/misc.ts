import { z } from 'zod'

/** A security association, in the words of `ip xfrm state`. Keys are never read into a snapshot. */
const xfrmStateSchema = z.object({
  family: z.enum(['inet', 'inet6']),
  src: z.string(),
  dst: z.string(),
  proto: z.string(),
  /** Eight hex digits with 0x, as iproute2 prints it. */
  spi: z.string(),
  reqid: z.number(),
  mode: z.string(),
  mark: z.string().optional(),
  /** Names of the algorithms (`rfc4106(gcm(aes))`) and their ICV bits. */
  aead: z.string().optional(),
  auth: z.string().optional(),
  enc: z.string().optional(),
  bytes: z.string(),
  packets: z.string(),
})

/** A policy, in the words of `ip xfrm policy`. */
const xfrmPolicySchema = z.object({
  family: z.enum(['inet', 'inet6']),
  src: z.string(),
  dst: z.string(),
  proto: z.string().optional(),
  sport: z.number().optional(),
  dport: z.number().optional(),
  dir: z.string(),
  action: z.string(),
  priority: z.number(),
  mark: z.string().optional(),
  templates: z.array(
    z.object({
      src: z.string(),
      dst: z.string(),
      proto: z.string(),
      spi: z.string().optional(),
      reqid: z.number(),
      mode: z.string(),
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
  /** IPv6 sockets: takes no IPv4. */
  v6only: z.boolean().optional(),
  /** Bound to this device. */
  ifname: z.string().optional(),
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
