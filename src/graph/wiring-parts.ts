import type { Endpoint, Graph, Network, RealServer, Sandbox, VirtualService } from './model.ts'

/** What a box stands for, which is how it is coloured. */
export type BoxTone = 'sandbox' | 'ingress' | 'load-balancer' | 'overlay' | 'gwbridge' | 'bridge' | 'node'

/**
 * A part of a box in one lane. Parts with the same `box` that lie below each other are one box, titled by the first; a wire
 * meets the first line of a part.
 */
export type Part = {
  readonly box: string
  readonly title: string
  readonly tone: BoxTone
  /** The object that it stands for, to jump to. */
  readonly object?: string
  /** Text of the world among them: sanitise before showing. */
  readonly lines: readonly string[]
}

/** `plain` is a veth pair or a link, `tunnel` goes through the underlay to another node. */
export type Wire = { readonly kind: 'plain' | 'tunnel'; readonly label?: string }

export function sandboxPart(graph: Graph, sandbox: Sandbox, endpoint: Endpoint): Part {
  const tone = sandbox.kind === 'ingress' || sandbox.kind === 'load-balancer' ? sandbox.kind : 'sandbox'
  const file = sandbox.sandboxKey?.split('/').at(-1)
  return {
    box: sandbox.id,
    title:
      file === undefined || file === sandbox.name ? sandbox.name : `${shortName(graph, sandbox)} ${file}`,
    tone,
    object: sandbox.id,
    lines: endpointLines(graph, endpoint),
  }
}

/** `web.3`, not the name of its container with the task's id. */
function shortName(graph: Graph, sandbox: Sandbox): string {
  return graph.tasks[sandbox.task ?? '']?.name ?? sandbox.name
}

function endpointLines(graph: Graph, { link, addresses, mac, isGateway }: Endpoint): string[] {
  const shown = addresses.filter(({ role }) => role !== 'link-local')
  const own = shown
    .filter(({ role }) => role === 'own')
    .map(({ address, prefixlen }) => `${address}/${prefixlen}`)
  const name = link?.ifname ?? 'no link'
  const indent = ' '.repeat(name.length)
  const vips = shown
    .filter(({ role }) => role === 'vip')
    .map(({ address, prefixlen, service, ifname }) => {
      const owner = graph.services[service ?? '']?.name
      return `${indent} VIP ${address}/${prefixlen}${owner === undefined ? '' : ` ${owner}`}${ifname === undefined ? '' : ` on ${ifname}`}`
    })
  return [
    `${name} ${own[0] ?? ''}${isGateway ? ' default route' : ''}`.trimEnd(),
    ...own.slice(1).map(address => `${indent} ${address}`),
    ...vips,
    ...(mac === undefined ? [] : [`${indent} ${mac}`]),
  ]
}

function networkTone({ driver, role }: Network): BoxTone {
  if (role === 'ingress' || role === 'gwbridge') return role
  return driver === 'overlay' ? 'overlay' : 'bridge'
}

function networkTitle({ name, driver, role }: Network): string {
  const word = role === 'gwbridge' ? 'gateway bridge' : driver
  return name === word ? name : `${name} ${word}`
}

export function networkPart(graph: Graph, network: Network, endpoint: Endpoint): Part {
  const instance = network.instances.find(({ node }) => node === endpoint.node)
  const { peer, parent } = endpoint
  const bridge = instance?.bridges.find(({ ifname }) => ifname === peer?.bridge)
  const tunnel = instance?.tunnels.find(entry => entry.bridge === peer?.bridge)
  const place = network.driver === 'overlay' ? [`in ${placeOf(graph, instance?.sandbox)}`] : []
  const first = [
    peer?.ifname ?? parent?.ifname,
    bridge?.ifname,
    tunnel && `${tunnel.ifname} VNI ${tunnel.vni ?? '?'}`,
  ]
  return {
    box: `${network.id} ${endpoint.id}`,
    title: networkTitle(network),
    tone: networkTone(network),
    object: network.id,
    lines: [
      first.filter(word => word !== undefined).join(' - '),
      ...network.subnets.map(({ subnet, gateway }) =>
        gateway === undefined ? subnet : `${subnet} gw ${gateway}`,
      ),
      [
        ...(instance?.mtu === undefined ? [] : [`MTU ${instance.mtu}`]),
        ...place,
        ...(network.isEncrypted ? ['encrypted'] : []),
      ].join(', '),
    ].filter((line, index) => index === 0 || line !== ''),
  }
}

function fileOf(sandbox: string | undefined): string {
  return sandbox?.split('/').at(-1) ?? '?'
}

/** The file of a sandbox, and its node where several are looked at: these files are called the same on all of them. */
function placeOf({ nodes, sandboxes }: Graph, sandbox: string | undefined): string {
  const read = Object.values(nodes).filter(({ hasSnapshot }) => hasSnapshot)
  const node = nodes[sandboxes[sandbox ?? '']?.node ?? '']
  return `${fileOf(sandbox)}${read.length > 1 && node ? ` on ${node.name}` : ''}`
}

/** What is behind a network: the other nodes of an overlay, the host's way out of a bridge. */
export function beyond(graph: Graph, network: Network, node: string): { wire: Wire; part: Part } | undefined {
  const peers = network.peers.flatMap(id => graph.peers[id] ?? []).filter(peer => peer.node === node)
  const [first] = peers
  if (first) {
    const lines = peers.flatMap(peer => peerLines(graph, peer.id))
    const title =
      peers.length === 1 ? (graph.nodes[first.peerNode ?? '']?.name ?? first.vtep) : `${peers.length} nodes`
    const object = peers.length === 1 ? first.id : network.id
    return {
      wire: { kind: 'tunnel', label: 'VXLAN' },
      part: { box: `peers ${network.id} ${node}`, title, tone: 'node', object, lines },
    }
  }
  if (network.driver !== 'bridge') return undefined
  const host = graph.nodes[node]?.name ?? node
  return {
    wire: { kind: 'plain' },
    part: {
      box: `host ${network.id} ${node}`,
      title: `${host} host`,
      tone: 'node',
      object: node,
      lines: ['routes and masquerades'],
    },
  }
}

const SHOWN_REMOTES = 4

function peerLines(graph: Graph, id: string): string[] {
  const peer = graph.peers[id]
  if (!peer) return []
  const name = graph.nodes[peer.peerNode ?? '']?.name
  const remotes = peer.endpoints.map(({ address, mac, task }) => {
    const taskName = graph.tasks[task ?? '']?.name
    return `  ${address ?? mac}${taskName === undefined ? '' : ` ${taskName}`}`
  })
  const more = remotes.length - SHOWN_REMOTES
  return [
    `VTEP ${peer.vtep}${name === undefined || name === peer.vtep ? '' : ` ${name}`}`,
    ...remotes.slice(0, SHOWN_REMOTES),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

export function virtualServicePart(graph: Graph, virtual: VirtualService): Part {
  const sandbox = graph.sandboxes[virtual.sandbox]
  const service = graph.services[virtual.service ?? '']
  const marks = virtual.marks.map(({ address, protocol, port }) =>
    port === undefined ? `VIP ${address ?? '?'}` : `port ${port}/${protocol ?? '?'}`,
  )
  return {
    box: virtual.id,
    title: `${virtual.name}${service ? ` ${service.name}` : ''}`,
    tone: sandbox?.kind === 'ingress' ? 'ingress' : 'load-balancer',
    object: virtual.id,
    lines: [`IPVS ${virtual.scheduler}`, ...marks, `in ${placeOf(graph, virtual.sandbox)}`],
  }
}

export function realServerPart(graph: Graph, server: RealServer): Part {
  const endpoint = graph.endpoints[server.endpoint ?? '']
  const task = graph.tasks[server.task ?? '']
  const file = endpoint && fileOf(endpoint.sandbox)
  return {
    box: server.id,
    title: task?.name ?? server.name,
    tone: 'sandbox',
    object: server.id,
    lines: [
      `${endpoint?.link ? `${endpoint.link.ifname} ` : ''}${server.address}${server.port === 0 ? '' : `:${server.port}`}`,
      ...(file === undefined ? [] : [`in ${file}`]),
    ],
  }
}
