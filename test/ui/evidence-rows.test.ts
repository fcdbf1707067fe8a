import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { KernelRow, NamespacePart, RowRef } from '../../src/graph/model.ts'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import { answerQuestion } from '../../src/lb/index.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { placeOfRow, tabOfRow } from '../../src/ui/model/objects.ts'
import { tabs } from '../../src/ui/model/tabs/index.ts'
import type { TabId } from '../../src/ui/model/tabs/tab-id.ts'
import { faults } from '../lb/faults/catalogue.ts'
import { recorded } from '../lb/faults/world.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { syntheticSnapshot } from './synthetic.ts'

const parts = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'fdb',
  'vlans',
  'netfilter',
  'nft',
  'ipvs',
  'xfrm',
  'sockets',
  'sysctls',
  'conntrack',
] as const satisfies readonly NamespacePart[]

const nodes: readonly Snapshot[] = [
  ...capturedSnapshots('encrypted').slice(0, 1),
  ...capturedSnapshots('host-mode').slice(0, 1),
  ...capturedSnapshots('fault-second-base-chain-drops').slice(0, 1),
  syntheticSnapshot(),
  withVlans(syntheticSnapshot()),
]

/** The recorded nodes have no bridge that filters by VLAN. */
function withVlans({ namespaces: [first, ...rest], ...snapshot }: Snapshot): Snapshot {
  const vlans = [
    { ifname: 'br0', vlans: [{ vlan: 1, flags: ['PVID', 'Egress Untagged'] }] },
    { ifname: 'veth1', vlans: [{ vlan: 1 }, { vlan: 10, vlanEnd: 20, flags: ['Egress Untagged'] }] },
  ]
  return { ...snapshot, namespaces: first ? [{ ...first, vlans }, ...rest] : [] }
}

function shownRows(namespace: Namespace, tab: TabId) {
  const { rows } = tabs[tab].table({ namespace, history: undefined, nameOf: id => id })
  // Titles stand for a list of rows; a next hop belongs to the route above it.
  return rows.filter(({ datum, id }) => !Array.isArray(datum) && !/ nexthop \d+$/.test(id))
}

describe('a row of the kernel on the screen', () => {
  it.each(parts)('of the part %s is found by its id', part => {
    let found = 0
    for (const snapshot of nodes) {
      const byNode = snapshotsByNode([snapshot])
      const node = [...byNode.keys()][0]!
      for (const namespace of snapshot.namespaces) {
        const refOf = (key: string): KernelRow => ({
          from: 'kernel',
          node,
          namespace: namespace.id,
          part,
          key,
        })
        const rows = shownRows(namespace, tabOfRow(refOf('')))
        const others = parts.filter(
          other => other !== part && tabOfRow({ ...refOf(''), part: other }) === tabOfRow(refOf('')),
        )
        for (const { id, datum } of rows) {
          const row = findRow(byNode, refOf(id))
          if (row === undefined) {
            // Then it is a row of the other part that the tab shows.
            expect(
              others.some(other => findRow(byNode, { ...refOf(id), part: other }) !== undefined),
              id,
            ).toBe(true)
            continue
          }
          found++
          expect(part === 'sysctls' ? { [id]: row } : row).toEqual(datum)
        }
      }
    }
    expect(found).toBeGreaterThan(0)
  })
})

/** All evidence anywhere in it. */
function evidenceIn(value: unknown): RowRef[] {
  if (Array.isArray(value)) return value.flatMap(evidenceIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, entry]) =>
    name === 'evidence' ? (entry as RowRef[]) : evidenceIn(entry),
  )
}

describe('the evidence of a trace', () => {
  it.each(faults)('is there, and on the screen: $name', ({ name, asks }) => {
    const world = recorded(name)
    if (!world) return
    const byNode = snapshotsByNode(world.nodes)
    const refs = evidenceIn(answerQuestion(buildGraph(world.nodes), world.nodes, asks).traces)
    expect(refs.filter(ref => findRow(byNode, ref) === undefined)).toEqual([])
    for (const ref of refs) {
      const { id, tab, row } = placeOfRow(ref)
      if (ref.from !== 'kernel' || row === undefined) continue
      const namespace = byNode.get(ref.node)!.namespaces.find(one => one.id === id)!
      expect(shownRows(namespace, tab as TabId).map(shown => shown.id)).toContain(row)
    }
  })
})
