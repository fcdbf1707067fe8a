import { z } from 'zod'
import { SNAPSHOT_FORMAT, SNAPSHOT_VERSION } from '../vocabulary.ts'
import { dockerSchema } from './docker.ts'
import { namespaceSchema } from './namespace.ts'
import { sourceReportSchema } from './source.ts'

export const snapshotSchema = z.object({
  format: z.literal(SNAPSHOT_FORMAT),
  version: z.literal(SNAPSHOT_VERSION),
  /** RFC 3339, UTC, milliseconds. */
  takenAt: z.iso.datetime({ error: 'no time as in RFC 3339' }),
  tookMs: z.number(),
  /** Its names and addresses are pseudonyms (`cnmtop snapshot --redact`). */
  redacted: z.literal(true).optional(),
  host: z.object({
    hostname: z.string(),
    /** `uname -r`. */
    kernel: z.string(),
    bootId: z.string(),
  }),
  namespaces: z.array(namespaceSchema),
  /** Absent when no daemon answered, or none was asked: `sources` tell. */
  docker: dockerSchema.optional(),
  /** What is not of one namespace: the directories walked, `/proc`, files that are not nsfs. */
  sources: z.array(sourceReportSchema),
})

export type Snapshot = z.infer<typeof snapshotSchema>
export type Host = Snapshot['host']
