import type { RowRef } from './evidence.ts'
import type { Edge, EdgeKind, Graph } from './model.ts'

type Provable = { readonly id: string; readonly evidence: readonly RowRef[] }

const edgesByGraph = new WeakMap<Graph, readonly Edge[]>()

/**
 * All relations. Most of them are told by the objects themselves and are as many as all objects together, so they are made
 * when somebody asks for the first time, and not with each reading of a node.
 */
export function allEdges(graph: Graph): readonly Edge[] {
  let edges = edgesByGraph.get(graph)
  if (!edges) {
    edges = [
      ...graph.edges,
      ...endpointEdges(graph),
      ...taskEdges(graph),
      ...serverEdges(graph),
      ...peerEdges(graph),
    ]
    edgesByGraph.set(graph, edges)
  }
  return edges
}

/** From an object to another one, if it is there; proved by rows, and by the first row of the other one. */
function edge(kind: EdgeKind, from: string, to: Provable | undefined, evidence: readonly RowRef[]): Edge[] {
  return to ? [{ kind, from, to: to.id, evidence: [...evidence, ...to.evidence.slice(0, 1)] }] : []
}

function endpointEdges({ endpoints, networks, sandboxes }: Graph): Edge[] {
  return Object.values(endpoints).flatMap(({ id, network, sandbox, peer, parent, evidence }) => {
    const end = peer ?? parent
    const rows = end ? [...evidence, end.evidence] : evidence
    return [
      ...edge('joins', id, networks[network], rows),
      ...edge('in-sandbox', id, sandboxes[sandbox], evidence),
    ]
  })
}

function taskEdges({ tasks, services, nodes }: Graph): Edge[] {
  return Object.values(tasks).flatMap(({ id, service, node, evidence }) => [
    ...edge('of-service', id, services[service ?? ''], evidence),
    ...edge('on-node', id, nodes[node ?? ''], evidence),
  ])
}

function serverEdges({ realServers, virtualServices, tasks, endpoints }: Graph): Edge[] {
  return Object.values(realServers).flatMap(({ id, virtualService, task, endpoint, evidence }) => [
    ...edge('behind', id, virtualServices[virtualService], evidence),
    ...edge('is-task', id, tasks[task ?? ''], evidence),
    ...edge('leads-to', id, endpoints[endpoint ?? ''], evidence),
  ])
}

function peerEdges({ peers, networks, nodes, tasks, endpoints }: Graph): Edge[] {
  return Object.values(peers).flatMap(({ id, network, peerNode, endpoints: remotes, evidence }) => [
    ...edge('tunnels', id, networks[network], evidence),
    ...edge('is-node', id, nodes[peerNode ?? ''], evidence),
    ...remotes.flatMap(remote => [
      ...edge('reaches', id, tasks[remote.task ?? ''], remote.evidence),
      ...edge('reaches', id, endpoints[remote.endpoint ?? ''], remote.evidence),
    ]),
  ])
}
