import { z } from 'zod'

/**
 * One row of `tc -j qdisc show`: how a device queues what it sends, or, of `ingress` and `clsact`, where filters of tc may hang.
 */
export const qdiscSchema = z.object({
  kind: z.string(),
  /** `8001:`, the number in hexadecimal digits. */
  handle: z.string(),
  dev: z.string(),
  /** Of the one that the device itself has. */
  root: z.boolean().optional(),
  /** `8001:1`: the class that it queues for. */
  parent: z.string().optional(),
  /** Left out where it is 1. */
  refcnt: z.number().optional(),
  /** Numbers of blocks of filters that several devices share. */
  ingress_block: z.number().optional(),
  egress_block: z.number().optional(),
  /** Absent for kinds whose options are not read. */
  options: z.record(z.string(), z.json()).optional(),
})

/** A filter of tc by the fields that `tc -j filter show` has for every kind. Only of qdiscs that would let every packet through without one. */
export const tcFilterSchema = z.object({
  dev: z.string(),
  /** `ingress` or `egress` of `clsact`, else the handle of the qdisc. */
  parent: z.string(),
  /** Of filters that several devices share. */
  block: z.number().optional(),
  /** `all`, `ip`, `ipv6`, `arp`, `802.1Q`, else the number in brackets: `[34887]`. */
  protocol: z.string(),
  pref: z.number(),
  kind: z.string(),
  chain: z.number(),
})

export type Qdisc = z.infer<typeof qdiscSchema>
export type TcFilter = z.infer<typeof tcFilterSchema>
