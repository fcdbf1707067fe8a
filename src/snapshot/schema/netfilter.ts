import type { Rule } from 'node-iptables'
import { z } from 'zod'
import { counterSchema } from './source.ts'

/** A match, target or header test in the words of the node-iptables package; its shape is that package's contract. */
const ruleSchema = z.looseObject({
  chain: z.string(),
  /** The line that `iptables-save` prints for it, without counters. */
  text: z.string(),
  packets: counterSchema,
  bytes: counterSchema,
  ip: z.looseObject({}),
  matches: z.array(z.looseObject({ name: z.string() })),
  target: z.looseObject({ name: z.string() }),
}) as unknown as z.ZodType<Rule & { text: string }>

export const netfilterTableSchema = z.object({
  /** Which API holds it: legacy xtables, or nf_tables in the shape that iptables-nft writes. */
  backend: z.enum(['nft', 'legacy']),
  family: z.enum(['ip', 'ip6']),
  table: z.string(),
  chains: z.array(
    z.object({
      name: z.string(),
      /** ACCEPT or DROP of a base chain; null for a user chain. */
      policy: z.string().nullable(),
      packets: counterSchema,
      bytes: counterSchema,
    }),
  ),
  rules: z.array(ruleSchema),
})

export type NetfilterTable = z.infer<typeof netfilterTableSchema>
export type NetfilterRule = NetfilterTable['rules'][number]

/** A table of nf_tables that is not of iptables' shape, told in nft's own words. */
export const nftTableSchema = z.object({
  /** ip, ip6, inet, arp, bridge, netdev. */
  family: z.string(),
  table: z.string(),
  flags: z.array(z.string()),
  chains: z.array(
    z.object({
      name: z.string(),
      /** The four below are those of a base chain. */
      type: z.string().optional(),
      hook: z.string().optional(),
      priority: z.number().optional(),
      policy: z.string().optional(),
      device: z.string().optional(),
    }),
  ),
  sets: z.array(
    z.object({
      name: z.string(),
      map: z.boolean(),
      keyType: z.string(),
      dataType: z.string().optional(),
      flags: z.array(z.string()),
      /** As nft prints them: `"eth0"`, `80-90`, `10.0.0.1 : jump web`. */
      elements: z.array(z.string()),
    }),
  ),
  /**
   * What look-ups of rules compare with, sets without a name included: keys and values as they lie in registers, in hex. Of an
   * interval an element is where it begins, and the next one, `end` or not, lies just behind it; fields of a concatenation
   * have bounds of their own.
   */
  setData: z
    .array(
      z.object({
        name: z.string(),
        interval: z.boolean(),
        elements: z.array(
          z.object({
            /** Absent: the element for whatever has none. */
            key: z.string().optional(),
            keyEnd: z.string().optional(),
            end: z.literal(true).optional(),
            /** It is gone within ten seconds of the reading, unless a rule renews it. */
            expiring: z.literal(true).optional(),
            /** Of a map: bytes in hex, or a verdict. */
            data: z
              .union([
                z.string(),
                z.object({ code: z.string(), chain: z.string().optional(), queue: z.number().optional() }),
              ])
              .optional(),
          }),
        ),
      }),
    )
    .optional(),
  /** Named objects that rules refer to: counters, quotas, limits, conntrack helpers and so on. */
  objects: z.array(z.object({ kind: z.string(), name: z.string() })).optional(),
  rules: z.array(
    z.object({
      chain: z.string(),
      handle: z.number(),
      /** The rule as `nft list ruleset` prints it. */
      text: z.string(),
      packets: counterSchema.optional(),
      bytes: counterSchema.optional(),
      comment: z.string().optional(),
      /**
       * Expressions by name, decoded as far as they are known; unknown ones keep their hex. A match or target of xtables has
       * in `xt` what its bytes say, as `matches` and `target` of iptables' rules have it.
       */
      expressions: z.array(z.looseObject({ name: z.string() })),
    }),
  ),
})

export type NftTable = z.infer<typeof nftTableSchema>
