/** The graph of whole swarms: what docker and the tools told on their nodes is there exactly once, joined to the same things. */
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph } from '../../src/graph/model.ts'
import { loadSnapshot } from '../../src/snapshot/file.ts'
import { capturedNodes, clusterCaptures, snapshotPath, toldNodes } from '../support/cluster-captures.ts'
import { graphLines, isManager, toldLines } from '../support/swarm-told.ts'

async function graphOf(capture: string, nodes: readonly string[]): Promise<Graph> {
  return buildGraph(await Promise.all(nodes.map(node => loadSnapshot(snapshotPath(capture, node)))))
}

it('has captures of healthy and of broken swarms', () => {
  expect(clusterCaptures).toContain('swarm')
  expect(clusterCaptures.filter(name => name.startsWith('fault-')).length).toBeGreaterThanOrEqual(25)
})

const withTools = clusterCaptures.flatMap(capture => {
  const nodes = toldNodes(capture)
  return nodes ? [{ capture, nodes }] : []
})

describe.each(withTools)('capture $capture', ({ capture, nodes }) => {
  it('has what docker and the tools told on its nodes, each once', async () => {
    const graph = await graphOf(
      capture,
      nodes.map(({ name }) => name),
    )
    const told = toldLines(nodes)
    expect(told['containers']).not.toEqual([])
    expect(graphLines(graph, true)).toEqual(told)
  })

  it.each(nodes)('has what they told on $name, from its snapshot alone', async node => {
    const graph = await graphOf(capture, [node.name])
    expect(graphLines(graph, isManager(node.texts))).toEqual(toldLines([node]))
  })
})

it.each(clusterCaptures.filter(name => name.startsWith('fault-')))(
  '%s has all its nodes and containers',
  async capture => {
    const graph = await graphOf(capture, capturedNodes(capture))
    expect(
      Object.values(graph.nodes)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(capturedNodes(capture))
    expect(Object.keys(graph.containers).length).toBeGreaterThan(1)
  },
)
