import type { Graph, GraphObject, Network, ObjectType } from './model.ts'

/** Where objects of a type are kept; the type is also what their ids begin with. */
const collections = {
  node: 'nodes',
  network: 'networks',
  sandbox: 'sandboxes',
  endpoint: 'endpoints',
  service: 'services',
  task: 'tasks',
  container: 'containers',
  'virtual-service': 'virtualServices',
  'real-server': 'realServers',
  peer: 'peers',
  port: 'ports',
} as const satisfies Record<ObjectType, Exclude<keyof Graph, 'edges'>>

export function objectOf(graph: Graph, id: string): GraphObject | undefined {
  const type = id.slice(0, Math.max(0, id.indexOf(':')))
  if (!Object.hasOwn(collections, type)) return undefined
  const objects: Readonly<Record<string, GraphObject>> = graph[collections[type as ObjectType]]
  return Object.hasOwn(objects, id) ? objects[id] : undefined
}

export function allObjects(graph: Graph): GraphObject[] {
  return Object.values(collections).flatMap(name => {
    const objects: Readonly<Record<string, GraphObject>> = graph[name]
    return Object.values(objects)
  })
}

/**
 * Objects that a word names exactly: an id (Docker's, or the beginning of it from four characters on), a name, an address, a
 * MAC, a namespace (`net:[…]`, a file name), `VNI`, `FWM` or a port as a number.
 */
export function findObjects(graph: Graph, word: string): GraphObject[] {
  const wanted = word.trim().toLowerCase()
  if (wanted === '') return []
  return allObjects(graph).filter(object => isNamed(object, wanted))
}

function isNamed(object: GraphObject, wanted: string): boolean {
  if (object.id.toLowerCase() === wanted || object.name.toLowerCase() === wanted) return true
  return wordsOf(object).some(text => {
    const word = text.toLowerCase()
    return word === wanted || (wanted.length >= 4 && isId.test(word) && word.startsWith(wanted))
  })
}

/** Ids of Docker's and Swarm's: people type their beginnings. */
const isId = /^(?:[0-9a-f]{64}|[0-9a-z]{25})$/

/** What the daemon was told, else what all nodes have that show it; undefined where they differ, or none shows it. */
export function mtuOf({ mtu, instances }: Network): number | undefined {
  if (mtu !== undefined) return mtu
  const [first, ...others] = new Set(instances.flatMap(instance => instance.mtu ?? []))
  return others.length === 0 ? first : undefined
}

/** What an object can be found by, beside its id and name. */
export function wordsOf(object: GraphObject): string[] {
  const words = (...values: (string | number | undefined)[]): string[] =>
    values.flatMap(value => (value === undefined ? [] : [String(value)]))
  switch (object.type) {
    case 'node':
      return words(object.nodeId, object.hostname, ...object.vteps)
    case 'network':
      return words(object.networkId, ...object.vnis, ...object.subnets.map(({ subnet }) => subnet))
    case 'sandbox':
      return words(object.namespace, object.sandboxKey, object.sandboxKey?.split('/').at(-1))
    case 'endpoint':
      return words(
        object.endpointId,
        object.mac,
        object.peer?.ifname,
        ...object.addresses.map(({ address }) => address),
      )
    case 'service':
      return words(
        object.serviceId,
        ...object.networks.map(({ vip }) => vip),
        ...object.ports.map(({ publishedPort }) => publishedPort),
      )
    case 'task':
      return words(object.taskId, ...object.addresses.map(({ address }) => address))
    case 'container':
      return words(object.containerId, object.image)
    case 'virtual-service':
      return words(object.fwmark, object.address, ...object.marks.map(({ address }) => address))
    case 'real-server':
      return words(object.address)
    case 'peer':
      return words(object.vtep, ...object.endpoints.flatMap(({ mac, address }) => [mac, address]))
    case 'port':
      return words(object.port, object.hostIp)
  }
}
