import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import { adviceFor } from '../../src/lb/tell/advice.ts'
import type { Trace } from '../../src/lb/index.ts'
import { diffSnapshots } from '../../src/snapshot/diff.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import { tabs } from '../../src/ui/model/tabs/index.ts'
import { askers, type PlaceName, places } from '../vlan/bed.ts'
import type { VlanCase } from '../vlan/cases.ts'
import { saidByTrace, tellingOf, tracePing, type Witness } from '../vlan/compare.ts'
import { refsOf } from './refs.ts'

type Recorded = { readonly cases: readonly (VlanCase & Witness & { readonly snapshot: Snapshot })[] }

const file = join(import.meta.dirname, '../../fixtures/vlan/bridge-vlan.json.br')
const { cases } = JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as Recorded

const snapshotOf = (name: string): Snapshot => cases.find(each => each.name === name)!.snapshot

describe('bridges that filter by VLAN, as a kernel did it', () => {
  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    const told = saidByTrace(each.snapshot, each)
    const isKnown = (pair: string): boolean => !told.unknown.includes(pair)
    expect(told.unknown.length > 0, tellingOf(told)).toBe(each.isUnknown === true)
    expect({ arrived: told.arrived, answered: told.answered }, tellingOf(told)).toEqual({
      arrived: each.arrived.filter(isKnown),
      answered: each.answered.filter(isKnown),
    })
  })

  test.each(cases.map(each => [each.name, each] as const))(
    'every row that is pointed at is there: %s',
    (_, each) => {
      const byNode = snapshotsByNode([each.snapshot])
      const refs = askers.flatMap(from =>
        places.filter(to => to !== from).flatMap(to => refsOf(tracePing(each.snapshot, from, to).path)),
      )
      expect(refs.length).toBeGreaterThan(0)
      expect(refs.filter(ref => findRow(byNode, ref) === undefined)).toEqual([])
    },
  )

  test('there is more than one outcome of each question', () => {
    for (const pair of ['a>b', 'a>t', 'a>sw', 'b>u', 't>sw'])
      expect(new Set(cases.map(({ answered }) => answered.includes(pair))).size, pair).toBe(2)
  })

  test.each(cases.map(each => [each.name, each] as const))('redacted: %s', (_, each) => {
    const redacted = redactSnapshot(each.snapshot, Buffer.from('a key that only this test knows of'))
    expect(snapshotSchema.safeParse(redacted).error).toBeUndefined()
    expect(redacted.namespaces[0]!.vlans).toHaveLength(each.snapshot.namespaces[0]!.vlans?.length ?? 0)
    expect(JSON.stringify(redacted.namespaces[0]!.vlans)).not.toContain('"pa"')
  })
})

/** What an operator is told of a ping that does not get there. */
function told(name: string, from: PlaceName, to: PlaceName, change?: (sw: Namespace) => void) {
  const snapshot = structuredClone(snapshotOf(name))
  if (change) change(snapshot.namespaces[0]!)
  const trace: Trace = tracePing(snapshot, from, to)
  const { end, hops } = trace.path
  const advice = end && adviceFor(snapshotsByNode([snapshot]), end, hops)
  return { disposition: trace.disposition, detail: end?.detail, ...advice }
}

describe('the broken hop', () => {
  const outside = 'the way out is not in the VLAN, and MACs are known'

  test('is the port that is not in the VLAN, with what mends it', () => {
    const { disposition, detail, command, fix } = told(outside, 'a', 'b')
    expect(disposition).toBe('dropped')
    expect(detail).toMatch(/ is behind pb of br0, and pb is not in VLAN 10$/)
    expect(command).toMatch(/ bridge vlan show$/)
    expect(fix).toMatch(/ bridge vlan add dev pb vid 10$/)
  })

  test('is the port without a PVID', () => {
    const { detail, fix } = told(outside, 'a', 'b', ({ vlans }) => {
      for (const row of vlans ?? []) if (row.ifname === 'pa') row.vlans = [{ vlan: 10 }]
    })
    expect(detail).toBe('it comes in by pa without a tag, and pa has no PVID')
    expect(fix).toMatch(/ bridge vlan add dev pa vid VLAN pvid untagged$/)
  })
})

test('who has the address is in another VLAN', () => {
  const name = 'a container is in another VLAN'
  expect(told(name, 'a', 'b')).toMatchObject({ disposition: 'no-neighbour' })
  const { path } = tracePing(snapshotOf(name), 'a', 'b')
  expect(path.end?.cause?.detail).toBe('10.7.0.2 is behind pb, and pb is not in VLAN 10')
  expect(told(name, 'a', 'b').fix).toMatch(/ bridge vlan add dev pb vid 10$/)
})

describe('what is not known is said (synthetic changes of the recording)', () => {
  const known = 'a port has the wrong PVID, and MACs are known'

  test.each<[string, (sw: Namespace) => void, RegExp]>([
    [
      'VLANs were not read',
      sw => {
        delete sw.vlans
        sw.sources = sw.sources.filter(({ source }) => source !== 'rtnl.vlans')
      },
      /^br0 filters by VLAN, and in which of them pa is was not read$/,
    ],
    [
      'VLANs were read in part',
      sw => {
        sw.vlans = sw.vlans?.filter(({ ifname }) => ifname !== 'pa') ?? []
        for (const report of sw.sources) if (report.source === 'rtnl.vlans') report.status = 'interrupted'
      },
      /^br0 filters by VLAN, and in which of them pa is was not read$/,
    ],
    [
      'a port maps VLANs to tunnels',
      sw => {
        const port = sw.links.find(({ ifname }) => ifname === 'pa')
        Object.assign(port!.linkinfo!.info_slave_data!, { vlan_tunnel: true })
      },
      /^pa maps VLANs to tunnels/,
    ],
  ])('%s', (_, change, detail) => {
    const { disposition, detail: said } = told(known, 'a', 'b', change)
    expect(disposition).toBe('insufficient-info')
    expect(said).toMatch(detail)
  })

  test('whether iptables is asked about what has a tag', () => {
    const name = 'two VLANs with access ports and a trunk'
    const forget = ({ sysctls }: Namespace): void => {
      delete sysctls['net.bridge.bridge-nf-filter-vlan-tagged']
    }
    expect(told(name, 't', 'a').disposition).toBe('delivered')
    const { disposition, detail } = told(name, 't', 'a', forget)
    expect(disposition).toBe('insufficient-info')
    expect(detail).toContain('(bridge-nf-filter-vlan-tagged) was not read')
    expect(told(name, 'a', 'b', forget).disposition).toBe('delivered')
  })
})

test('what differs between two states is told by port', () => {
  const { changes } = diffSnapshots(
    snapshotOf('two VLANs with access ports and a trunk'),
    snapshotOf('the trunk lacks a VLAN'),
  )
  expect(changes.filter(({ type }) => type === 'port VLANs')).toEqual([
    expect.objectContaining({ change: 'changed', name: 'pt' }),
  ])
})

test('view 8 shows the VLANs of each port behind the forwarding entries', () => {
  const [namespace] = snapshotOf('the trunk has a range').namespaces
  const { rows } = tabs.fdb.table({ namespace: namespace!, history: undefined, nameOf: id => id })
  const lines = rows.map(({ line }) => line?.map(({ text }) => text).join(''))
  expect(lines).toContain('pt: 1 PVID Egress Untagged, 2-30')
  expect(lines).toContain('pa: 10 PVID Egress Untagged')
})
