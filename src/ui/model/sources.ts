import type { Namespace, Snapshot, SourceReport, SourceStatus } from '../../snapshot/index.ts'
import type { Tone } from './span.ts'

const tones: Readonly<Record<SourceStatus, Tone>> = {
  ok: 'ok',
  partial: 'warn',
  interrupted: 'warn',
  unavailable: 'unknown',
  forbidden: 'bad',
  timeout: 'bad',
  gone: 'bad',
}

export function statusTone(status: SourceStatus): Tone {
  return tones[status]
}

/** Glyphs say the same as colours. */
export const glyphs = { ok: '✔', warn: '▲', bad: '✖', unknown: '◌' } as const

export function statusGlyph(status: SourceStatus): string {
  const tone = tones[status]
  return tone === 'ok' || tone === 'warn' || tone === 'bad' ? glyphs[tone] : glyphs.unknown
}

/**
 * A source that should have answered and did not, or not whole. What a kernel does not have is no problem; a namespace
 * that could not be entered always is, and a directory: of those that nobody asked for, only what is there is told.
 */
export function isProblem({ source, status }: SourceReport): boolean {
  return status !== 'ok' && (status !== 'unavailable' || source === 'namespace' || isDirectory(source))
}

/** The walk of a directory of namespace files: `dir /run/netns`. */
export function isDirectory(source: string): boolean {
  return source.startsWith('dir ')
}

/**
 * The reports of the sources whose names begin with one of these words, and that of the namespace itself when it could
 * not be entered: then there is no other.
 */
export function reportsOf(namespace: Namespace, sources: readonly string[]): SourceReport[] {
  return namespace.sources.filter(
    ({ source, status }) =>
      (source === 'namespace' && status !== 'ok') || sources.some(name => source.startsWith(name)),
  )
}

/**
 * What is known about the rows of some sources: `read`, also in part; `none`, as this kernel does not have them;
 * `unknown`, as reading one of them failed; `unread`, as nobody looked yet.
 */
export type Knowledge = 'read' | 'none' | 'unknown' | 'unread'

export function knowledgeOf(namespace: Namespace, sources: readonly string[]): Knowledge {
  let ofReports = known.get(namespace.sources)
  if (!ofReports) known.set(namespace.sources, (ofReports = new Map<readonly string[], Knowledge>()))
  let knowledge = ofReports.get(sources)
  if (!knowledge) ofReports.set(sources, (knowledge = judge(reportsOf(namespace, sources))))
  return knowledge
}

/** Asked for each namespace in each frame, and changed by few. */
const known = new WeakMap<readonly SourceReport[], Map<readonly string[], Knowledge>>()

function judge(reports: readonly SourceReport[]): Knowledge {
  if (reports.length === 0) return 'unread'
  if (reports.some(report => failed.has(report.status) || report.source === 'namespace')) return 'unknown'
  return reports.every(({ status }) => status === 'unavailable') ? 'none' : 'read'
}

const failed: ReadonlySet<SourceStatus> = new Set(['forbidden', 'timeout', 'gone'])

const problemCounts = new WeakMap<readonly SourceReport[], number>()

export function countProblems(reports: readonly SourceReport[]): number {
  let count = problemCounts.get(reports)
  if (count === undefined) {
    count = reports.filter(isProblem).length
    problemCounts.set(reports, count)
  }
  return count
}

/** Problems of the whole snapshot. */
export function snapshotProblems(snapshot: Snapshot): number {
  let count = countProblems(snapshot.sources)
  for (const namespace of snapshot.namespaces) count += countProblems(namespace.sources)
  return count
}

/** Nothing has come yet, or not of every namespace. */
export function isUnread({ namespaces }: Snapshot): boolean {
  return namespaces.length === 0 || namespaces.some(({ sources }) => sources.length === 0)
}
