import type { Link, Namespace, SourceReport } from '../../snapshot/index.ts'
import { resolvePeers } from './relations.ts'

const SOURCE = 'relations'
const TOLD = 3

/** Phase two: namespaces with the peers of their links, and a word about those that cannot be told. Changes none of them. */
export function relate(namespaces: readonly Namespace[]): Namespace[] {
  const started = performance.now()
  const { links, problems } = resolvePeers(namespaces)
  const tookMs = Math.round((performance.now() - started) * 1000) / 1000
  return namespaces.map(namespace => {
    const report = relationReport(problems.get(namespace.id) ?? [], tookMs)
    const before = namespace.sources.find(({ source }) => source === SOURCE)
    const sources =
      report?.reason === before?.reason
        ? namespace.sources
        : [...namespace.sources.filter(({ source }) => source !== SOURCE), ...(report ? [report] : [])]
    const related = links.get(namespace.id)
    if (!related && sources === namespace.sources) return namespace
    return { ...namespace, links: related ?? namespace.links, sources }
  })
}

function relationReport(problems: readonly string[], tookMs: number): SourceReport | undefined {
  if (problems.length === 0) return undefined
  const rest = problems.length > TOLD ? `; and ${problems.length - TOLD} more` : ''
  return { source: SOURCE, status: 'partial', tookMs, reason: problems.slice(0, TOLD).join('; ') + rest }
}

/**
 * Links that were read again, with the peers of before where nothing says that they changed.
 *
 * @returns undefined instead when a link came, went, was renamed or points elsewhere: then peers have to be found anew
 */
export function carryPeers(before: readonly Link[], now: readonly Link[]): Link[] | undefined {
  if (before.length !== now.length) return undefined
  const known = new Map(before.map(link => [link.ifindex, link]))
  const carried: Link[] = []
  for (const link of now) {
    const old = known.get(link.ifindex)
    if (!old || wiring(old) !== wiring(link)) return undefined
    carried.push(old.peer ? { ...link, peer: old.peer } : link)
  }
  return carried
}

function wiring({ ifname, link, link_index, link_netnsid }: Link): string {
  return `${ifname} ${link} ${link_index} ${link_netnsid}`
}
