import type { RowRef } from '../../graph/model.ts'
import type { Snapshot, SourceReport } from '../../snapshot/index.ts'
import { formatDuration, formatTook } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import { tabOfRow } from './objects.ts'
import { pair, reportLines, wrapPair } from './origin.ts'
import { reportsOf } from './sources.ts'
import { emptyLine, type Line } from './span.ts'
import { tabs } from './tabs/index.ts'

/**
 * Where a statement of the graph comes from: the rows that prove it, the sources that told them, how those are read, how
 * old they are.
 */
export function evidenceLines(
  evidence: readonly RowRef[],
  snapshotOf: (node: string) => Snapshot | undefined,
  columns: number,
  now: number,
): Line[] {
  return Object.entries(Object.groupBy(evidence, ({ node }) => node)).flatMap(([node, rows = []], index) => {
    const snapshot = snapshotOf(node)
    return snapshot ? [...(index === 0 ? [] : [emptyLine]), ...nodeLines(rows, snapshot, columns, now)] : []
  })
}

/** What one node said. */
function nodeLines(evidence: readonly RowRef[], snapshot: Snapshot, columns: number, now: number): Line[] {
  const taken = Date.parse(snapshot.takenAt)
  const lines: Line[] = [
    pair(
      'snapshot',
      `${sanitise(snapshot.host.hostname)} ${snapshot.takenAt} (${formatDuration(now - taken)} ago), took ${formatTook(snapshot.tookMs)}`,
    ),
    emptyLine,
    { spans: [{ text: evidence.length === 1 ? 'The row that says so' : 'Rows that say so', tone: 'title' }] },
    ...evidence.map(ref => pair(ref.from === 'kernel' ? ref.part : `docker`, rowWords(ref, snapshot))),
    emptyLine,
    ...reportsFor(evidence, snapshot).flatMap(reportLines),
  ]
  return lines.flatMap(line => wrapPair(line, columns))
}

function rowWords(ref: RowRef, snapshot: Snapshot): string {
  const field = ref.field === undefined ? '' : `  ${ref.field}`
  if (ref.from === 'docker') return sanitise(`${ref.part} ${ref.id}${field}`)
  const name = snapshot.namespaces.find(({ id }) => id === ref.namespace)?.name ?? ref.namespace
  return sanitise(`${ref.key}${field}  in ${name} ${ref.namespace}`)
}

/** The sources behind rows, each once. */
function reportsFor(evidence: readonly RowRef[], snapshot: Snapshot): SourceReport[] {
  const reports = evidence.flatMap((ref): readonly SourceReport[] => {
    if (ref.from === 'docker') {
      return snapshot.sources.filter(({ source }) => source === 'docker' || source === `docker.${ref.part}`)
    }
    const namespace = snapshot.namespaces.find(({ id }) => id === ref.namespace)
    return namespace ? reportsOf(namespace, tabs[tabOfRow(ref)].sources) : []
  })
  return [...new Set(reports)]
}
