import { SNAPSHOT_FORMAT, SNAPSHOT_VERSION, type Snapshot } from '../../snapshot/index.ts'
import { type DiscoverOptions, discover } from './discover.ts'
import { readHost } from './host.ts'
import { emptyNamespace } from './namespace.ts'
import { withOwners } from './owners.ts'
import { allParts, type Part } from './parts.ts'
import { kernelFeatures } from './features.ts'
import { createNodeReader } from './reader.ts'
import { relate } from './relate.ts'

export type CollectOptions = DiscoverOptions & {
  /** Milliseconds that one namespace may take. */
  readonly timeoutMs?: number | undefined
  /** Also find out which processes hold the sockets: a walk over all of /proc. */
  readonly owners?: boolean | undefined
  /** What to read; everything unless said otherwise. */
  readonly parts?: ReadonlySet<Part> | undefined
}

/** Reads the whole node once, on the calling thread: every namespace that is found, everything in it. */
export function collectSnapshot(options: CollectOptions = {}): Snapshot {
  const started = performance.now()
  const takenAt = new Date().toISOString()
  const { namespaces, sources } = discover(options)
  const features = kernelFeatures()
  const reader = createNodeReader(features, options.timeoutMs)
  reader.meet(namespaces, features)
  const read = new Map(
    namespaces.map(found => {
      const { data, reports } = reader.read(found.id, options.parts ?? allParts)
      return [found.id, { ...emptyNamespace(found), ...data, sources: reports }]
    }),
  )
  for (const [id, nsids] of reader.finish()) {
    const namespace = read.get(id)
    if (namespace) namespace.nsids = nsids
  }
  const related = relate([...read.values()])
  return {
    format: SNAPSHOT_FORMAT,
    version: SNAPSHOT_VERSION,
    takenAt,
    tookMs: Math.round((performance.now() - started) * 1000) / 1000,
    host: readHost(),
    namespaces: options.owners ? withOwners(related) : related,
    sources,
  }
}
