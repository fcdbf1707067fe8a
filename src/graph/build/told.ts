import type { DockerNetwork, Link } from '../../snapshot/index.ts'
import { extended, pointer, type RowRef } from '../evidence.ts'
import type { Network, Sandbox } from '../model.ts'
import { added, type Draft, type Mutable } from './draft.ts'
import { instanceOf } from './networks.ts'
import type { SandboxIndex } from './sandboxes.ts'
import { dockerRow, entriesOf, keysOf, type NamespaceView, type NodeView } from './world.ts'

/** An endpoint as a daemon tells of it, from its network, its container, or both. */
export type ToldEndpoint = {
  readonly network: string
  readonly endpointId: string
  /** A container id, `lb-NAME`, `ingress-sbox`, `ep-…`. */
  readonly owner: string
  name: string
  mac: string
  /** With prefix lengths. */
  readonly addresses: string[]
  evidence: RowRef[]
}

/** All of them, by endpoint id. */
export function readTold(draft: Draft, view: NodeView): ToldEndpoint[] {
  const told = new Map<string, ToldEndpoint>()
  for (const network of view.networks ?? []) {
    const id = `network:${network.Id}`
    const place = pointer('Containers')
    for (const owner of keysOf(network.Containers)) {
      const row = network.Containers[owner] as ToldContainer
      told.set(row.EndpointID, {
        network: id,
        endpointId: row.EndpointID,
        owner,
        name: row.Name,
        mac: row.MacAddress.toLowerCase(),
        addresses: ownAddresses(row.IPv4Address, row.IPv6Address),
        evidence: [dockerRow(view.id, 'networks', network.Id, extended(place, owner))],
      })
    }
  }
  for (const container of view.containers ?? []) {
    for (const [name, row] of entriesOf(container.NetworkSettings.Networks)) {
      if (row.EndpointID === '') continue
      const evidence = dockerRow(
        view.id,
        'containers',
        container.Id,
        pointer('NetworkSettings', 'Networks', name),
      )
      const known = told.get(row.EndpointID)
      if (known) {
        known.evidence = added(known.evidence, evidence)
        continue
      }
      if (!(`network:${row.NetworkID}` in draft.networks.byId)) continue
      told.set(row.EndpointID, {
        network: `network:${row.NetworkID}`,
        endpointId: row.EndpointID,
        owner: container.Id,
        name: container.Name,
        mac: row.MacAddress.toLowerCase(),
        addresses: ownAddresses(
          row.IPAddress && `${row.IPAddress}/${row.IPPrefixLen}`,
          row.GlobalIPv6Address && `${row.GlobalIPv6Address}/${row.GlobalIPv6PrefixLen}`,
        ),
        evidence: [evidence],
      })
    }
  }
  return [...told.values()]
}

type ToldContainer = DockerNetwork['Containers'][string]

/** Both families have an empty text where there is no address. */
function ownAddresses(inet: string, inet6: string): string[] {
  if (inet6 === '') return inet === '' ? [] : [inet]
  return inet === '' ? [inet6] : [inet, inet6]
}

/** Whose endpoint it is, by what the daemon calls its owner; undefined for a build, and for an endpoint without sandbox. */
export function sandboxOfTold(
  draft: Draft,
  view: NodeView,
  index: SandboxIndex,
  told: ToldEndpoint,
): Mutable<Sandbox> | undefined {
  const container = draft.containersByDockerId.get(told.owner)
  if (container) return container.sandbox === undefined ? undefined : draft.sandboxes.byId[container.sandbox]
  if (told.owner === 'ingress-sbox') return index.byFile.get(`${view.id} ingress_sbox`)
  // The default route's endpoint is named after the sandbox (default_gateway.go of libnetwork).
  const gateway = /^gateway_([0-9a-f]{12})$/.exec(told.name)?.[1]
  if (gateway !== undefined) return index.byFile.get(`${view.id} ${gateway}`)
  if (!told.owner.startsWith('lb-')) return undefined
  const network = draft.networks.byId[told.network]
  const balancer = network && instanceOf(network, view.id).loadBalancer
  return balancer === undefined ? undefined : draft.sandboxes.byId[balancer]
}

/** The daemon's endpoint for a link of its sandbox. */
export function takeTold(
  candidates: ToldEndpoint[],
  namespace: NamespaceView,
  link: Link,
  network: Mutable<Network> | undefined,
): ToldEndpoint | undefined {
  if (candidates.length === 0) return undefined
  let best: ToldEndpoint | undefined
  let bestRank = UNLIKE
  for (const told of candidates) {
    const rank = likeness(namespace, link, told, network)
    if (rank >= bestRank) continue
    best = told
    bestRank = rank
    if (rank === 0) break
  }
  if (best) candidates.splice(candidates.indexOf(best), 1)
  return best
}

const UNLIKE = 4

/** How well what the daemon says fits a link: 0 best, `UNLIKE` not at all. */
function likeness(
  namespace: NamespaceView,
  link: Link,
  told: ToldEndpoint,
  network: Mutable<Network> | undefined,
): number {
  const isHere = network === undefined || told.network === network.id
  const hasMac = told.mac === link.address
  if (isHere && hasMac) return 0
  if (isHere && hasAddress(namespace, link, told)) return 1
  if (hasMac && told.mac !== '') return 2
  return isHere && network !== undefined ? 3 : UNLIKE
}

function hasAddress(namespace: NamespaceView, { ifindex }: Link, { addresses }: ToldEndpoint): boolean {
  const own = namespace.addresses.get(ifindex) ?? []
  return addresses.some(address => own.some(({ local }) => local === withoutPrefix(address)))
}

function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? ''
}
