import type { Doors } from './doors.ts'
import type { Dump } from './dump.ts'
import type { KernelFeatures } from './features.ts'
import type { Part } from './parts.ts'
import type { Reading, SourceLog } from './source-log.ts'

/** One reading of one open namespace. */
export type ReadingContext = {
  readonly doors: Doors
  readonly wanted: ReadonlySet<Part>
  readonly features: KernelFeatures
  readonly log: SourceLog
  /** The namespace of the node itself. */
  readonly isHost: boolean
}

/** The capability that netfilter, IPVS and xfrm ask for (in the user namespace that owns the network namespace). */
export const NET_ADMIN = 'CAP_NET_ADMIN'

export function readingOf<Row>(dump: Dump<Row>): Reading<Row[]> {
  return { value: dump.rows, interrupted: dump.interrupted, problems: dump.problems }
}
