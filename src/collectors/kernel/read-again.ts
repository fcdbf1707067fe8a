import type { LinkStats, Namespace, Snapshot } from '../../snapshot/index.ts'
import { kernelFeatures } from './features.ts'
import type { Part } from './parts.ts'
import { createNodeReader } from './reader.ts'

/** What of a namespace is read again. */
export type Again = {
  readonly namespace: string
  readonly parts: ReadonlySet<Part>
  /** Indexes of the links whose counters are read. */
  readonly links: readonly number[]
}

/**
 * Reads a few rows of a node again and again, and nothing else of it: for counters along one path. A legacy table of iptables comes
 * whole, as the kernel gives it; links come one by one.
 *
 * @returns a function that reads, and gives the snapshot with what it read; what could not be read has a source that says why
 */
export function createReadAgain(
  before: Snapshot,
  wanted: readonly Again[],
  timeoutMs?: number,
): () => Snapshot {
  const features = kernelFeatures()
  const reader = createNodeReader(features, timeoutMs)
  const known = new Map(before.namespaces.map(namespace => [namespace.id, namespace]))
  reader.meet(
    wanted.flatMap(({ namespace }) => known.get(namespace) ?? []),
    features,
  )
  return () => {
    const fresh = new Map(
      wanted.flatMap(again => {
        const namespace = known.get(again.namespace)
        return namespace ? [[namespace.id, readOne(namespace, again)] as const] : []
      }),
    )
    reader.finish()
    return {
      ...before,
      takenAt: new Date().toISOString(),
      namespaces: before.namespaces.map(namespace => fresh.get(namespace.id) ?? namespace),
    }
  }

  function readOne(namespace: Namespace, { parts, links }: Again): Namespace {
    const counters =
      links.length === 0 ? new Map<number, LinkStats>() : reader.readCounters(namespace.id, links)
    // Before Linux 4.7 links do not tell their counters one by one.
    const { data, reports } = reader.read(namespace.id, counters ? parts : new Set<Part>([...parts, 'links']))
    const { links: all, ...tables } = data
    const stats = counters ?? new Map(all?.map(({ ifindex, stats64 }) => [ifindex, stats64]))
    const sources = new Map([...namespace.sources, ...reports].map(report => [report.source, report]))
    return {
      ...namespace,
      ...tables,
      links: namespace.links.map(link => {
        const stats64 = stats.get(link.ifindex)
        return stats64 ? { ...link, stats64 } : link
      }),
      sources: [...sources.values()],
    }
  }
}
