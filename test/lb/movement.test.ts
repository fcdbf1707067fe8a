import { describe, expect, test } from 'vitest'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { IPPROTO_TCP } from '../../src/lb/packet.ts'
import { type Flow, type Trace, traceFlow } from '../../src/lb/index.ts'
import { type Movement, movementOf } from '../../src/lb/verify/movement.ts'
import { rowsToWatch } from '../../src/lb/verify/rows.ts'
import { hasMissing, movementSentences } from '../../src/lb/verify/tell.ts'
import { waysOf } from '../../src/lb/verify/ways.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

/** Synthetic: a real capture whose counters are moved by hand, as if connections to port 8080 came. */
const nodes = (): Snapshot[] => ['node1', 'node2'].map(node => captureSnapshot('docker-20.10-legacy', node))
const of = (snapshots: readonly Snapshot[], kind: Namespace['kind']): Namespace =>
  snapshots[0]!.namespaces.find(row => row.kind === kind)!

const before = nodes()
const host = of(before, 'host')
const flow: Flow = {
  family: 'inet',
  protocol: IPPROTO_TCP,
  source: '10.77.0.99',
  destination: host.addresses.find(row => row.ifname === 'eth0' && row.family === 'inet')!.local,
  destinationPort: 8080,
  entry: { kind: 'interface', namespace: host.id, ifname: 'eth0' },
}
const trace: Trace = traceFlow(before, flow)

/** Adds to the packets of rules, and to the connections of the n-th real server of the service. */
function moved(count: number, rules: RegExp, server?: number): Snapshot[] {
  const after = nodes()
  for (const { netfilter, links, ipvs } of after[0]!.namespaces) {
    for (const row of netfilter.flatMap(table => table.rules))
      if (rules.test(row.text)) Object.assign(row, { packets: String(Number(row.packets) + count) })
    if (server === undefined) continue
    for (const { stats64 } of links)
      if (stats64)
        for (const way of [stats64.rx, stats64.tx]) way.packets = String(Number(way.packets) + count)
    for (const service of ipvs.services) {
      for (const stats of [service.stats, service.realServers[server]?.stats])
        if (stats) stats.conns = String(Number(stats.conns) + count)
    }
  }
  return after
}

function read(now: Snapshot[], settled = now): Movement {
  const [first, ago, last] = [before, settled, now].map(snapshotsByNode) as [
    ReturnType<typeof snapshotsByNode>,
    ReturnType<typeof snapshotsByNode>,
    ReturnType<typeof snapshotsByNode>,
  ]
  return movementOf(trace, { first, settled: ago, previous: first, now: last, elapsedMs: 2000 })
}

const verdicts = ({ steps }: Movement): Set<string> =>
  new Set([...steps.values()].map(({ verdict }) => verdict))

describe('what moves along a path', () => {
  test('is nothing while nothing comes', () => {
    const still = read(nodes())
    expect(verdicts(still)).toEqual(new Set(['still', 'not-taken', 'uncounted']))
    expect(movementSentences(trace, still)).toEqual(['Nothing on the path has moved.'])
  })

  test('tells which real server was taken, and how fast', () => {
    const now = read(moved(4, /./, 1))
    expect(hasMissing(now)).toBe(false)
    const branches = trace.path.fork!.branches.map(branch => now.branches.get(branch))
    expect(branches.map(branch => branch?.isTaken)).toEqual(branches.map((_, index) => index === 1))
    expect(branches[1]).toMatchObject({ moved: 4, unit: 'conns', perSecond: 2 })
    const [sentence] = movementSentences(trace, now)
    expect(sentence).toContain(`Of ${branches.length} ways: `)
    expect(sentence).toContain(': +4 conns')
  })

  test('stops at the hop that should have moved: that one is named, and none behind it', () => {
    const now = read(moved(3, /--dport 8080 -j DNAT/))
    const missing = [...now.steps].filter(([, { verdict }]) => verdict === 'missing')
    expect(missing).toHaveLength(1)
    expect(missing[0]![0]).toMatchObject({ kind: 'rule', hook: 'FORWARD' })
    expect(movementSentences(trace, now).join()).toContain(
      'In host this should have moved and did not: filter/',
    )
  })

  test('what moved a moment ago has time to show further on', () => {
    expect(hasMissing(read(moved(3, /--dport 8080 -j DNAT/), nodes()))).toBe(false)
  })

  test('packets of connections that are known need no new one at the balancer', () => {
    const now = read(moved(3, /-A (FORWARD|DOCKER|PREROUTING .*-j MARK)/))
    const balanced = [...now.steps].find(([{ action }]) => action === 'balanced')
    expect(balanced?.[1].verdict).toBe('still')
  })

  test('a row that is gone, or was not read, is not taken for one that stands still', () => {
    const gone = nodes()
    of(gone, 'ingress').ipvs.services = []
    expect(verdicts(read(gone))).toContain('gone')
    const unread = nodes()
    of(unread, 'ingress').sources.push({ source: 'ipvs', status: 'forbidden', tookMs: 0, reason: 'no' })
    expect(verdicts(read(unread))).toContain('unread')
  })

  test('needs the rows on the path to be read, and no namespace beside it', () => {
    const rows = rowsToWatch([trace])
    const names = rows.map(({ namespace }) => namespace)
    const onPath = new Set(waysOf(trace.path).flatMap(({ hops }) => hops.map(({ namespace }) => namespace)))
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter(name => !onPath.has(name))).toEqual([])
    const all = before.flatMap(({ namespaces }) => namespaces)
    expect(names.length).toBeLessThan(all.length)
    expect(rows.find(({ namespace }) => namespace === of(before, 'ingress').id)?.parts).toEqual(
      new Set(['netfilter', 'ipvs']),
    )
  })
})
