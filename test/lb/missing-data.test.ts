import { expect, test } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { answerQuestion, type Path, type Question } from '../../src/lb/index.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'

/** Sources, and how a namespace looks of which one was not read. */
const unread: Readonly<Record<string, Partial<Namespace>>> = {
  'rtnl.links': { links: [] },
  'rtnl.addresses': { addresses: [] },
  'rtnl.routes': { routes: [] },
  'rtnl.rules': { rules: [] },
  'rtnl.neighbours': { neighbours: [] },
  'rtnl.fdb': { fdb: [] },
  'rtnl.qdiscs': { qdiscs: [] },
  nft: { nft: [] },
  'xtables.ip': { netfilter: [] },
  ipvs: { ipvs: { services: [] } },
  xfrm: { xfrm: { states: [], policies: [] } },
  sockets: { sockets: [] },
  'proc.sysctls': { sysctls: {} },
}

/** Without these nobody can tell what an IP layer does with a packet. */
const needed = new Set(['rtnl.links', 'rtnl.qdiscs', 'rtnl.routes', 'rtnl.rules', 'nft', 'xtables.ip'])

/** What the namespaces are that a delivered packet and its answer pass, by node. */
function passed({ hops, fork, reply }: Path): string[] {
  return [
    ...hops.map(({ node, namespace }) => `${node} ${namespace}`),
    ...(fork?.branches ?? []).flatMap(({ path }) => passed(path)),
    ...(reply ? passed(reply) : []),
  ]
}

/** Of what a live screen reads of few namespaces there may be no report at all. */
const lazy = new Set(['proc.sysctls'])

function without(
  nodes: readonly Snapshot[],
  at: number,
  id: string,
  source: string,
  isTold: boolean,
): Snapshot[] {
  const report = { source, status: 'forbidden', tookMs: 0, reason: 'needs CAP_NET_ADMIN' } as const
  return nodes.map((node, index) => ({
    ...node,
    namespaces: node.namespaces.map(row =>
      index === at && row.id === id
        ? {
            ...row,
            ...unread[source],
            sources: [...row.sources.filter(other => other.source !== source), ...(isTold ? [report] : [])],
          }
        : row,
    ),
  }))
}

test.each([
  ['swarm', { target: '192.168.77.1:80' }],
  ['swarm', { target: 'api:80', from: 'client.1' }],
  ['encrypted', { target: 'vault:80', from: 'spy.1' }],
  ['bridge', { target: '172.30.0.2:80', from: 'node1' }],
] as [string, Question][])(
  '%s, %o: what was not read is neither broken nor delivered',
  (capture, question) => {
    const nodes = capturedSnapshots(capture)
    const graph = buildGraph(nodes)
    const healthy = answerQuestion(graph, nodes, question)
    const onTheWay = new Set(healthy.traces.flatMap(({ trace }) => passed(trace.path)))
    const wrong: string[] = []
    const cases = Object.keys(unread).flatMap(source =>
      lazy.has(source)
        ? ([
            [source, true],
            [source, false],
          ] as const)
        : ([[source, true]] as const),
    )
    for (const [at, node] of nodes.entries()) {
      const [key] = [...snapshotsByNode(nodes)].find(([, snapshot]) => snapshot === node)!
      for (const { id, kind, name } of node.namespaces) {
        for (const [source, isTold] of cases) {
          if (!onTheWay.has(`${key} ${id}`)) continue
          // The question itself is asked of the addresses and interfaces of the host that a client outside comes to.
          if (question.from === undefined && at === 0 && kind === 'host' && /links|addresses/.test(source))
            continue
          const { disposition, sentence } = answerQuestion(
            graph,
            without(nodes, at, id, source, isTold),
            question,
          )
          const allowed = ['insufficient-info', 'left-for-peer']
          // A bridge alone routes nothing, and asks no rules.
          if (!needed.has(source) || kind === 'overlay') allowed.push('delivered')
          if (!allowed.includes(disposition)) wrong.push(`${name} ${source}: ${disposition} ${sentence}`)
        }
      }
    }
    expect([healthy.disposition, wrong]).toEqual(['delivered', []])
    expect(onTheWay.size).toBeGreaterThan(1)
  },
)
