import { NetlinkError } from 'netlink-codec'
import type { Qdisc, TcFilter } from '../../snapshot/index.ts'
import type { Dump } from './dump.ts'
import type { NamespaceData } from './namespace.ts'
import { type ReadingContext, readingOf } from './reading.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { readQdiscs } from './rtnl/qdisc.ts'
import { readTcFilters } from './rtnl/tc-filter.ts'

/**
 * Traffic control of a namespace: one dump, and one more for each place that filters may hang at. Those of qdiscs which do with a packet what
 * is not followed anyway are not read.
 */
export function readTc(
  { doors: { route }, wanted, log }: ReadingContext,
  names: InterfaceNames,
): Pick<Partial<NamespaceData>, 'qdiscs' | 'tcFilters'> {
  if (!wanted.has('tc')) return {}
  const qdiscs = log.read('rtnl.qdiscs', '', undefined, () => readingOf(dumpQdiscs()))
  if (!qdiscs) return {}
  const places = qdiscs.flatMap(placesOf)
  if (places.length === 0) return { qdiscs, tcFilters: [] }
  const tcFilters = log.read('rtnl.filters', '', undefined, () => readingOf(dumpFilters(places)))
  return tcFilters ? { qdiscs, tcFilters } : { qdiscs }

  function dumpQdiscs(): Dump<Qdisc> {
    try {
      return readQdiscs(route, names)
    } catch (error) {
      // A kernel without traffic control: there is nothing to read.
      if (!(error instanceof NetlinkError) || error.code !== 'EOPNOTSUPP') throw error
      return { rows: [], interrupted: false, problems: [] }
    }
  }

  function dumpFilters(of: typeof places): Dump<TcFilter> {
    const indexes = new Map([...names].map(([ifindex, name]) => [name, ifindex]))
    const dumps = of.flatMap(({ dev, parent }) => {
      const ifindex = indexes.get(dev)
      return ifindex === undefined ? [] : [readTcFilters(route, { ifindex, dev, parent })]
    })
    return {
      rows: dumps.flatMap(({ rows }) => rows),
      interrupted: dumps.some(({ interrupted }) => interrupted),
      problems: dumps.flatMap(({ problems }) => problems),
    }
  }
}

/** Their filters choose a flow, and may drop. */
const flowQueues = new Set(['fq_codel', 'sfq', 'cake'])

function placesOf({ kind, dev, handle }: Qdisc): Pick<TcFilter, 'dev' | 'parent'>[] {
  const ingress = { dev, parent: 'ingress' } as const
  if (kind === 'ingress') return [ingress]
  if (kind === 'clsact') return [ingress, { dev, parent: 'egress' }]
  // What the kernel made by itself has no handle, and so no filters.
  return flowQueues.has(kind) && handle !== '0:' ? [{ dev, parent: handle }] : []
}
