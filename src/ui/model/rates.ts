import type { Link, LinkStats, Namespace, Snapshot } from '../../snapshot/index.ts'

/** A list as it was read, when, and how it was the time before. Times are milliseconds since the epoch. */
export type Sample<Value> = {
  readonly value: Value
  readonly at: number
  readonly before: { readonly value: Value; readonly at: number } | undefined
}

/** The lists of a namespace that hold counters. */
const counted = ['links', 'netfilter', 'nft'] as const
type Counted = (typeof counted)[number]

export type NamespaceHistory = {
  readonly id: string
  readonly samples: { readonly [Part in Counted]: Sample<Namespace[Part]> }
  /** By index of the link: its counters of before, as links are also read one by one. */
  readonly links: ReadonlyMap<number, LinkBefore>
}

/** Counters as they were, so many milliseconds before those of now. */
export type LinkBefore = { readonly stats: LinkStats; readonly elapsed: number }

/** See `elapsed` of a session. */
export type Elapsed = (link: Link) => number | null | undefined

/**
 * Takes a new snapshot into the history of one namespace. A list that was not read again is the same object as
 * before, and its sample stays.
 *
 * @returns the same object when nothing was read again; undefined when the namespace is not in the snapshot
 */
export function advance(
  history: NamespaceHistory | undefined,
  snapshot: Snapshot,
  id: string | undefined,
  elapsed: Elapsed = () => undefined,
): NamespaceHistory | undefined {
  const namespace = snapshot.namespaces.find(candidate => candidate.id === id)
  if (!namespace) return undefined
  const at = Date.parse(snapshot.takenAt)
  const known = history?.id === namespace.id ? history.samples : undefined
  const samples = {
    links: nextSample(known?.links, namespace.links, at),
    netfilter: nextSample(known?.netfilter, namespace.netfilter, at),
    nft: nextSample(known?.nft, namespace.nft, at),
  }
  if (history && known && counted.every(part => samples[part] === known[part])) return history
  const links =
    history && known?.links === samples.links
      ? history.links
      : linksBefore(history?.id === id ? history : undefined, samples.links, elapsed)
  return { id: namespace.id, samples, links }
}

/** A link that was not read again is the same object as before, and keeps what was known of it. */
function linksBefore(
  history: NamespaceHistory | undefined,
  sample: Sample<readonly Link[]>,
  elapsed: Elapsed,
): ReadonlyMap<number, LinkBefore> {
  const links = new Map<number, LinkBefore>()
  const old = new Map(sample.before?.value.map(link => [link.ifindex, link]))
  const whole = sample.before ? sample.at - sample.before.at : 0
  for (const link of sample.value) {
    const { ifindex } = link
    const before = old.get(ifindex)
    const kept = history?.links.get(ifindex)
    if (before === link && kept) links.set(ifindex, kept)
    const time = elapsed(link)
    if (before === link || !before?.stats64 || time === null) continue
    links.set(ifindex, { stats: before.stats64, elapsed: time ?? whole })
  }
  return links
}

/**
 * What is shown is read at least this often, and sent only when it moved: after a quiet time the counters began to move
 * within this, so a burst is not spread over the quiet before it.
 */
const LONGEST_LOOK_MS = 4000

function nextSample<Value>(known: Sample<Value> | undefined, value: Value, at: number): Sample<Value> {
  if (!known) return { value, at, before: undefined }
  if (known.value === value) return known
  return { value, at, before: { value: known.value, at: Math.max(known.at, at - LONGEST_LOOK_MS) } }
}

/**
 * How fast a counter grew, per second.
 *
 * @param elapsed milliseconds between the two readings
 * @returns undefined when it cannot be said: no time passed, or the counter was set back
 */
export function rate(before: string, after: string, elapsed: number): number | undefined {
  if (elapsed <= 0) return undefined
  const grown = BigInt(after) - BigInt(before)
  return grown < 0n ? undefined : (Number(grown) * 1000) / elapsed
}
