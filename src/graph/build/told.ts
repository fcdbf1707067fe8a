import { pointer, type RowRef } from '../evidence.ts'
import type { Sandbox } from '../model.ts'
import { added, type Draft, type Mutable } from './draft.ts'
import { instanceOf } from './networks.ts'
import type { SandboxIndex } from './sandboxes.ts'
import { dockerRow, entriesOf, type NodeView } from './world.ts'

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
    for (const [owner, row] of entriesOf(network.Containers)) {
      told.set(row.EndpointID, {
        network: `network:${network.Id}`,
        endpointId: row.EndpointID,
        owner,
        name: row.Name,
        mac: row.MacAddress.toLowerCase(),
        addresses: [row.IPv4Address, row.IPv6Address].filter(address => address !== ''),
        evidence: [dockerRow(view.id, 'networks', network.Id, pointer('Containers', owner))],
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
      if (!draft.networks.has(`network:${row.NetworkID}`)) continue
      told.set(row.EndpointID, {
        network: `network:${row.NetworkID}`,
        endpointId: row.EndpointID,
        owner: container.Id,
        name: container.Name,
        mac: row.MacAddress.toLowerCase(),
        addresses: [
          ...(row.IPAddress === '' ? [] : [`${row.IPAddress}/${row.IPPrefixLen}`]),
          ...(row.GlobalIPv6Address === '' ? [] : [`${row.GlobalIPv6Address}/${row.GlobalIPv6PrefixLen}`]),
        ],
        evidence: [evidence],
      })
    }
  }
  return [...told.values()]
}

/** Whose endpoint it is, by what the daemon calls its owner; undefined for a build, and for an endpoint without sandbox. */
export function sandboxOfTold(
  draft: Draft,
  view: NodeView,
  index: SandboxIndex,
  told: ToldEndpoint,
): Mutable<Sandbox> | undefined {
  const container = draft.containers.get(`container:${told.owner}`)
  if (container) return container.sandbox === undefined ? undefined : draft.sandboxes.get(container.sandbox)
  if (told.owner === 'ingress-sbox') return index.byFile.get(`${view.id} ingress_sbox`)
  // The default route's endpoint is named after the sandbox (default_gateway.go of libnetwork).
  const gateway = /^gateway_([0-9a-f]{12})$/.exec(told.name)?.[1]
  if (gateway !== undefined) return index.byFile.get(`${view.id} ${gateway}`)
  if (!told.owner.startsWith('lb-')) return undefined
  const network = draft.networks.get(told.network)
  const balancer = network && instanceOf(network, view.id).loadBalancer
  return balancer === undefined ? undefined : draft.sandboxes.get(balancer)
}
