import { z } from 'zod'
import { sourceStatuses } from '../vocabulary.ts'

export const sourceReportSchema = z.object({
  /** One thing that was read: `rtnl.links`, `nft`, `xtables.ip`, `proc.sysctls`. */
  source: z.string(),
  status: z.enum(sourceStatuses),
  /** Milliseconds. */
  tookMs: z.number(),
  /** Why it is not `ok`, and what would help; absent when it is. */
  reason: z.string().optional(),
})

export type SourceReport = z.infer<typeof sourceReportSchema>

/** 64-bit counters are decimal strings: JSON numbers lose digits above 2^53. */
export const counterSchema = z.string().regex(/^\d+$/)
