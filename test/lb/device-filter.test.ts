import { expect, test } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { answerQuestion } from '../../src/lb/index.ts'
import type { NftTable, Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

/** Synthetic: the table of `nft add chain netdev filter in { type filter hook ingress device eth0 priority 0; }`. */
function table(chain: Partial<NftTable['chains'][number]>, family = 'netdev', hasRule = true): NftTable {
  const base = { name: 'in', type: 'filter', hook: 'ingress', priority: 0, policy: 'accept' }
  const rule = { chain: 'in', handle: 2, text: 'tcp dport 8080 drop', expressions: [] }
  return {
    family,
    table: 'filter',
    flags: [],
    chains: [{ ...base, ...chain }],
    sets: [],
    rules: hasRule ? [rule] : [],
  }
}

/** A client asks node1 for 8080, where the namespace of that kind or name has the table. */
function verdict(name: string, nft: NftTable): { readonly disposition: string; readonly sentence: string } {
  const nodes: Snapshot[] = ['node1', 'node2'].map(node => captureSnapshot('docker-26.1-nft', node))
  nodes[0]!.namespaces.find(row => row.kind === name || row.name === name)!.nft.push(nft)
  return answerQuestion(buildGraph(nodes), nodes, { target: 'node1:8080' })
}

test.each([
  ['host', table({ device: 'eth0' })],
  ['host', table({ device: 'lo,eth0' })],
  ['host', table({ device: 'eth*' })],
  ['host', table({})],
  ['host', table({ device: 'docker_gwbridge', hook: 'egress' })],
  // The bridge's own device, by which the answer comes in.
  ['host', table({ device: 'docker_gwbridge' })],
  ['host', table({ device: 'eth0' }, 'inet')],
  ['host', table({ device: 'eth0', policy: 'drop' }, 'netdev', false)],
  ['ingress', table({ device: 'eth1' })],
  ['1-laei7aye0t', table({ device: 'veth0' })],
])('in %s, a chain on a device of the path is not passed over (%#)', (kind, nft) => {
  const { disposition, sentence } = verdict(kind, nft)
  expect([disposition, sentence]).toEqual(['insufficient-info', expect.stringContaining('is not evaluated')])
})

test.each([
  ['host', table({ device: 'eth7' })],
  ['host', table({ device: 'eth0' }, 'netdev', false)],
  ['host', table({ device: 'lo' })],
  ['load-balancer', table({ device: 'eth0' })],
])('in %s, a chain elsewhere, or an empty one, is (%#)', (kind, nft) => {
  expect(verdict(kind, nft).disposition).toBe('delivered')
})
