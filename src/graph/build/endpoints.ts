import { addressKey, linkKey } from '../../snapshot/row-keys.ts'
import type { Address, Link } from '../../snapshot/index.ts'
import type { RowRef } from '../evidence.ts'
import type { Endpoint, EndpointAddress, Network, Sandbox } from '../model.ts'
import { bridgedNetwork, kindOf, linkEnd, networkOfBridge } from './devices.ts'
import { addObject, type Draft, type Mutable, none, prepended, warn } from './draft.ts'
import { instanceOf } from './networks.ts'
import type { SandboxIndex } from './sandboxes.ts'
import { readTold, sandboxOfTold, takeTold, type ToldEndpoint } from './told.ts'
import { kernelRow, type NamespaceView, type NodeView, type World } from './world.ts'

/** What the kernel shows of a link: the network behind it, and how it gets there. */
type Wiring = Pick<Endpoint, 'peer' | 'parent'> & { readonly network?: Mutable<Network> | undefined }

/** Endpoints of a daemon that no link was found for yet, by sandbox and by MAC. */
type Pending = {
  readonly bySandbox: Map<string, ToldEndpoint[]>
  readonly byMac: Map<string, ToldEndpoint[]>
}

/** Links of sandboxes, joined with what the daemon calls endpoints: by MAC, else by address, else by network. */
export function resolveEndpoints(draft: Draft, world: World, index: SandboxIndex): void {
  for (const view of world.views) {
    const pending = sortTold(draft, view, index)
    for (const namespace of view.namespaces) {
      const sandbox = index.byNamespace.get(namespace.key)
      if (!sandbox || sandbox.kind === 'host' || sandbox.kind === 'overlay') continue
      joinLinks(draft, view, namespace, sandbox, pending)
    }
    for (const [id, list] of pending.bySandbox) {
      const sandbox = draft.sandboxes.byId[id]
      if (sandbox) for (const told of list) addWithoutLink(draft, view, sandbox, told)
    }
  }
}

function sortTold(draft: Draft, view: NodeView, index: SandboxIndex): Pending {
  const pending: Pending = { bySandbox: new Map(), byMac: new Map() }
  for (const told of readTold(draft, view)) {
    const sandbox = sandboxOfTold(draft, view, index, told)
    const [map, key] = sandbox ? [pending.bySandbox, sandbox.id] : [pending.byMac, told.mac]
    const list = map.get(key)
    if (list) list.push(told)
    else map.set(key, [told])
  }
  return pending
}

function joinLinks(
  draft: Draft,
  view: NodeView,
  namespace: NamespaceView,
  sandbox: Mutable<Sandbox>,
  pending: Pending,
): void {
  const gateways = defaultDevices(namespace)
  const candidates = pending.bySandbox.get(sandbox.id) ?? []
  const prefix = `endpoint:${sandbox.id.slice('sandbox:'.length)}/`
  for (const link of namespace.links) {
    if (link.link_type === 'loopback') continue
    const wiring = wiringOf(draft, view, namespace, link)
    const told =
      takeTold(candidates, namespace, link, wiring.network) ?? takeStray(pending, link, wiring, sandbox)
    const toldNetwork = told && draft.networks.byId[told.network]
    const network = wiring.network ?? toldNetwork
    if (!network) {
      missingPeer(namespace, sandbox, link)
      continue
    }
    const end = linkEnd(namespace, link)
    const endpoint: Mutable<Endpoint> = {
      type: 'endpoint',
      id: prefix + link.ifname,
      name: told?.name ?? `${sandbox.name} ${link.ifname}`,
      evidence: told ? prepended(end.evidence, told.evidence) : [end.evidence],
      warnings: none,
      node: view.id,
      network: network.id,
      sandbox: sandbox.id,
      addresses: addressesOf(namespace, link),
      link: end,
      mtu: link.mtu,
      isGateway: gateways.has(link.ifname),
    }
    if (told) endpoint.endpointId = told.endpointId
    if (link.address !== undefined) endpoint.mac = link.address
    if (wiring.peer) endpoint.peer = wiring.peer
    if (wiring.parent) endpoint.parent = wiring.parent
    compareWithTold(endpoint, told, wiring.network, toldNetwork, view)
    addEndpoint(draft, endpoint, network, sandbox)
  }
}

function addEndpoint(
  draft: Draft,
  endpoint: Mutable<Endpoint>,
  network: Mutable<Network>,
  sandbox: Mutable<Sandbox>,
): void {
  addObject(draft.endpoints, endpoint)
  network.endpoints.push(endpoint.id)
  sandbox.endpoints.push(endpoint.id)
}

function wiringOf(draft: Draft, view: NodeView, namespace: NamespaceView, link: Link): Wiring {
  const kind = kindOf(link)
  if (kind === 'macvlan' || kind === 'ipvlan') return parentWiring(draft, view, link)
  const there = link.peer && view.byId.get(link.peer.namespace)
  const end = there && link.peer && there.byIndex.get(link.peer.ifindex)
  if (!there || !end) return {}
  const peer: Mutable<NonNullable<Endpoint['peer']>> = linkEnd(there, end)
  if (end.master === undefined || there === namespace) return { peer }
  const bridge = there.byName.get(end.master)
  const known = bridge && bridgedNetwork(draft, there, bridge)
  const network =
    known ?? (bridge && kindOf(bridge) === 'bridge' ? networkOfBridge(draft, there, bridge) : undefined)
  peer.bridge = end.master
  return { peer, network }
}

/** macvlan and ipvlan name their parent by its index in the host; networks of the same parent are told apart by the daemon. */
function parentWiring(draft: Draft, view: NodeView, link: Link): Wiring {
  const parent = link.link_index === undefined ? undefined : view.host?.byIndex.get(link.link_index)
  if (!parent || !view.host) return {}
  const end = linkEnd(view.host, parent)
  const networks = draft.networks.list.filter(({ node, driver, instances }) => {
    const isHere = node === view.id && driver === kindOf(link)
    return isHere && instances.some(instance => instance.parent?.ifindex === parent.ifindex)
  })
  const [only] = networks
  return { parent: end, network: networks.length === 1 ? only : undefined }
}

/** An endpoint whose owner is no container: a build's, or the load balancer of Docker 18.06. */
function takeStray(
  pending: Pending,
  link: Link,
  { network }: Wiring,
  sandbox: Mutable<Sandbox>,
): ToldEndpoint | undefined {
  const list = link.address === undefined ? undefined : pending.byMac.get(link.address)
  const told = list?.find(stray => network === undefined || stray.network === network.id)
  if (!list || !told) return undefined
  list.splice(list.indexOf(told), 1)
  if (sandbox.kind !== 'container' || sandbox.containers.length > 0) return told
  sandbox.kind = told.owner.startsWith('lb-') ? 'load-balancer' : 'build'
  if (sandbox.kind === 'load-balancer') sandbox.network = told.network
  return told
}

function addressesOf(namespace: NamespaceView, link: Link): Mutable<EndpointAddress>[] {
  const addresses = namespace.addresses.get(link.ifindex) ?? []
  return addresses.map(address => endpointAddress(namespace, address, addresses))
}

export function endpointAddress(
  namespace: NamespaceView,
  address: Address,
  beside: readonly Address[],
): Mutable<EndpointAddress> {
  const { family, local, prefixlen } = address
  const isWhole = prefixlen === (family === 'inet' ? 32 : 128)
  const isAlias =
    isWhole &&
    beside.some(other => other.family === family && other.prefixlen < prefixlen && other.scope !== 'link')
  return {
    address: local,
    prefixlen,
    family,
    role: address.scope === 'link' ? 'link-local' : isAlias ? 'vip' : 'own',
    evidence: kernelRow(namespace, 'addresses', addressKey(address)),
  }
}

/** Devices of default routes. */
function defaultDevices({ row }: NamespaceView): ReadonlySet<string> {
  const devices = new Set<string>()
  for (const { dst, dev, type, table } of row.routes) {
    if (dst === 'default' && dev !== undefined && type === 'unicast' && (table ?? 'main') === 'main')
      devices.add(dev)
  }
  return devices
}

function missingPeer(namespace: NamespaceView, sandbox: Mutable<Sandbox>, link: Link): void {
  if (kindOf(link) !== 'veth' || link.peer) return
  const message = `the other end of ${link.ifname} is in no namespace that was read`
  warn(sandbox, 'no-peer', message, [kernelRow(namespace, 'links', linkKey(link))])
}

function compareWithTold(
  endpoint: Mutable<Endpoint>,
  told: ToldEndpoint | undefined,
  seen: Mutable<Network> | undefined,
  toldNetwork: Mutable<Network> | undefined,
  view: NodeView,
): void {
  const ifname = endpoint.link?.ifname ?? ''
  if (!told) {
    const isKnown = seen && view.networks?.some(({ Id }) => `network:${Id}` === seen.id)
    if (isKnown)
      warn(
        endpoint,
        'missing-endpoint',
        `the daemon has no endpoint for ${ifname} on ${seen.name}`,
        endpoint.evidence,
      )
    return
  }
  if (seen && toldNetwork && seen !== toldNetwork)
    differs(
      endpoint,
      `${ifname} is on ${seen.name}, the daemon says ${toldNetwork.name}`,
      endpoint.peer ? [endpoint.peer.evidence] : [],
    )
  if (told.mac !== '' && told.mac !== endpoint.mac)
    differs(endpoint, `${ifname} has MAC ${endpoint.mac}, the daemon says ${told.mac}`)
  for (const wanted of told.addresses) {
    const isThere = endpoint.addresses.some(({ address, prefixlen }) => `${address}/${prefixlen}` === wanted)
    if (!isThere) differs(endpoint, `${ifname} does not have ${wanted}, which the daemon gave it`)
  }
}

function differs(endpoint: Mutable<Endpoint>, message: string, rows: readonly RowRef[] = []): void {
  warn(endpoint, 'differs', message, [...endpoint.evidence, ...rows])
}

/** Networks `host` and `none` have endpoints without a link; on others it is missing. */
function addWithoutLink(draft: Draft, view: NodeView, sandbox: Mutable<Sandbox>, told: ToldEndpoint): void {
  const network = draft.networks.byId[told.network]
  if (!network) return
  const endpoint: Mutable<Endpoint> = {
    type: 'endpoint',
    id: `endpoint:${sandbox.id.slice('sandbox:'.length)}/${told.endpointId}`,
    name: told.name,
    evidence: told.evidence,
    warnings: [],
    endpointId: told.endpointId,
    node: view.id,
    network: network.id,
    sandbox: sandbox.id,
    ...(told.mac !== '' && { mac: told.mac }),
    addresses: told.addresses.map(text => toldAddress(text, told.evidence)),
    isGateway: false,
  }
  const isExpected = network.driver !== 'host' && network.driver !== 'null' && sandbox.namespace !== undefined
  const hasLinks = view.byId.get(sandbox.namespace ?? '')?.row.sources.some(isReadLinks) ?? false
  if (isExpected && hasLinks)
    warn(
      endpoint,
      'missing-link',
      `no link of ${sandbox.name} is the endpoint on ${network.name}`,
      told.evidence,
    )
  instanceOf(network, view.id)
  addEndpoint(draft, endpoint, network, sandbox)
}

function isReadLinks({ source, status }: { readonly source: string; readonly status: string }): boolean {
  return source === 'rtnl.links' && status === 'ok'
}

function toldAddress(text: string, evidence: readonly RowRef[]): Mutable<EndpointAddress> {
  const [address = '', prefix] = text.split('/')
  const family = address.includes(':') ? 'inet6' : 'inet'
  const prefixlen = Number(prefix ?? (family === 'inet' ? 32 : 128))
  return { address, prefixlen, family, role: 'own', evidence: evidence[0] as RowRef }
}
