import { allEdges } from '../../src/graph/edges.ts'
import type { Graph } from '../../src/graph/model.ts'
import { allObjects, objectOf } from '../../src/graph/query.ts'

/** What holds in every graph, as sentences about where it does not. */
export function brokenInvariants(graph: Graph): string[] {
  const problems: string[] = []
  const exists = (owner: string, ids: readonly (string | undefined)[]): void => {
    for (const id of ids)
      if (id !== undefined && !objectOf(graph, id))
        problems.push(`${owner} refers to ${id}, which is not there`)
  }
  for (const object of allObjects(graph)) {
    if (objectOf(graph, object.id) !== object) problems.push(`${object.id} is not found by its id`)
    exists(object.id, references(object))
  }
  for (const { kind, from, to, evidence } of allEdges(graph)) {
    exists(kind, [from, to])
    if (evidence.length === 0) problems.push(`${kind} from ${from} to ${to} is not proved`)
  }
  for (const { id, network, sandbox } of Object.values(graph.endpoints)) {
    if (!graph.networks[network]?.endpoints.includes(id)) problems.push(`${network} does not know ${id}`)
    if (!graph.sandboxes[sandbox]?.endpoints.includes(id)) problems.push(`${sandbox} does not know ${id}`)
  }
  return problems
}

/** Fields that hold an id or a list of ids. */
const referring = new Set([
  'container',
  'containers',
  'endpoint',
  'endpoints',
  'loadBalancer',
  'network',
  'node',
  'peerNode',
  'peers',
  'publishedPorts',
  'realServers',
  'sandbox',
  'service',
  'services',
  'task',
  'taskNode',
  'tasks',
  'virtualService',
  'virtualServices',
])

function references(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return referring.has(key) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => references(entry, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, entry]) =>
    name === 'evidence' || name === 'warnings' ? [] : references(entry, name),
  )
}
