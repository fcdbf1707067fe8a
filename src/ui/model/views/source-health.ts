import type { Snapshot, SourceReport, SourceStatus } from '../../../snapshot/index.ts'
import { formatTook, plural } from '../../../util/format.ts'
import type { Data } from '../data.ts'
import { isProblem, statusGlyph, statusTone } from '../sources.ts'
import { cellRow, type Row, type Table, worldCell } from '../table.ts'

let made: { readonly snapshot: Snapshot; readonly readAt: string; readonly table: Table } | undefined

/** How each source is: those of the daemon and of the node one by one, those of namespaces counted together. */
export function sourceHealth({ snapshot, status }: Data): Table {
  const checked = status.checkedAt === undefined ? snapshot.takenAt : new Date(status.checkedAt).toISOString()
  const readAt = checked.slice(0, 19)
  if (made?.snapshot !== snapshot || made.readAt !== readAt) {
    const rows = [
      ...snapshot.sources.map(report => reportRow(report, timeOf(report, snapshot, readAt))),
      ...together(snapshot).map(health => togetherRow(health, readAt)),
    ]
    made = { snapshot, readAt, table: { columns, rows } }
  }
  return made.table
}

const columns = [
  { id: 'source', title: 'SOURCE', max: 24 },
  { id: 'status', title: 'STATUS' },
  { id: 'read', title: 'READ AT', isCounter: true },
  { id: 'took', title: 'TOOK', align: 'right', hide: 1, isCounter: true },
  { id: 'reason', title: 'REASON', grow: true, least: 8 },
] as const

/** What the daemon told may be older than what the kernel told. */
function timeOf({ source }: SourceReport, { docker }: Snapshot, kernelAt: string): string {
  return source.startsWith('docker') ? (docker?.readAt ?? '') : kernelAt
}

function reportRow(report: SourceReport, readAt: string): Row {
  return cellRow(
    report.source,
    [
      worldCell(report.source, 'strong'),
      statusCell(report.status),
      timeCell(readAt),
      worldCell(formatTook(report.tookMs), 'dim'),
      worldCell(report.reason),
    ],
    report,
    isProblem(report),
  )
}

function statusCell(status: SourceStatus): ReturnType<typeof worldCell> {
  return worldCell(`${statusGlyph(status)} ${status}`, statusTone(status))
}

function timeCell(iso: string): ReturnType<typeof worldCell> {
  return worldCell(iso.slice(11, 19), 'dim')
}

/** One source in all namespaces. */
type Health = {
  readonly source: string
  tookMs: number
  count: number
  readonly problems: { readonly namespace: string; readonly report: SourceReport }[]
  worst: SourceReport
}

function together({ namespaces }: Snapshot): Health[] {
  const bySource = new Map<string, Health>()
  for (const { name, sources } of namespaces) {
    for (const report of sources) {
      let health = bySource.get(report.source)
      if (!health) {
        health = { source: report.source, tookMs: 0, count: 0, problems: [], worst: report }
        bySource.set(report.source, health)
      }
      health.count++
      health.tookMs += report.tookMs
      if (!isProblem(report)) continue
      if (health.problems.length === 0) health.worst = report
      health.problems.push({ namespace: name, report })
    }
  }
  return [...bySource.values()]
}

function togetherRow({ source, tookMs, count, problems, worst }: Health, readAt: string): Row {
  const where = problems.map(({ namespace }) => namespace)
  const told =
    problems.length === 0
      ? `in ${plural(count, 'namespace')}`
      : `in ${problems.length} of ${count}: ${worst.reason ?? ''} (${where.slice(0, 3).join(', ')}${where.length > 3 ? ' …' : ''})`
  return cellRow(
    `namespaces ${source}`,
    [
      worldCell(source),
      statusCell(worst.status),
      timeCell(readAt),
      worldCell(formatTook(tookMs), 'dim'),
      worldCell(told, 'dim'),
    ],
    { source, count, tookMs, problems },
    problems.length > 0,
  )
}
