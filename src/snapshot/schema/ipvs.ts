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

const realServerSchema = z.object({
  /** Its line of `ipvsadm -Sn`. */
  text: z.string(),
  address: z.string(),
  port: z.number(),
  forwarding: z.enum(['masq', 'local', 'tunnel', 'droute', 'bypass']),
  /** 0: quiesced, gets no new connections. */
  weight: z.number(),
  upperThreshold: z.number(),
  lowerThreshold: z.number(),
  activeConns: z.number(),
  inactiveConns: z.number(),
  persistConns: z.number(),
  stats: ipvsStatsSchema,
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
  flags: z.array(z.string()),
  /** Persistence in seconds; absent without the persistent flag. */
  persistence: z.number().optional(),
  netmask: z.string().optional(),
  persistenceEngine: z.string().optional(),
  stats: ipvsStatsSchema,
  realServers: z.array(realServerSchema),
})

export const ipvsSchema = z.object({
  services: z.array(virtualServiceSchema),
  /** Seconds, as `ipvsadm -L --timeout` prints them. */
  timeouts: z.object({ tcp: z.number(), tcpFin: z.number(), udp: z.number() }).optional(),
})

export type Ipvs = z.infer<typeof ipvsSchema>
export type VirtualService = z.infer<typeof virtualServiceSchema>
export type RealServer = z.infer<typeof realServerSchema>
export type IpvsStats = z.infer<typeof ipvsStatsSchema>
