import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execFileSync } from 'node:child_process'
import { buildGraph } from '../../src/graph/build.ts'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import { answerQuestion } from '../../src/lb/index.ts'
import type { NftTable, Snapshot } from '../../src/snapshot/index.ts'
import { dockerTables } from '../oracle/nft-docker-tables.ts'
import { snapshotOf } from '../oracle/trace/router.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { needs } from '../support/needs.ts'

/** The recorded node with two containers on a bridge, with the rules of Docker 29's nftables backend in place of those of iptables. */
describe('ports that the nftables backend publishes', needs('root', 'program:nft', 'program:ip'), () => {
  let netns: TestNetns
  let nodes: readonly Snapshot[]
  /** Of the container that publishes port 8100. */
  let address: string

  beforeAll(() => {
    netns = makeNetns('ports')
    nodes = capturedSnapshots('bridge')
    const host = nodes[0]!.namespaces.find(({ kind }) => kind === 'host')!
    host.netfilter = []
    const shed = nodes[0]!.docker!.containers!.find(({ Name }) => Name === 'shed')!
    address = shed.NetworkSettings.Networks['yard']!.IPAddress
    const bridge = host.links.find(({ ifname }) => ifname.startsWith('br-'))!.ifname
    host.nft = tablesInKernel(netns, bridge, address)
  })
  afterAll(() => netns.remove())

  test('are bound by the rule, and lead to the container', () => {
    const graph = buildGraph(nodes)
    const port = Object.values(graph.ports).find(({ port: number }) => number === 8100)!
    expect(port.warnings).toEqual([])
    expect(port.bindings.map(({ to }) => to)).toEqual([{ address, port: 80 }])
    const [ref] = port.bindings[0]!.evidence
    expect(findRow(snapshotsByNode(nodes), ref!)).toMatchObject({
      text: expect.stringContaining(`dnat to ${address}:80`),
    })
  })

  test('are traced through these rules', () => {
    const answer = answerQuestion(buildGraph(nodes), nodes, { target: '192.168.77.1:8100' })
    const steps = answer.traces.flatMap(({ trace }) => trace.path.hops.flatMap(hop => hop.steps))
    expect(answer.sentence).toMatch(/is delivered to tcp socket .* in shed\.$/)
    expect(steps.find(({ action }) => action === 'dnat')?.evidence[0]?.part).toBe('nft')
  })
})

/** What the kernel holds when nft has loaded the tables, for the bridge, the address and the port of the recording. */
function tablesInKernel(netns: TestNetns, bridge: string, address: string): NftTable[] {
  const text = dockerTables
    .replaceAll('172.17.0.2', address)
    .replaceAll('172.17.0.0/16', '172.30.0.0/24')
    .replaceAll('dport 8080', 'dport 8100')
    .replaceAll('docker0', bridge)
  execFileSync('ip', ['netns', 'exec', netns.name, 'nft', '-f', '-'], { input: text })
  return snapshotOf([netns]).namespaces[0]!.nft
}
