import type { RowRef } from '../evidence.ts'
import type { Path, Trace } from '../trace.ts'

/** What of a namespace has to be read again to see a path move. */
export type WatchedRows = {
  readonly node: string
  readonly namespace: string
  /** `netfilter` stands for both back ends and for tables of nf_tables alone. */
  readonly parts: ReadonlySet<'netfilter' | 'ipvs'>
  /** Indexes of links. */
  readonly links: readonly number[]
}

/** The rows with counters that the steps of traces name as evidence, by namespace; answers included. */
export function rowsToWatch(traces: readonly Pick<Trace, 'path'>[]): WatchedRows[] {
  const refs = traces.flatMap(({ path }) => refsOf(path))
  return [...Map.groupBy(refs, ({ node, namespace }) => `${node} ${namespace}`).values()].flatMap(of => {
    const [{ node, namespace } = { node: '', namespace: '' }] = of
    const parts = new Set(of.flatMap(({ part }) => partsOf[part] ?? []))
    const links = new Set(
      of.flatMap(({ part, key }) => (part === 'links' && key !== '' ? [Number(key)] : [])),
    )
    return parts.size + links.size > 0 ? [{ node, namespace, parts, links: [...links] }] : []
  })
}

const partsOf: Readonly<Partial<Record<RowRef['part'], 'netfilter' | 'ipvs'>>> = {
  netfilter: 'netfilter',
  nft: 'netfilter',
  ipvs: 'ipvs',
}

function refsOf({ hops, fork, reply }: Path): RowRef[] {
  const own = hops.flatMap(({ steps }) => steps.flatMap(({ evidence }) => evidence))
  const branches = fork?.branches.flatMap(({ evidence, path }) => [...evidence, ...refsOf(path)]) ?? []
  return [...own, ...branches, ...(reply ? refsOf(reply) : [])]
}
