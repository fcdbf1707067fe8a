import { addressKey } from '../../snapshot/row-keys.ts'
import type { Endpoint, Network, Sandbox, SwarmService } from '../model.ts'
import { type Draft, type Mutable, warn } from './draft.ts'
import { isLive, type OwnerIndex, tasksOf } from './owners.ts'
import type { SandboxIndex } from './sandboxes.ts'
import { kernelRow, type NamespaceView, type NodeView, type World } from './world.ts'

/** Whose the VIPs on interfaces are, and which VIPs no load balancer has that should. */
export function resolveVips(draft: Draft, world: World, index: SandboxIndex, owners: OwnerIndex): void {
  const ofVip = vipOwners(draft)
  for (const view of world.views) {
    for (const namespace of view.namespaces) {
      const sandbox = index.byNamespace.get(namespace.key)
      if (sandbox && sandbox.endpoints.length > 0) loopbackVips(draft, namespace, sandbox, ofVip)
    }
  }
  for (const endpoint of draft.endpoints.list) nameVips(draft, endpoint, ofVip)
  for (const view of world.views) missingBalancers(draft, view, owners)
}

function nameVips(
  draft: Draft,
  endpoint: Mutable<Endpoint>,
  ofVip: ReadonlyMap<string, Mutable<SwarmService>>,
): void {
  for (const entry of endpoint.addresses) {
    if (entry.role !== 'vip') continue
    const service = ofVip.get(`${endpoint.network} ${entry.address}`)
    if (service) entry.service = service.id
    else if (isTold(draft.networks.byId[endpoint.network], endpoint))
      warn(endpoint, 'unknown-service', `no service of the daemon's has VIP ${entry.address}`, [
        entry.evidence,
      ])
  }
}

function vipOwners(draft: Draft): Map<string, Mutable<SwarmService>> {
  const owners = new Map<string, Mutable<SwarmService>>()
  for (const service of draft.services.list)
    for (const { network, vip } of service.networks)
      if (vip !== undefined) owners.set(`${network} ${vip}`, service)
  return owners
}

/** Whether the node's own daemon told of the network's services. */
function isTold(network: Mutable<Network> | undefined, { node }: Mutable<Endpoint>): boolean {
  return (
    network?.driver === 'overlay' && network.evidence.some(row => row.from === 'docker' && row.node === node)
  )
}

/** Docker 17.09 to 18.05, and DSR, put a task's VIPs on `lo`: they belong to the endpoint whose network has them. */
function loopbackVips(
  draft: Draft,
  namespace: NamespaceView,
  sandbox: Mutable<Sandbox>,
  owners: ReadonlyMap<string, Mutable<SwarmService>>,
): void {
  const lo = namespace.byName.get('lo')
  for (const address of (lo && namespace.addresses.get(lo.ifindex)) ?? []) {
    const { family, local, prefixlen } = address
    if (family !== 'inet' || prefixlen !== 32 || local.startsWith('127.')) continue
    const endpoints = sandbox.endpoints.flatMap(id => draft.endpoints.byId[id] ?? [])
    const endpoint =
      endpoints.find(({ network }) => owners.has(`${network} ${local}`)) ??
      endpoints.find(({ addresses }) => addresses.some(own => isInSubnet(local, own.address, own.prefixlen)))
    endpoint?.addresses.push({
      address: local,
      prefixlen,
      family,
      role: 'vip',
      ifname: 'lo',
      evidence: kernelRow(namespace, 'addresses', addressKey(address)),
    })
  }
}

/** Of IPv4 addresses alone: Docker gives no VIP of IPv6. */
function isInSubnet(address: string, other: string, prefixlen: number): boolean {
  const bits = 2 ** (32 - prefixlen)
  return Math.floor(number(address) / bits) === Math.floor(number(other) / bits)
}

function number(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

/** A service with a VIP and a task that runs has a virtual service in the network's load balancer on each node. */
function missingBalancers(draft: Draft, view: NodeView, owners: OwnerIndex): void {
  for (const service of draft.services.list) {
    for (const { network: id, vip, fwmarks } of service.networks) {
      if (vip === undefined || fwmarks[view.id] === undefined) continue
      const network = draft.networks.byId[id]
      const balancer = network?.instances.find(({ node }) => node === view.id)?.loadBalancer
      const sandbox = draft.sandboxes.byId[balancer ?? '']
      const sources = view.byId.get(sandbox?.namespace ?? '')?.row.sources ?? []
      if (!network || !sandbox || !sources.some(({ source, status }) => source === 'ipvs' && status === 'ok'))
        continue
      const isThere = service.virtualServices.some(virtual => {
        const found = draft.virtualServices.byId[virtual]
        return found?.sandbox === sandbox.id && found.service === service.id
      })
      const isNeeded = tasksOf(owners, service.id).some(
        task => isLive(task) && task.addresses.some(({ network: other }) => other === id),
      )
      if (isThere || !isNeeded) continue
      const message = `${sandbox.name} on ${view.hostname} has no virtual service for ${vip} on ${network.name}`
      warn(service, 'missing-virtual-service', message, [...service.evidence, ...sandbox.evidence])
    }
  }
}
