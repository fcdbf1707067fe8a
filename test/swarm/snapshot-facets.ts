import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import type { Namespace } from '../../src/snapshot/index.ts'
import type { Facet } from '../oracle/facet.ts'
import { addressFacet, fdbFacet, linkFacet, neighbourFacet, routeFacet, ruleFacet } from '../oracle/facets.ts'
import { savedTables, withoutUnusedChains } from '../oracle/netfilter-facets.ts'
import { ipvsRows, ipvsViews, printedIpvsRows, timeoutsRow } from './ipvs-text.ts'

/** What is compared of a facet whose state nobody makes at random. */
function found(facet: Pick<Facet, 'name' | 'commands' | 'theirs' | 'ours'> & Partial<Facet>): Facet {
  return { moving: new Set(), ...facet, build: () => [], covers: [] }
}

/**
 * One namespace as a snapshot of the whole node shows it, against what the tools print in it. A snapshot is taken for each
 * reading of the first facet, and the others look into the same one.
 *
 * @param id such as `net:[4026532281]`
 */
export function snapshotFacets(id: string): Facet[] {
  let namespace: Namespace | undefined
  const seen = (): Namespace => {
    if (namespace === undefined) throw new Error(`${id} is not in the snapshot`)
    return namespace
  }
  const look = found({
    name: 'snapshot',
    commands: [],
    theirs: () => [],
    ours: () => {
      namespace = collectSnapshot().namespaces.find(each => each.id === id)
      return []
    },
  })
  return [
    look,
    found({ ...linkFacet, ours: () => seen().links }),
    found({ ...addressFacet, ours: () => seen().addresses.toSorted((a, b) => a.ifindex - b.ifindex) }),
    found({ ...routeFacet, ours: () => seen().routes }),
    found({ ...ruleFacet, ours: () => seen().rules }),
    found({ ...neighbourFacet, ours: () => seen().neighbours }),
    found({ ...fdbFacet, ours: () => seen().fdb }),
    ...(['legacy', 'nft'] as const).map(backend => {
      const { oursOf, ...facet } = savedTables(backend)
      if (backend === 'legacy') return found({ ...facet, ours: () => oursOf(seen().netfilter) })
      return found({
        ...facet,
        theirs: outputs => withoutUnusedChains(facet.theirs(outputs)),
        ours: () => withoutUnusedChains(oursOf(seen().netfilter)),
      })
    }),
    ...Object.entries(ipvsViews).map(([switches, view]) =>
      found({
        name: `ipvsadm ${switches}`,
        commands: [`ipvsadm ${switches}`],
        theirs: ([output = '']) => printedIpvsRows(output),
        ours: () => ipvsRows(view, seen().ipvs),
      }),
    ),
    found({
      name: 'ipvsadm -Ln --timeout',
      commands: ['ipvsadm -Ln --timeout'],
      // We ask for the limits only where they limit something.
      theirs: ([output = '']) => (seen().ipvs.services.length === 0 ? [] : [{ text: output.trim() }]),
      ours: () => timeoutsRow(seen().ipvs),
    }),
  ]
}
