import type { DockerNetwork } from '../../snapshot/index.ts'
import type { RowRef } from '../evidence.ts'
import { pointer } from '../evidence.ts'
import type { Network, NetworkInstance, NetworkRole } from '../model.ts'
import { addObject, type Draft, include, type Mutable, warn } from './draft.ts'
import { dockerRow, type NodeView, type World } from './world.ts'

const MTU_OPTION = 'com.docker.network.driver.mtu'
const VNI_OPTION = 'com.docker.network.driver.overlay.vxlanid_list'

/** Every network that a daemon named. What only the kernel has comes with the namespaces and links that show it. */
export function resolveDockerNetworks(draft: Draft, world: World): void {
  for (const view of world.views) {
    for (const row of view.networks ?? []) {
      const id = `network:${row.Id}`
      const known = draft.networks.byId[id]
      const network = known ?? fromDocker(view, row)
      if (known) complete(network, row)
      else addObject(draft.networks, network)
      network.evidence.push(dockerRow(view.id, 'networks', row.Id))
      if (row.Scope === 'local') instanceOf(network, view.id)
    }
  }
}

function fromDocker(view: NodeView, row: DockerNetwork): Mutable<Network> {
  const mtu = Number(row.Options[MTU_OPTION])
  return {
    ...emptyNetwork(`network:${row.Id}`, row.Name, row.Driver, row.Scope),
    networkId: row.Id,
    role: roleOf(row),
    ...(row.Scope === 'local' && { node: view.id }),
    subnets: row.IPAM.Config.flatMap(({ Subnet, Gateway }) =>
      Subnet === undefined ? [] : [{ subnet: Subnet, ...(Gateway !== undefined && { gateway: Gateway }) }],
    ),
    vnis: vnisOf(row),
    ...(mtu > 0 && { mtu }),
    isEncrypted: 'encrypted' in row.Options,
    isAttachable: row.Attachable,
    isInternal: row.Internal,
    ...(row.Driver === 'overlay' && { lbMode: 'dsr' in row.Options ? 'dsr' : 'nat' }),
  }
}

/** What another node knew less of: a worker's network may have come first. */
function complete(network: Mutable<Network>, row: DockerNetwork): void {
  for (const vni of vnisOf(row)) include(network.vnis, vni)
  if (network.driver === '') network.driver = row.Driver
  if ('encrypted' in row.Options) network.isEncrypted = true
  for (const { Subnet, Gateway } of row.IPAM.Config) {
    if (Subnet === undefined || network.subnets.some(({ subnet }) => subnet === Subnet)) continue
    network.subnets.push({ subnet: Subnet, ...(Gateway !== undefined && { gateway: Gateway }) })
  }
}

function vnisOf({ Options }: DockerNetwork): number[] {
  return (Options[VNI_OPTION] ?? '')
    .split(',')
    .map(Number)
    .filter(vni => vni > 0)
}

function roleOf({ Ingress, Name, Driver, Options }: DockerNetwork): NetworkRole {
  if (Ingress) return 'ingress'
  if (Name === 'docker_gwbridge') return 'gwbridge'
  const isDefault = Options['com.docker.network.bridge.default_bridge'] === 'true'
  return Driver === 'bridge' && isDefault ? 'default-bridge' : 'user'
}

/** A network of which nothing is known yet. */
export function emptyNetwork(id: string, name: string, driver: string, scope: string): Mutable<Network> {
  return {
    type: 'network',
    id,
    name,
    evidence: [],
    warnings: [],
    driver,
    scope,
    role: 'user',
    subnets: [],
    vnis: [],
    isEncrypted: false,
    isAttachable: false,
    isInternal: false,
    instances: [],
    endpoints: [],
    services: [],
    peers: [],
  }
}

/** What a node has of a network; there from the first time that it is asked for. */
export function instanceOf(network: Mutable<Network>, node: string): Mutable<NetworkInstance> {
  const known = network.instances.find(instance => instance.node === node)
  if (known) return known
  const instance: Mutable<NetworkInstance> = { node, bridges: [], tunnels: [] }
  network.instances.push(instance)
  return instance
}

/** Says where the kernel's VNIs are not those of the daemon. Asked when all tunnels are known. */
export function compareTunnels(draft: Draft, world: World): void {
  for (const network of draft.networks.list) {
    const told = new Set(network.vnis)
    const missing: number[] = []
    for (const instance of network.instances) {
      for (const tunnel of instance.tunnels) {
        if (tunnel.vni === undefined || told.has(tunnel.vni)) continue
        missing.push(tunnel.vni)
        if (told.size === 0) continue
        const vnis = [...told].join(', ')
        const sides = [tunnel.evidence, ...vniEvidence(network, world)]
        warn(network, 'differs', `${tunnel.ifname} has VNI ${tunnel.vni}, the daemon says ${vnis}`, sides)
      }
    }
    for (const vni of missing) include(network.vnis, vni)
  }
}

function vniEvidence({ networkId }: Mutable<Network>, { views }: World): RowRef[] {
  const view = views.find(({ networks }) => networks?.some(({ Id }) => Id === networkId))
  return view ? [dockerRow(view.id, 'networks', networkId ?? '', pointer('Options', VNI_OPTION))] : []
}
