import { z } from 'zod'
import { counterSchema } from './source.ts'

/** `ipvsadm -Ln --stats` and `--rate`: totals as decimal strings, rates per second. */
const ipvsStatsSchema = z.object({
  conns: counterSchema,
  inPackets: counterSchema,
  outPackets: counterSchema,
  inBytes: counterSchema,
  outBytes: counterSchema,
  cps: counterSchema,
  inPps: counterSchema,
  outPps: counterSchema,
  inBps: counterSchema,
  outBps: counterSchema,
})

/** Attributes of the kernel that cnmtop does not know, as they came. */
const unknownSchema = z.array(z.object({ type: z.number(), hex: z.string() })).optional()

const realServerSchema = z.object({
  /** Its line of `ipvsadm -Sn`. */
  text: z.string(),
  address: z.string(),
  port: z.number(),
  /** masq, local, tunnel, droute, bypass; a decimal number stands for a method without a name. */
  forwarding: z.string(),
  /** How packets are wrapped; of tunnels only. */
  tunnel: z
    .object({
      /** ipip, gue, gre. */
      type: z.string(),
      /** Of gue. */
      port: z.number().optional(),
      /** csum, remcsum; none of them: no checksum. */
      flags: z.array(z.string()),
    })
    .optional(),
  /** 0: quiesced, gets no new connections. */
  weight: z.number(),
  upperThreshold: z.number(),
  lowerThreshold: z.number(),
  activeConns: z.number(),
  inactiveConns: z.number(),
  persistConns: z.number(),
  stats: ipvsStatsSchema,
  unknown: unknownSchema,
})

const virtualServiceSchema = z.object({
  /** Its line of `ipvsadm -Sn`. */
  text: z.string(),
  family: z.enum(['inet', 'inet6']),
  /** Either the mark, or protocol, address and port. */
  fwmark: z.number().optional(),
  protocol: z.string().optional(),
  address: z.string().optional(),
  port: z.number().optional(),
  scheduler: z.string(),
  /** `ops` (one packet), `sh-fallback`, `mh-port`, `flag-1`, …: ipvsadm's words. */
  flags: z.array(z.string()),
  /** Persistence in seconds; absent without the persistent flag. */
  persistence: z.number().optional(),
  /** What persistence takes for one client: `255.255.255.0`, or a prefix length for IPv6. */
  netmask: z.string().optional(),
  persistenceEngine: z.string().optional(),
  stats: ipvsStatsSchema,
  unknown: unknownSchema,
  realServers: z.array(realServerSchema),
})

export const ipvsSchema = z.object({
  services: z.array(virtualServiceSchema),
  /** Seconds, as `ipvsadm -L --timeout` prints them; absent where there is no service to time out. */
  timeouts: z.object({ tcp: z.number(), tcpFin: z.number(), udp: z.number() }).optional(),
})

export type Ipvs = z.infer<typeof ipvsSchema>
export type VirtualService = z.infer<typeof virtualServiceSchema>
export type RealServer = z.infer<typeof realServerSchema>
export type IpvsStats = z.infer<typeof ipvsStatsSchema>
