import type { Namespace, Snapshot } from '../../snapshot/index.ts'

/** Something that this session saw itself. `at` is in milliseconds since the epoch. */
export type LogEntry = {
  readonly at: number
  readonly what: 'found' | 'gone'
  readonly namespace: Pick<Namespace, 'id' | 'name' | 'kind'>
}

/** As many as anybody reads back. */
const MOST_ENTRIES = 1000

/**
 * Notes the namespaces that came and went, the newest last.
 *
 * @returns the same list when none did
 */
export function advanceLog(
  log: readonly LogEntry[],
  before: Snapshot,
  after: Snapshot,
  at: number,
): readonly LogEntry[] {
  if (before.namespaces === after.namespaces) return log
  const entries = [
    ...missing(before, after).map((namespace): LogEntry => ({ at, what: 'gone', namespace })),
    ...missing(after, before).map((namespace): LogEntry => ({ at, what: 'found', namespace })),
  ]
  return entries.length === 0 ? log : [...log, ...entries].slice(-MOST_ENTRIES)
}

/** Namespaces of one snapshot that another does not have. */
function missing(from: Snapshot, other: Snapshot): LogEntry['namespace'][] {
  const known = new Set(other.namespaces.map(({ id }) => id))
  return from.namespaces.filter(({ id }) => !known.has(id)).map(({ id, name, kind }) => ({ id, name, kind }))
}
