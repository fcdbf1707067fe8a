import type { Container, Graph, GraphObject, Network, SwarmService } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import type { Option } from '../form/field.ts'

/** Names of services are unique in a swarm: the docker command line and the plan speak of them by name. */
export function serviceOptions({ graph }: Data): Option[] {
  return named(Object.values(graph.services)).map(({ name }) => ({ value: name, label: name }))
}

/** Networks by name, or by id where two have the same; an operator's own first. */
export function networkOptions(data: Data, isWanted: (network: Network) => boolean): Option[] {
  return named(Object.values(data.graph.networks).filter(isWanted))
    .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)))
    .map(network => ({ value: networkReference(data.graph, network), label: network.name }))
}

export function isOwn({ role, driver }: Network): boolean {
  return role === 'user' && driver !== 'host' && driver !== 'null'
}

export function networkReference(graph: Graph, { id, name, networkId }: Network): string {
  const isShared = Object.values(graph.networks).some(other => other.name === name && other.id !== id)
  return isShared ? (networkId ?? name) : name
}

/** Containers of this node that no task owns: those of tasks are Swarm's to connect. */
export function containerOptions({ graph }: Data, isWanted: (container: Container) => boolean): Option[] {
  return named(Object.values(graph.containers).filter(isWanted)).map(({ name }) => ({
    value: name,
    label: name,
  }))
}

/** The service that an object is, runs for, or is published by. */
export function serviceOf(graph: Graph, object: GraphObject | undefined): SwarmService | undefined {
  if (object?.type === 'service') return object
  const id =
    object?.type === 'task' || object?.type === 'port' || object?.type === 'virtual-service'
      ? object.service
      : object?.type === 'sandbox' || object?.type === 'container'
        ? object.task && graph.tasks[object.task]?.service
        : undefined
  return id === undefined ? undefined : graph.services[id]
}

/** The network that an object is, is on, or balances. */
export function networkOf(graph: Graph, object: GraphObject | undefined): Network | undefined {
  if (object?.type === 'network') return object
  const id =
    object?.type === 'endpoint' || object?.type === 'sandbox' || object?.type === 'peer'
      ? object.network
      : undefined
  return id === undefined ? undefined : graph.networks[id]
}

/** The container that an object is, or is the sandbox or an endpoint of. */
export function containerOf(graph: Graph, object: GraphObject | undefined): Container | undefined {
  if (object?.type === 'container') return object
  const sandbox = object?.type === 'endpoint' ? graph.sandboxes[object.sandbox] : object
  if (sandbox?.type !== 'sandbox') return undefined
  return sandbox.containers.flatMap(id => graph.containers[id] ?? [])[0]
}

/** Tells of a field that it begins with what was chosen in the list, where that is so. */
export function chosenNote(path: string, isChosen: unknown): Readonly<Record<string, string>> {
  return isChosen ? { [path]: 'the one that was chosen in the list' } : {}
}

function named<Named extends { readonly name: string }>(objects: readonly Named[]): Named[] {
  return objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
