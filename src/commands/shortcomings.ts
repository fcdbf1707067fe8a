import type { Part } from '../collectors/kernel/parts.ts'
import type { Snapshot, SourceReport } from '../snapshot/index.ts'
import { plural } from '../util/format.ts'

/** The sources that speak for a part; one that ends in a dot stands for all that begin with it. */
const sourcesOfPart: Readonly<Record<Part, readonly string[]>> = {
  links: ['rtnl.links', 'rtnl.vlans'],
  addresses: ['rtnl.addresses'],
  routes: ['rtnl.routes'],
  rules: ['rtnl.rules'],
  neighbours: ['rtnl.neighbours'],
  fdb: ['rtnl.fdb'],
  nsids: ['rtnl.nsids'],
  tc: ['rtnl.qdiscs', 'rtnl.filters'],
  netfilter: ['nft', 'xtables.'],
  ipvs: ['ipvs'],
  xfrm: ['xfrm'],
  sockets: ['sockets'],
  sysctls: ['proc.sysctls'],
  conntrack: ['proc.conntrack'],
}

/** The source that tells how a namespace was entered: all others depend on it. */
const ENTERING = 'namespace'

/**
 * Sentences about what could not be seen, for stderr: each source and status once, with the number of namespaces that it
 * holds for and the first reason.
 *
 * @param parts what was asked for; everything when left out
 */
export function shortcomings(snapshot: Snapshot, parts?: readonly Part[]): string[] {
  // A daemon that does not answer has the same to say of all its sources.
  const told = [
    ...Map.groupBy(snapshot.sources.filter(isShort), ({ status, reason }) => withReasons(status, [reason])),
  ].map(([sentence, reports]) => `${reports.map(({ source }) => source).join(', ')}: ${sentence}`)
  const total = snapshot.namespaces.length
  const grouped = [...groups(snapshot, parts)].map(([what, reasons]) =>
    withReasons(`${what} in ${reasons.length} of ${plural(total, 'namespace')}`, reasons),
  )
  return [...told, ...grouped]
}

/** Whether permission was missing, and nothing at all of these parts could be read in any namespace. */
export function isAllForbidden({ namespaces }: Snapshot, parts: readonly Part[]): boolean {
  const reports = namespaces.flatMap(({ sources }) => sources.filter(report => speaksFor(report, parts)))
  return (
    reports.some(({ status }) => status === 'forbidden') &&
    !reports.some(
      ({ source, status }) =>
        source !== ENTERING && (status === 'ok' || status === 'partial' || status === 'interrupted'),
    )
  )
}

/** The reason that each namespace gave, by source and status. */
function groups({ namespaces }: Snapshot, parts?: readonly Part[]): Map<string, (string | undefined)[]> {
  const found = new Map<string, (string | undefined)[]>()
  for (const report of namespaces.flatMap(({ sources }) => sources)) {
    if (!isShort(report) || (parts && !speaksFor(report, parts))) continue
    const what = `${report.source === ENTERING ? 'not entered' : report.source}: ${report.status}`
    const reasons = found.get(what)
    if (reasons) reasons.push(report.reason)
    else found.set(what, [report.reason])
  }
  return found
}

/** What a kernel does not have is missing nowhere; a namespace that vanished is no longer asked for. */
function isShort({ status }: SourceReport): boolean {
  return status !== 'ok' && status !== 'unavailable' && status !== 'gone'
}

function speaksFor({ source }: SourceReport, parts: readonly Part[]): boolean {
  return (
    source === ENTERING ||
    parts.some(part =>
      sourcesOfPart[part].some(name => (name.endsWith('.') ? source.startsWith(name) : source === name)),
    )
  )
}

function withReasons(sentence: string, reasons: readonly (string | undefined)[]): string {
  const distinct = new Set(reasons.filter(reason => reason !== undefined))
  const [first] = distinct
  if (first === undefined) return sentence
  return `${sentence}: ${first}${distinct.size > 1 ? ` (other reasons: ${distinct.size - 1})` : ''}`
}
