/**
 * A Docker Swarm node as data: which namespaces it has, what joins them, and which services its load balancer knows.
 *
 * Nothing here touches the machine. `seed.ts` and `crowd.ts` fill the model in, `rules.ts` and `commands.ts` turn it
 * into what iptables and iproute2 read, and a test compares the namespaces that were built with it.
 */
import { createHash } from 'node:crypto'

/**
 * Where the load balancer lives. `old`: in every sandbox, the VIP on the task's own interface (Docker 1.12 to 17.07, the
 * seed text). `lb`: in one load-balancer sandbox for each overlay network (Docker 18.09 and later).
 */
export type Generation = 'old' | 'lb'

export type Subnet = { readonly address: string; readonly prefixlen: number }

export type PublishedPort = { readonly published: number; readonly target: number }

/** A swarm service as one network's load balancer knows it; `vip` is absent in dnsrr mode, which still uses up a mark. */
export type VirtualService = {
  readonly name: string
  readonly vip?: string
  readonly mark: number
  readonly ports: readonly PublishedPort[]
  /** Addresses of its tasks on this network, on every node. */
  readonly realServers: string[]
}

/** An endpoint on another node, as the overlay driver programs it: one neighbour and one forwarding entry. */
export type OverlayPeer = { readonly address: string; readonly vtep: string }

export type Overlay = {
  readonly driver: 'overlay'
  readonly name: string
  /** 25 characters of base 36, as swarm writes it. */
  readonly id: string
  /** File name of its namespace: `<epoch>-<id>`, cut to 12 characters. */
  readonly netns: string
  readonly subnet: Subnet
  readonly vni: number
  /** MAC of vxlan0, which br0 takes over as the lowest of its ports. */
  readonly mac: string
  readonly mtu: number
  readonly peers: OverlayPeer[]
  readonly services: VirtualService[]
  /** Endpoints joined so far: veth0, veth1 and so on are the ports of br0. */
  ports: number
}

export type Bridge = {
  readonly driver: 'bridge'
  readonly name: string
  readonly device: string
  readonly subnet: Subnet
  readonly mac: string
  readonly mtu: number
  /** Whether containers of this network may talk to each other (`enable_icc`). */
  readonly icc: boolean
  ports: number
}

/** A veth pair: one end in the sandbox, the other a port of the network's bridge. */
export type Endpoint = {
  readonly network: Overlay | Bridge
  readonly ifname: string
  readonly address: string
  /** VIPs, each a /32 beside the address. */
  readonly aliases: string[]
  readonly mac: string
  readonly peer: { readonly ifname: string; readonly mac: string }
  /** Index of the sandbox's end; the peer has the next one. Unique on the node, as when Docker makes each pair on the host. */
  readonly ifindex: number
}

export type Sandbox = {
  readonly kind: 'container' | 'ingress' | 'load-balancer'
  /** File name of its namespace. */
  readonly netns: string
  readonly service?: string
  readonly endpoints: Endpoint[]
  /** Ports that the routing mesh publishes for this task. */
  readonly ports: readonly PublishedPort[]
  /** Ports that the host maps straight to this container, without the mesh. */
  readonly hostPorts: readonly PublishedPort[]
  /** Random ports of Docker's resolver on 127.0.0.11; a container of one bridge network alone has them too. */
  readonly dns: { readonly tcp: number; readonly udp: number }
  /** Whether a process of the lab listens here, so that the sandbox has a pid. */
  readonly listens: boolean
}

/** The node under test, and the other end of its uplink, which plays the rest of the world. */
export type LabNode = {
  readonly generation: Generation
  readonly uplink: { readonly subnet: Subnet; readonly gateway: string; readonly mac: string }
  /** The other node of the swarm: its VTEP and one task on each overlay network, which answer in the wire namespace. */
  readonly remote: { readonly vtep: string; readonly tasks: ReadonlyMap<string, string> }
  readonly bridges: Bridge[]
  readonly overlays: Overlay[]
  readonly sandboxes: Sandbox[]
}

/** Docker's MAC of an overlay endpoint: 02:42 and the four bytes of its address. */
export function macOf(address: string): string {
  return `02:42:${address
    .split('.')
    .map(byte => Number(byte).toString(16).padStart(2, '0'))
    .join(':')}`
}

/** Hex digits that look random and are the same in every run. */
export function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}

/** A swarm id: `length` characters of base 36, the same in every run. */
export function swarmId(text: string, length = 25): string {
  return BigInt(`0x${digest(text, 40)}`)
    .toString(36)
    .slice(0, length)
}

/** A stable MAC for an end that Docker lets the kernel choose: local, unicast, and above every br0 of the seed text. */
export function stableMac(text: string): string {
  return `fe:${macText(digest(text, 10))}`
}

/** Hex digits as a MAC is written, in pairs with colons. */
export function macText(hex: string): string {
  return (hex.match(/../g) ?? []).join(':')
}

/** The `n`th address after a subnet's own. */
export function addressIn(subnet: Subnet, n: number): string {
  const base = subnet.address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  return [24, 16, 8, 0].map(shift => ((base + n) >>> shift) & 0xff).join('.')
}

/** The network of a gateway address, as rules write it: 172.18.0.1/16 is 172.18.0.0/16. */
export function networkOf({ address, prefixlen }: Subnet): string {
  const base = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const network = base - (base % 2 ** (32 - prefixlen))
  return `${[24, 16, 8, 0].map(shift => (network >>> shift) & 0xff).join('.')}/${prefixlen}`
}

type SandboxOptions = Pick<Sandbox, 'kind' | 'netns'> & Partial<Sandbox>

export function makeSandbox(options: SandboxOptions): Sandbox {
  const seed = Number.parseInt(digest(`dns ${options.netns}`, 8), 16)
  return {
    endpoints: [],
    ports: [],
    hostPorts: [],
    // Both in Linux' range of local ports, and never equal.
    dns: { tcp: 32768 + (seed % 14000), udp: 46768 + (seed % 14001) },
    listens: false,
    ...options,
  }
}

type JoinOptions = { ifindex: number; aliases?: readonly string[]; peerMac?: string }

/**
 * Joins a sandbox to a network as its next interface. Docker names the ports of an overlay's bridge veth0, veth1 and so
 * on, and those of a bridge on the host veth and seven hex digits.
 */
export function join(
  sandbox: Sandbox,
  network: Overlay | Bridge,
  address: string,
  options: JoinOptions,
): void {
  const ifname = `eth${sandbox.endpoints.length}`
  const key = `${sandbox.netns} ${ifname}`
  const port = network.driver === 'overlay' ? `veth${network.ports}` : `veth${digest(key, 7)}`
  network.ports++
  sandbox.endpoints.push({
    network,
    ifname,
    address,
    aliases: [...(options.aliases ?? [])],
    mac: macOf(address),
    peer: { ifname: port, mac: options.peerMac ?? stableMac(key) },
    ifindex: options.ifindex,
  })
}

/**
 * Joins a task to its networks, which are given in the order of Docker 17: as it joins them, the gateway bridge as soon
 * as a port is published. Later versions sort overlays by network name and put the gateway bridge last.
 */
export function joinTask(
  task: Sandbox,
  generation: Generation,
  joins: readonly (readonly [network: Overlay | Bridge, address: string, options: JoinOptions])[],
): void {
  const rank = (network: Overlay | Bridge) => (network.driver === 'overlay' ? `0${network.name}` : '1')
  const ordered = generation === 'old' ? joins : joins.toSorted(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
  for (const [network, address, options] of ordered) join(task, network, address, options)
}

export function isOverlay(network: Overlay | Bridge): network is Overlay {
  return network.driver === 'overlay'
}

/** The endpoint that holds the default route: the one on a bridge. A load-balancer sandbox of an overlay has none. */
export function gatewayOf(sandbox: Sandbox): (Endpoint & { readonly network: Bridge }) | undefined {
  for (const endpoint of sandbox.endpoints) {
    const { network } = endpoint
    if (network.driver === 'bridge') return { ...endpoint, network }
  }
  return undefined
}
