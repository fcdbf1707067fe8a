import { buildGraph } from '../../src/graph/build.ts'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { answerQuestion, type Flow, type Trace, traceFlow } from '../../src/lb/index.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'

/** Traces of a cluster from the first container of the first node that has one to every address, and of every published port from outside. */
export function everyTrace(nodes: readonly Snapshot[]): Trace[] {
  return [...flowsOf(nodes).map(flow => traceFlow(nodes, flow)), ...publishedTraces(nodes)]
}

function flowsOf(nodes: readonly Snapshot[]): Flow[] {
  const addresses = nodes.flatMap(({ namespaces }) =>
    namespaces.flatMap(row =>
      row.addresses.filter(({ family, scope }) => family === 'inet' && scope === 'global'),
    ),
  )
  const [first] = [...snapshotsByNode(nodes)].flatMap(([node, { namespaces }]) => {
    const container = namespaces.find(({ kind }) => kind === 'container')
    return container ? [{ node, namespace: container.id }] : []
  })
  if (!first) return []
  return addresses.map(({ local }) => ({
    family: 'inet',
    protocol: 6,
    destination: local,
    destinationPort: 80,
    entry: { kind: 'local', ...first },
  }))
}

/** Ports of the mesh and of containers are asked for by their number. */
function publishedTraces(nodes: readonly Snapshot[]): Trace[] {
  const graph = buildGraph(nodes)
  const ports = [...new Set(Object.values(graph.ports).map(({ port }) => port))].toSorted((a, b) => a - b)
  return ports.flatMap(port =>
    answerQuestion(graph, nodes, { target: String(port) }).traces.map(({ trace }) => trace),
  )
}
