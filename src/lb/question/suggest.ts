import type { Endpoint, Graph, GraphObject, Sandbox, SwarmService } from '../../graph/model.ts'
import { objectOf } from '../../graph/query.ts'
import type { Snapshot } from '../../snapshot/index.ts'
import type { Question } from './question.ts'
import { hostOf, namespaceOf, type Scene, sandboxName, sandboxesOf, sceneOf } from './scene.ts'

/**
 * The question that somebody has who points at an object: of a published port or a service that has one, how a client outside
 * comes there; of a task, an endpoint or a sandbox, how another one of its network does.
 *
 * @returns undefined for what nobody connects to
 */
export function questionAbout(
  graph: Graph,
  snapshots: readonly Snapshot[],
  id: string,
): Question | undefined {
  const object = objectOf(graph, id)
  return object && ask(sceneOf(graph, snapshots), object)
}

function ask(scene: Scene, object: GraphObject): Question | undefined {
  const { graph } = scene
  const about = (id: string | undefined): Question | undefined => {
    const other = id === undefined ? undefined : objectOf(graph, id)
    return other && ask(scene, other)
  }
  switch (object.type) {
    case 'port':
      return { target: `${object.port}/${object.protocol}` }
    case 'service':
      return askService(scene, object)
    case 'endpoint':
      return askEndpoint(scene, object, undefined)
    case 'container':
      return about(object.sandbox)
    case 'task': {
      const port = graph.services[object.service ?? '']?.ports[0]?.targetPort
      return askFirst(scene, object.endpoints, port) ?? askRemote(scene, object.addresses, port)
    }
    case 'sandbox':
      return askFirst(scene, object.endpoints, undefined)
    case 'virtual-service':
      return about(object.service)
    case 'real-server':
      return about(object.task ?? object.endpoint)
    default:
      return undefined
  }
}

function askService(scene: Scene, service: SwarmService): Question | undefined {
  // A port of the mesh answers on every node, one in host mode where a task runs: of other nodes nothing can be told here.
  const isHere = service.tasks.some(id => hostOf(scene, scene.graph.tasks[id]?.node ?? '') !== undefined)
  const open = service.ports.find(
    ({ publishedPort, publishMode }) => publishedPort !== undefined && (publishMode === 'ingress' || isHere),
  )
  if (open?.publishedPort !== undefined) {
    return { target: `${open.publishedPort}/${open.protocol ?? 'tcp'}` }
  }
  for (const { network } of service.networks) {
    const from = clientOn(scene, network, service.tasks)
    if (from !== undefined)
      return toAddress(service.name, from, service.ports[0]?.targetPort ?? listeningOf(scene, service))
  }
  return undefined
}

/** The endpoint on a network of the operator's own comes before those that Docker adds. */
function askFirst(scene: Scene, ids: readonly string[], port: number | undefined): Question | undefined {
  const endpoints = ids.flatMap(id => scene.graph.endpoints[id] ?? [])
  const rank = ({ network }: Endpoint): number => (scene.graph.networks[network]?.role === 'user' ? 0 : 1)
  for (const endpoint of endpoints.toSorted((a, b) => rank(a) - rank(b))) {
    const question = askEndpoint(scene, endpoint, port)
    if (question) return question
  }
  return undefined
}

function askEndpoint(scene: Scene, endpoint: Endpoint, port: number | undefined): Question | undefined {
  const address = endpoint.addresses.find(({ role, family }) => role === 'own' && family === 'inet')?.address
  const sandbox = scene.graph.sandboxes[endpoint.sandbox]
  const from = clientOn(scene, endpoint.network, [], endpoint.sandbox)
  if (address === undefined || from === undefined) return undefined
  return toAddress(address, from, port ?? (sandbox && listeningPort(scene, sandbox)))
}

/** A task of another node, whose sandbox is in no snapshot. */
function askRemote(
  scene: Scene,
  addresses: readonly { readonly network: string; readonly address: string }[],
  port: number | undefined,
): Question | undefined {
  for (const { network, address } of addresses) {
    const from = scene.graph.networks[network]?.role === 'ingress' ? undefined : clientOn(scene, network, [])
    if (from !== undefined) return toAddress(address, from, port)
  }
  return undefined
}

/** Without a port that it listens on it is pinged. */
function toAddress(address: string, from: string, port: number | undefined): Question {
  return port === undefined
    ? { target: address, from, protocol: 'icmp' }
    : { target: `${address}:${port}`, from }
}

/** What its tasks listen on, where one of them is in a snapshot. */
function listeningOf(scene: Scene, service: SwarmService): number | undefined {
  const ports = sandboxesOf(scene, service).flatMap(sandbox => listeningPort(scene, sandbox) ?? [])
  return ports[0]
}

function listeningPort(scene: Scene, sandbox: Sandbox): number | undefined {
  const sockets = namespaceOf(scene, sandbox)?.sockets ?? []
  return sockets.find(({ protocol, address }) => protocol === 'tcp' && !address.startsWith('127.'))?.port
}

/**
 * Somebody on a network who may connect: a container or a task, none of those that are asked about while there is another; on a
 * bridge else the host.
 */
function clientOn(
  scene: Scene,
  network: string,
  tasks: readonly string[],
  except?: string,
): string | undefined {
  const { graph } = scene
  const onIt = (graph.networks[network]?.endpoints ?? []).flatMap(
    id => graph.sandboxes[graph.endpoints[id]?.sandbox ?? ''] ?? [],
  )
  const clients = onIt
    .filter(sandbox => sandbox.id !== except && ['task', 'container', 'ingress'].includes(sandbox.kind))
    .filter(sandbox => sandboxesOf(scene, sandbox).length > 0)
    .toSorted((a, b) => rankOf(a, tasks) - rankOf(b, tasks) || (a.id < b.id ? -1 : 1))
  const [client] = clients
  if (client) return uniqueName(scene, client)
  const hosts = Object.values(graph.sandboxes).filter(({ kind }) => kind === 'host')
  const [host] = hosts
  return graph.networks[network]?.driver === 'bridge' && host && hosts.length === 1 ? 'host' : undefined
}

function rankOf({ task, kind }: Sandbox, tasks: readonly string[]): number {
  if (kind === 'ingress') return 2
  return task !== undefined && tasks.includes(task) ? 1 : 0
}

/** Its name, or its id where another one has the same. */
function uniqueName(scene: Scene, sandbox: Sandbox): string {
  const name = sandboxName(scene, sandbox)
  const same = Object.values(scene.graph.sandboxes).filter(other => sandboxName(scene, other) === name)
  return same.length === 1 ? name : sandbox.id
}
