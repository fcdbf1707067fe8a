/**
 * More sandboxes on the same node, for benchmarks and to see how a busy node looks: tasks of services on further overlay
 * networks, one service of each published through the mesh, and one sandbox in ten a plain container on a user bridge.
 */
import {
  addressIn,
  type Bridge,
  digest,
  join,
  joinTask,
  type LabNode,
  macText,
  makeSandbox,
  type Overlay,
  type PublishedPort,
  type Sandbox,
  swarmId,
  type VirtualService,
} from './topology.ts'

/** What the address plan below holds: 1,000 tasks behind docker_gwbridge, and 28 user bridges. */
export const maxSandboxes = 3_500

const tasksPerOverlay = 50
const serviceNames = ['web', 'api', 'auth', 'cache', 'queue'] as const
const remoteNodes = ['172.16.100.20', '172.16.100.22']
const containersPerBridge = 100
/** A bridge has at most 1,023 ports (BR_MAX_PORTS in net/bridge/br_private.h); the default node takes four. */
const gatewayTasks = 1_000

/** Where the default node ends: its marks at 0x115, its veth pairs at 114 and 115. */
const firstMark = 0x116
const firstIfindex = 116

/** A node while it grows: its mesh and its gateway, and the index of the next veth pair. */
type Crowd = {
  readonly node: LabNode
  readonly ingress: Overlay
  readonly mesh: Sandbox
  readonly gateway: Bridge
  ifindex: number
}

/** Adds `count` sandboxes to the seed text's node. Only RangeError is thrown, for a count that the plan cannot hold. */
export function addCrowd(node: LabNode, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > maxSandboxes) {
    throw new RangeError(`the lab builds 0 to ${maxSandboxes} further sandboxes`)
  }
  const ingress = node.overlays.find(overlay => overlay.name === 'ingress')
  const mesh = node.sandboxes.find(sandbox => sandbox.kind === 'ingress')
  const gateway = node.bridges.find(bridge => bridge.name === 'docker_gwbridge')
  if (ingress === undefined || mesh === undefined || gateway === undefined) {
    throw new RangeError('a crowd needs a node with a routing mesh')
  }
  const crowd: Crowd = { node, ingress, mesh, gateway, ifindex: firstIfindex }
  const tasks = Math.min(gatewayTasks, Math.ceil(count * 0.9))
  for (let first = 0; first < tasks; first += tasksPerOverlay) {
    addOverlay(crowd, first, Math.min(tasks - first, tasksPerOverlay))
  }
  for (let first = 0; first < count - tasks; first += containersPerBridge) {
    addBridge(crowd, first, Math.min(count - tasks - first, containersPerBridge))
  }
}

function takeIfindex(crowd: Crowd): number {
  const { ifindex } = crowd
  crowd.ifindex += 2
  return ifindex
}

/** An overlay 10.0.k.0/24 with five services, their remote tasks, its share of the mesh, and `count` tasks of this node. */
function addOverlay(crowd: Crowd, first: number, count: number): void {
  const { node } = crowd
  const k = first / tasksPerOverlay
  const name = `app${String(k).padStart(2, '0')}`
  const id = swarmId(`network ${name}`)
  const subnet = { address: `10.0.${k}.1`, prefixlen: 24 }
  const mark = firstMark + k * (serviceNames.length + 1)
  const services = serviceNames.map((service, i): VirtualService => {
    return { name: service, vip: addressIn(subnet, 1 + i), mark: mark + i, ports: [], realServers: [] }
  })
  const overlay: Overlay = {
    driver: 'overlay',
    name,
    id,
    netns: `1-${id}`.slice(0, 12),
    subnet,
    vni: 4098 + k,
    mac: `3a:${macText(digest(`br0 ${name}`, 10))}`,
    mtu: 1450,
    peers: [],
    services,
    ports: 0,
  }
  node.overlays.push(overlay)
  remoteNodes.forEach((vtep, i) => {
    services.forEach((service, j) => {
      for (let task = 0; task < 2; task++) {
        const address = addressIn(subnet, 100 + i * 20 + j * 2 + task)
        service.realServers.push(address)
        overlay.peers.push({ address, vtep })
      }
    })
    if (node.generation === 'lb') overlay.peers.push({ address: addressIn(subnet, 150 + i), vtep })
  })
  const published = [{ published: 8_000 + k, target: 80 }]
  const meshService = addToMesh(crowd, k, {
    name: `${name}_${serviceNames[0]}`,
    vip: addressIn(crowd.ingress.subnet, 0x800 + k),
    mark: mark + serviceNames.length,
    ports: published,
    realServers: [],
  })
  if (node.generation === 'lb') {
    const balancer = makeSandbox({ kind: 'load-balancer', netns: `lb_${id}`.slice(0, 12) })
    join(balancer, overlay, addressIn(subnet, 149), {
      ifindex: takeIfindex(crowd),
      aliases: vipsOf(...services),
    })
    node.sandboxes.push(balancer)
  }
  for (let position = 0; position < count; position++) {
    // The first service is the published one: one task in five is on the mesh too.
    const service = services[position % services.length]
    if (service === undefined) continue
    const onMesh = service === services[0]
    addTask(crowd, overlay, service, first + position, onMesh ? meshService : undefined)
  }
}

/** Publishes a service on the ingress network, with one task on each remote node. */
function addToMesh(crowd: Crowd, k: number, service: VirtualService): VirtualService {
  const { node, ingress, mesh } = crowd
  remoteNodes.forEach((vtep, i) => {
    const address = addressIn(ingress.subnet, 0x8000 + k * remoteNodes.length + i)
    ingress.peers.push({ address, vtep })
    service.realServers.push(address)
  })
  ingress.services.push(service)
  const endpoint = mesh.endpoints.find(({ network }) => network === ingress)
  if (node.generation === 'lb' && endpoint !== undefined) endpoint.aliases.push(...vipsOf(service))
  return service
}

function addTask(
  crowd: Crowd,
  overlay: Overlay,
  service: VirtualService,
  index: number,
  meshService: VirtualService | undefined,
): void {
  const { node, ingress, gateway } = crowd
  const ports: readonly PublishedPort[] = meshService?.ports ?? []
  const task = makeSandbox({
    kind: 'container',
    netns: digest(`task ${index}`, 12),
    service: `${overlay.name}_${service.name}`,
    ports,
  })
  const old = node.generation === 'old'
  const options = (virtual?: VirtualService) => ({
    ifindex: takeIfindex(crowd),
    aliases: old && virtual !== undefined ? vipsOf(virtual) : [],
  })
  const address = addressIn(overlay.subnet, 9 + (index % tasksPerOverlay))
  service.realServers.push(address)
  const joinOverlay = [overlay, address, options(service)] as const
  const joinGateway = [gateway, addressIn(gateway.subnet, 9 + index), options()] as const
  if (meshService === undefined) {
    joinTask(task, node.generation, [joinOverlay, joinGateway])
  } else {
    const meshAddress = addressIn(ingress.subnet, 0x1000 + index)
    meshService.realServers.push(meshAddress)
    joinTask(task, node.generation, [[ingress, meshAddress, options(meshService)], joinGateway, joinOverlay])
  }
  node.sandboxes.push(task)
}

/**
 * A user network as `docker network create` makes it, with `count` containers, one in five with a port of the host. Its
 * subnet is from Docker's own pools: 172.19.0.0/16 and up, then 192.168.0.0/16 in /20.
 */
function addBridge(crowd: Crowd, first: number, count: number): void {
  const { node } = crowd
  const k = first / containersPerBridge
  const bridge: Bridge = {
    driver: 'bridge',
    name: `stack${k}_default`,
    device: `br-${digest(`bridge ${k}`, 12)}`,
    subnet:
      k < 13
        ? { address: `172.${19 + k}.0.1`, prefixlen: 16 }
        : { address: `192.168.${(k - 12) * 16}.1`, prefixlen: 20 },
    mac: `02:42:${macText(digest(`bridge mac ${k}`, 8))}`,
    mtu: 1500,
    icc: true,
    ports: 0,
  }
  node.bridges.push(bridge)
  for (let position = 0; position < count; position++) {
    const container = makeSandbox({
      kind: 'container',
      netns: digest(`container ${first + position}`, 12),
      hostPorts: position % 5 === 0 ? [{ published: 20_000 + first + position, target: 80 }] : [],
    })
    join(container, bridge, addressIn(bridge.subnet, 1 + position), { ifindex: takeIfindex(crowd) })
    node.sandboxes.push(container)
  }
}

function vipsOf(...services: readonly VirtualService[]): string[] {
  return services.flatMap(service => service.vip ?? [])
}
