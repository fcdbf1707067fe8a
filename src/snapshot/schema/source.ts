import { z } from 'zod'

/**
 * How a source answered. Unknown is never shown as empty: every consumer handles each of these.
 *
 * - `ok`: read whole.
 * - `partial`: read, but a part is missing; `reason` says which (a budget that ran out, a row that could not be decoded).
 * - `interrupted`: the kernel's data changed during the dump (NLM_F_DUMP_INTR), also after the retries.
 * - `unavailable`: this kernel or this namespace does not have it (no IPVS, no xfrm).
 * - `forbidden`: a capability is missing; `reason` names it.
 * - `timeout`: no answer within the time limit.
 * - `gone`: the namespace vanished while it was read.
 */
export const sourceStatuses = [
  'ok',
  'partial',
  'interrupted',
  'unavailable',
  'forbidden',
  'timeout',
  'gone',
] as const

export const sourceReportSchema = z.object({
  /** One thing that was read: `rtnl.links`, `nft`, `xtables.ip`, `proc.sysctls`. */
  source: z.string(),
  status: z.enum(sourceStatuses),
  /** Milliseconds. */
  tookMs: z.number(),
  /** Why it is not `ok`, and what would help; absent when it is. */
  reason: z.string().optional(),
})

export type SourceStatus = (typeof sourceStatuses)[number]
export type SourceReport = z.infer<typeof sourceReportSchema>

/** 64-bit counters are decimal strings: JSON numbers lose digits above 2^53. */
export const counterSchema = z.string().regex(/^\d+$/)
