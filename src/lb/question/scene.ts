import type { Graph, GraphObject, Sandbox } from '../../graph/model.ts'
import { allObjects } from '../../graph/query.ts'
import { snapshotsByNode } from '../../graph/rows.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import { QuestionError } from './question.ts'

/** What a question is asked about: the snapshots, and the graph of them. */
export type Scene = {
  readonly graph: Graph
  /** By graph id of the node. */
  readonly nodes: ReadonlyMap<string, Snapshot>
}

export function sceneOf(graph: Graph, snapshots: readonly Snapshot[]): Scene {
  return { graph, nodes: snapshotsByNode(snapshots) }
}

export function hostOf({ nodes }: Scene, node: string): Namespace | undefined {
  return nodes.get(node)?.namespaces.find(({ kind }) => kind === 'host')
}

export function namespaceOf({ nodes }: Scene, { node, namespace }: Sandbox): Namespace | undefined {
  return nodes.get(node)?.namespaces.find(({ id }) => id === namespace)
}

/** What to call a node in a sentence. */
export function nodeName({ graph, nodes }: Scene, node: string): string {
  return graph.nodes[node]?.name ?? nodes.get(node)?.host.hostname ?? node
}

/**
 * Sandboxes whose namespace is in a snapshot, that an object stands for: its own, that of a container or a task, the host's of
 * a node.
 */
export function sandboxesOf(scene: Scene, object: GraphObject): Sandbox[] {
  return sandboxIds(scene, object)
    .flatMap(id => scene.graph.sandboxes[id] ?? [])
    .filter(sandbox => namespaceOf(scene, sandbox) !== undefined)
}

function sandboxIds({ graph }: Scene, object: GraphObject): string[] {
  const own = (id: string | undefined): string[] => (id === undefined ? [] : [id])
  switch (object.type) {
    case 'sandbox':
      return [object.id]
    case 'container':
    case 'endpoint':
      return own(object.sandbox)
    case 'task':
      return own(object.sandbox ?? graph.containers[object.container ?? '']?.sandbox)
    case 'service':
      return object.tasks.flatMap(id => own(graph.tasks[id]?.sandbox))
    case 'node':
      return Object.values(graph.sandboxes)
        .filter(({ kind, node }) => kind === 'host' && node === object.id)
        .map(({ id }) => id)
    default:
      return []
  }
}

/** The name that `--from` takes for a sandbox, as short as it can be. */
export function sandboxName({ graph }: Scene, sandbox: Sandbox): string {
  const task = sandbox.task === undefined ? undefined : graph.tasks[sandbox.task]
  const container = graph.containers[sandbox.containers[0] ?? '']
  return task?.name ?? container?.name ?? sandbox.name
}

/** At most so many candidates are named; the rest is counted. */
const MOST_NAMED = 8

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const more = unique.length - MOST_NAMED
  return unique.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** Endpoints, and containers of tasks, have a shorter name as well. */
function isSaidOtherwise(object: GraphObject): boolean {
  return object.type === 'endpoint' || (object.type === 'container' && object.task !== undefined)
}

/** An error that tells what there is instead: names that hold the word, else some that could be meant. */
export function unknownName(
  scene: Scene,
  word: string,
  types: ReadonlySet<GraphObject['type']>,
): QuestionError {
  const names = allObjects(scene.graph)
    .filter(object => types.has(object.type) && !isSaidOtherwise(object))
    .map(({ name }) => name)
    .filter(name => name !== '')
  const near = names.filter(name => name.toLowerCase().includes(word.toLowerCase()))
  const told = near.length > 0 ? near : names
  const what = told.length === 0 ? 'nothing here has a name' : `there are ${listed(told.toSorted())}`
  return new QuestionError(`nothing is called '${word}'; ${what}`)
}
