import { linkKey } from '../../snapshot/row-keys.ts'
import type { DockerNetwork, Link } from '../../snapshot/index.ts'
import type { LinkEnd, Network } from '../model.ts'
import { addObject, type Draft, type Mutable, warn } from './draft.ts'
import { emptyNetwork, instanceOf } from './networks.ts'
import { kernelRow, type NamespaceView, type NodeView, type World } from './world.ts'

/** How many characters of a network's id every file name keeps: `lb_` leaves nine of Docker's twelve. */
const KEPT = 9

export function linkEnd(namespace: NamespaceView, link: Link): LinkEnd {
  const end: Mutable<LinkEnd> = {
    node: namespace.node,
    namespace: namespace.row.id,
    ifindex: link.ifindex,
    ifname: link.ifname,
    evidence: kernelRow(namespace, 'links', linkKey(link)),
  }
  if (link.address !== undefined) end.mac = link.address
  return end
}

export function kindOf(link: Link): string {
  return link.linkinfo?.info_kind ?? ''
}

/** Beginning of the network id in the name of an overlay's or a load balancer's namespace file. */
export function networkPrefix(fileName: string): string | undefined {
  return /^(?:\d+-|lb_)(.+)$/.exec(fileName)?.[1]
}

/** Bridges and tunnels of overlay namespaces, bridges of the host, parents of macvlan: what networks are made of. */
export function resolveDevices(draft: Draft, world: World): void {
  for (const view of world.views) {
    for (const namespace of view.namespaces) {
      if (namespace.row.kind === 'overlay') overlayDevices(draft, namespace)
    }
    if (view.host) hostDevices(draft, view, view.host)
  }
}

function overlayDevices(draft: Draft, namespace: NamespaceView): void {
  const network = networkOfFile(draft, namespace)
  if (!network) return
  const instance = instanceOf(network, namespace.node)
  instance.namespace = namespace.row.id
  for (const link of namespace.links) {
    if (kindOf(link) === 'bridge') {
      setBridge(draft, network, namespace, link)
      instance.bridges.push(linkEnd(namespace, link))
      if (network.isIdCut) network.subnets.push(...subnetsOf(namespace, link))
      instance.mtu ??= link.mtu
    }
    if (kindOf(link) !== 'vxlan') continue
    const { id, port } = link.linkinfo?.info_data ?? {}
    instance.mtu ??= link.mtu
    instance.tunnels.push({
      ...linkEnd(namespace, link),
      ...(typeof id === 'number' && { vni: id }),
      ...(typeof port === 'number' && { port }),
      ...(link.master !== undefined && { bridge: link.master }),
    })
  }
  network.evidence.push(kernelRow(namespace, 'namespace', '', '/name'))
}

/** The overlay network whose id begins as the file's name says; made when only the kernel has it. */
export function networkOfFile(draft: Draft, namespace: NamespaceView): Mutable<Network> | undefined {
  const prefix = networkPrefix(namespace.row.name)
  if (prefix === undefined) return undefined
  const candidates = draft.networks.list.filter(({ networkId, isIdCut, driver }) =>
    isIdCut
      ? networkId?.slice(0, KEPT) === prefix.slice(0, KEPT)
      : driver !== 'bridge' && networkId?.startsWith(prefix),
  )
  const [only] = candidates
  if (only && candidates.length === 1) return only
  if (only) {
    const names = candidates.map(({ name }) => name).join(', ')
    const row = kernelRow(namespace, 'namespace', '', '/name')
    for (const network of candidates)
      warn(network, 'ambiguous', `${namespace.row.name} may be the namespace of ${names}`, [row])
    return undefined
  }
  const network: Mutable<Network> = {
    ...emptyNetwork(`network:${prefix.slice(0, KEPT)}`, prefix, 'overlay', 'swarm'),
    networkId: prefix,
    isIdCut: true,
  }
  addObject(draft.networks, network)
  return network
}

function hostDevices(draft: Draft, view: NodeView, host: NamespaceView): void {
  for (const row of view.networks ?? []) {
    const network = draft.networks.byId[`network:${row.Id}`]
    if (!network || row.Scope !== 'local') continue
    const instance = instanceOf(network, view.id)
    if (row.Driver === 'macvlan' || row.Driver === 'ipvlan') {
      const parent = host.byName.get(row.Options['parent'] ?? `dm-${row.Id.slice(0, 12)}`)
      if (parent) instance.parent = linkEnd(host, parent)
      continue
    }
    if (row.Driver === 'host' || row.Driver === 'null' || row.ConfigOnly) continue
    const link = host.byName.get(bridgeName(row)) ?? bridgeOfGateway(host, row)
    if (link) addBridge(draft, network, host, link)
    else if (row.Driver === 'bridge')
      warn(network, 'missing-device', `the host has no bridge ${bridgeName(row)}`, [...network.evidence])
  }
  if (view.networks) return
  for (const link of host.links) if (dockerBridge.test(link.ifname)) networkOfBridge(draft, host, link)
}

const dockerBridge = /^(?:docker0|docker_gwbridge|br-[0-9a-f]{12})$/

/** libnetwork names a bridge after the network unless an option does (drivers/bridge of moby). */
function bridgeName({ Id, Options }: DockerNetwork): string {
  const named = Options['com.docker.network.bridge.name']
  if (named) return named
  const isDefault = Options['com.docker.network.bridge.default_bridge'] === 'true'
  return isDefault ? 'docker0' : `br-${Id.slice(0, 12)}`
}

/** The bridge that has the network's gateway: plugins name theirs as they like. */
function bridgeOfGateway(host: NamespaceView, { IPAM }: DockerNetwork): Link | undefined {
  const gateways = new Set(IPAM.Config.flatMap(({ Gateway }) => (Gateway === undefined ? [] : [Gateway])))
  return host.links.find(
    link =>
      kindOf(link) === 'bridge' && host.addresses.get(link.ifindex)?.some(({ local }) => gateways.has(local)),
  )
}

function addBridge(draft: Draft, network: Mutable<Network>, namespace: NamespaceView, link: Link): void {
  const instance = instanceOf(network, namespace.node)
  const end = linkEnd(namespace, link)
  if (instance.bridges.some(({ ifindex }) => ifindex === link.ifindex)) return
  instance.namespace = namespace.row.id
  setBridge(draft, network, namespace, link)
  instance.bridges.push(end)
  instance.mtu ??= link.mtu
  network.evidence.push(end.evidence)
}

/** The network that a bridge outside of overlays is; made when no daemon named it. */
export function networkOfBridge(draft: Draft, namespace: NamespaceView, link: Link): Mutable<Network> {
  const known = bridgedNetwork(draft, namespace, link)
  if (known) return known
  const place = namespace.row.kind === 'host' ? '' : `${namespace.row.id}/`
  const id = `network:${namespace.node.slice('node:'.length)}/${place}${link.ifname}`
  const name = link.ifname === 'docker0' ? 'bridge' : link.ifname
  const network: Mutable<Network> = {
    ...emptyNetwork(id, name, 'bridge', 'local'),
    node: namespace.node,
    role:
      link.ifname === 'docker_gwbridge' ? 'gwbridge' : link.ifname === 'docker0' ? 'default-bridge' : 'user',
    ...(/^br-[0-9a-f]{12}$/.test(link.ifname) && { networkId: link.ifname.slice(3), isIdCut: true as const }),
  }
  addObject(draft.networks, network)
  network.subnets.push(...subnetsOf(namespace, link))
  addBridge(draft, network, namespace, link)
  return network
}

/** What the addresses of a bridge say of a network that no daemon told of: each is the gateway of a subnet. */
function subnetsOf(namespace: NamespaceView, link: Link): { subnet: string; gateway: string }[] {
  const own = namespace.addresses.get(link.ifindex) ?? []
  return own.flatMap(({ family, local, prefixlen }) =>
    family === 'inet' ? [{ subnet: subnetOf(local, prefixlen), gateway: local }] : [],
  )
}

function subnetOf(address: string, prefixlen: number): string {
  const bits = 2 ** (32 - prefixlen)
  const base = address.split('.').reduce((total, byte) => total * 256 + Number(byte), 0)
  const first = Math.floor(base / bits) * bits
  return `${[24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefixlen}`
}

function setBridge(
  { bridges }: Draft,
  network: Mutable<Network>,
  { key }: NamespaceView,
  { ifindex }: Link,
): void {
  const ofNamespace = bridges.get(key)
  if (ofNamespace) ofNamespace.set(ifindex, network)
  else bridges.set(key, new Map([[ifindex, network]]))
}

/** The network that a bridge is known to be of. */
export function bridgedNetwork(
  { bridges }: Draft,
  { key }: NamespaceView,
  { ifindex }: Link,
): Mutable<Network> | undefined {
  return bridges.get(key)?.get(ifindex)
}
