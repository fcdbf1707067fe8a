import type { Endpoint, Graph, GraphObject, Network, Sandbox } from './model.ts'
import { naturalOrder } from '../util/natural-order.ts'
import { objectOf } from './query.ts'
import {
  beyond,
  networkPart,
  type Part,
  realServerPart,
  sandboxPart,
  virtualServicePart,
  type Wire,
} from './wiring-parts.ts'

/** One way from left to right. */
export type Lane = {
  readonly left?: Part
  readonly leftWire?: Wire
  readonly middle?: Part
  readonly rightWire?: Wire
  readonly right?: Part
  /** Whether it is the selected object's own. */
  readonly isChosen: boolean
}

/** A drawing of what an object is wired to, as data: lanes of at most three boxes. */
export type Wiring = { readonly title: string; readonly lanes: readonly Lane[] }

/** The wiring around an object; undefined for an id that is none, without lanes for an object that is wired to nothing. */
export function selectWiring(graph: Graph, id: string): Wiring | undefined {
  const object = objectOf(graph, id)
  return object && { title: object.name, lanes: lanesOf(graph, object) }
}

function lanesOf(graph: Graph, object: GraphObject): Lane[] {
  switch (object.type) {
    case 'sandbox':
      return sandboxOrPlace(graph, object)
    case 'container':
      return throughSandbox(graph, object.sandbox)
    case 'task':
      if (object.sandbox !== undefined) return throughSandbox(graph, object.sandbox)
      return object.realServers.flatMap(server => realServerLanes(graph, server))
    case 'endpoint':
      return throughSandbox(graph, object.sandbox, object.id)
    case 'network':
      return networkLanes(graph, object)
    case 'peer':
      return throughNetwork(graph, object.network, object.node)
    case 'service':
      return object.virtualServices.length > 0
        ? object.virtualServices.flatMap(virtual => virtualServiceLanes(graph, virtual))
        : object.tasks.flatMap(task => throughSandbox(graph, graph.tasks[task]?.sandbox))
    case 'virtual-service':
      return virtualServiceLanes(graph, object.id)
    case 'real-server':
      return virtualServiceLanes(graph, object.virtualService, object.id)
    case 'port':
      return portLanes(
        graph,
        object.bindings.flatMap(({ virtualService }) => virtualService ?? []),
        object.endpoint,
      )
    case 'node':
      return Object.values(graph.networks).flatMap(network => networkLanes(graph, network, object.id))
  }
}

function throughSandbox(graph: Graph, id: string | undefined, chosen?: string): Lane[] {
  const sandbox = graph.sandboxes[id ?? '']
  return sandbox ? sandboxLanes(graph, sandbox, chosen) : []
}

function throughNetwork(graph: Graph, id: string | undefined, node: string): Lane[] {
  const network = graph.networks[id ?? '']
  return network ? networkLanes(graph, network, node) : []
}

/** An overlay's namespace is drawn as its network, the host's as all networks of its node. */
function sandboxOrPlace(graph: Graph, sandbox: Sandbox): Lane[] {
  if (sandbox.kind === 'overlay') return throughNetwork(graph, sandbox.network, sandbox.node)
  if (sandbox.kind !== 'host') return sandboxLanes(graph, sandbox)
  const local = Object.values(graph.networks).filter(({ node }) => node === sandbox.node)
  return local.flatMap(network => networkLanes(graph, network, sandbox.node))
}

/** The sandbox on the left, and for each endpoint the network and what is beyond it. */
function sandboxLanes(graph: Graph, sandbox: Sandbox, chosen?: string): Lane[] {
  const endpoints = sandbox.endpoints.flatMap(id => graph.endpoints[id] ?? []).toSorted(byInterface)
  return endpoints.map((endpoint): Lane => {
    const network = graph.networks[endpoint.network]
    const middle = network && networkPart(graph, network, endpoint)
    const right = network && beyond(graph, network, endpoint.node)
    return {
      left: sandboxPart(graph, sandbox, endpoint),
      ...(middle && { leftWire: { kind: 'plain', ...(endpoint.peer && { label: 'veth' }) }, middle }),
      ...(middle && right && { rightWire: right.wire, right: right.part }),
      isChosen: endpoint.id === chosen,
    }
  })
}

function byInterface(a: Endpoint, b: Endpoint): number {
  return naturalOrder(a.link?.ifname ?? '~', b.link?.ifname ?? '~')
}

/** The network in the middle, its endpoints on the left, the other nodes on the right. */
function networkLanes(graph: Graph, network: Network, only?: string): Lane[] {
  return network.instances.flatMap(({ node }) => {
    if (only !== undefined && node !== only) return []
    const endpoints = network.endpoints
      .flatMap(id => graph.endpoints[id] ?? [])
      .filter(endpoint => endpoint.node === node)
    const right = beyond(graph, network, node)
    return endpoints
      .toSorted((a, b) => (a.sandbox < b.sandbox ? -1 : 1))
      .map((endpoint, index): Lane => {
        const sandbox = graph.sandboxes[endpoint.sandbox]
        const part = networkPart(graph, network, endpoint)
        const middle = {
          ...part,
          box: `${network.id} ${node}`,
          lines: index === 0 ? part.lines : part.lines.slice(0, 1),
        }
        const left = sandbox && sandboxPart(graph, sandbox, endpoint)
        return {
          ...(left && { left: { ...left, box: endpoint.id }, leftWire: { kind: 'plain' } }),
          middle,
          ...(right && index === 0 && { rightWire: right.wire, right: right.part }),
          isChosen: false,
        }
      })
  })
}

function portLanes(graph: Graph, virtualServices: readonly string[], endpoint: string | undefined): Lane[] {
  const lanes = virtualServices.flatMap(id => virtualServiceLanes(graph, id))
  const sandbox = graph.endpoints[endpoint ?? '']?.sandbox
  return lanes.length > 0 ? lanes : throughSandbox(graph, sandbox, endpoint)
}

function realServerLanes(graph: Graph, id: string): Lane[] {
  const server = graph.realServers[id]
  return server ? virtualServiceLanes(graph, server.virtualService, id) : []
}

/** The virtual service on the left, each real server with its sandbox in the middle, the node on the right. */
function virtualServiceLanes(graph: Graph, id: string, chosen?: string): Lane[] {
  const virtual = graph.virtualServices[id]
  if (!virtual) return []
  const servers = virtual.realServers.flatMap(server => graph.realServers[server] ?? [])
  const first = virtualServicePart(graph, virtual)
  if (servers.length === 0) return [{ left: first, isChosen: false }]
  return servers.map((server, index): Lane => {
    const node = graph.nodes[server.taskNode ?? '']
    const isHere = node?.id === virtual.node
    return {
      left: index === 0 ? first : { ...first, lines: [''] },
      leftWire: { kind: 'plain', label: server.isQuiesced ? 'weight 0' : `weight ${server.weight}` },
      middle: realServerPart(graph, server),
      ...(node && {
        rightWire: { kind: isHere ? 'plain' : 'tunnel', ...(!isHere && { label: 'VXLAN' }) },
        right: {
          box: `${node.id} ${server.id}`,
          title: node.name,
          tone: 'node',
          object: node.id,
          lines: [isHere ? 'this node' : (node.vteps[0] ?? 'another node')],
        },
      }),
      isChosen: server.id === chosen,
    }
  })
}
