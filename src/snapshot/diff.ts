import { diffDocker } from './diff/docker-kinds.ts'
import { namespaceParts, type NamespacePart } from './diff/namespace-kinds.ts'
import { type Change, diffFields } from './diff/rows.ts'
import type { Namespace, Snapshot, SourceReport } from './index.ts'

export type { Change, FieldChange } from './diff/rows.ts'

/** What cannot be compared, because one side could not read it. */
export type Unknown = {
  readonly namespace?: string
  readonly what: string
  readonly side: 'before' | 'after'
  readonly reason: string
}

export type SnapshotDiff = { readonly changes: readonly Change[]; readonly unknown: readonly Unknown[] }

/**
 * What differs between two snapshots, apart from counters, times, and numbers that another capture gives anew. Objects are known
 * by what survives a reboot: namespaces by their file's name, links by their name, rules by their text. What one side could not
 * read is unknown; its rows are not said to be gone.
 */
export function diffSnapshots(before: Snapshot, after: Snapshot): SnapshotDiff {
  const unknown: Unknown[] = []
  const changes: Change[] = []
  const host = diffFields(
    { hostname: before.host.hostname, kernel: before.host.kernel },
    { hostname: after.host.hostname, kernel: after.host.kernel },
  )
  if (host.length > 0)
    changes.push({ change: 'changed', type: 'host', name: before.host.hostname, fields: host })
  changes.push(
    ...diffDocker(before, after, (list, isBefore) => {
      const report = (isBefore ? before : after).sources.find(({ source }) => source === `docker.${list}`)
      unknown.push({ what: `docker ${list}`, side: isBefore ? 'before' : 'after', reason: reasonOf(report) })
    }),
  )
  const isSameBoot = before.host.bootId === after.host.bootId
  const [old, now] = [identified(before, isSameBoot), identified(after, isSameBoot)]
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)]
    if (was && is) changes.push(...diffNamespaces(was, is, entry => unknown.push(entry)))
    else if (was) changes.push({ change: 'removed', type: 'namespace', name: titleOf(was) })
    else if (is) changes.push({ change: 'added', type: 'namespace', name: titleOf(is) })
  }
  return { changes, unknown }
}

function diffNamespaces(before: Namespace, after: Namespace, unknown: (entry: Unknown) => void): Change[] {
  return namespaceParts.flatMap(part => {
    for (const [side, namespace] of [
      ['before', before],
      ['after', after],
    ] as const) {
      const report = unreadable(namespace, part)
      if (!report) continue
      unknown({ namespace: namespace.name, what: part.title, side, reason: reasonOf(report) })
      return []
    }
    return part.diff(before, after).map(change => ({ ...change, namespace: after.name }))
  })
}

/** The source of a part that gave nothing. What a kernel does not have (`unavailable`) is not there, on both sides alike. */
function unreadable(namespace: Namespace, { sources }: NamespacePart): SourceReport | undefined {
  return namespace.sources.find(
    ({ source, status }) =>
      (status === 'forbidden' || status === 'timeout' || status === 'gone') &&
      (source === 'namespace' ||
        sources.some(name => (name.endsWith('.') ? source.startsWith(name) : source === name))),
  )
}

function reasonOf(report: SourceReport | undefined): string {
  return report ? `${report.status}${report.reason === undefined ? '' : `: ${report.reason}`}` : 'not read'
}

/**
 * Namespaces by what survives a reboot and another capture: the host and the ingress are what they are, an overlay is its network
 * (the number before it counts restarts of the driver), others have the name of their file. A namespace without a file is
 * its inode as long as the node runs, and after that its process.
 */
function identified({ namespaces }: Snapshot, isSameBoot: boolean): Map<string, Namespace> {
  const found = new Map<string, Namespace>()
  for (const namespace of namespaces) {
    const key = identityOf(namespace, isSameBoot)
    let unique = key
    for (let count = 2; found.has(unique); count++) unique = `${key}#${count}`
    found.set(unique, namespace)
  }
  return found
}

function identityOf({ kind, name, paths, id }: Namespace, isSameBoot: boolean): string {
  if (kind === 'host' || kind === 'ingress') return kind
  if (kind === 'overlay') return `overlay ${name.replace(/^\d+-/, '')}`
  if (paths.length > 0) return `file ${name}`
  return isSameBoot ? id : `process ${name.replace(/\/\d+$/, '')}`
}

function titleOf({ kind, name }: Namespace): string {
  return `${name} (${kind})`
}
