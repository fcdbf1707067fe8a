/**
 * What Docker chose for a scenario that is up: addresses, names, marks. Shell text and probes hold them in braces.
 *
 * - `{node1}`: the node's address; `{mesh.node1}` and `{gateway.node1}`: its ingress_sbox on ingress and on docker_gwbridge
 * - `{vip.web.app}`: a service's virtual address on a network, and `{mark.web.node1.app}` the mark of it on a node
 * - `{task.web.node2.app}`: the address of its task on a node; `{mac.web.node2.app}`: the MAC that overlays give it
 * - `{container.shed.yard}`: the address of a container on a network of its node
 * - `{id.web.node2}`, `{id.shed}`: ids of containers
 */
import type { Swarm, SwarmNode } from '../swarm/index.ts'
import { inPlace, type Sandboxes } from './place.ts'

export type Facts = Readonly<Record<string, string>>

type Address = { readonly Addr: string; readonly NetworkID: string }
type Named = { readonly ID: string; readonly Spec: { readonly Name: string } }
type Service = Named & { readonly Endpoint?: { readonly VirtualIPs?: readonly Address[] } }
type Task = {
  readonly ServiceID: string
  readonly NodeID: string
  readonly Status: { readonly State: string; readonly ContainerStatus?: { readonly ContainerID?: string } }
  readonly NetworksAttachments?: readonly {
    readonly Network: Named
    readonly Addresses?: readonly string[]
  }[]
}
type Container = {
  readonly Id: string
  readonly NetworkSettings: {
    readonly SandboxKey: string
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>
  }
}
type Verbose = { readonly Services?: Readonly<Record<string, { readonly LocalLBIndex?: number }>> }

export type World = { readonly facts: Facts; readonly sandboxes: Sandboxes }

/** Asks the swarm. Containers that stand alone are found by their name, without its slash. */
export async function lookAround(swarm: Swarm, standalone: readonly string[] = []): Promise<World> {
  const { manager, nodes } = swarm
  const facts: Record<string, string> = {}
  const sandboxes = new Map<string, string>()
  const [services, tasks, members, networks] = await Promise.all([
    manager.docker.get<Service[]>('/services'),
    manager.docker.get<Task[]>('/tasks?filters={"desired-state":["running"]}'),
    manager.docker.get<{ ID: string; Description: { Hostname: string } }[]>('/nodes'),
    manager.docker.get<{ Id: string; Name: string; Driver: string }[]>('/networks'),
  ])
  const overlays = networks.filter(({ Driver }) => Driver === 'overlay')
  for (const { Id, Name } of overlays) sandboxes.set(`network ${Name}`, Id)
  for (const { Spec, Endpoint } of services) {
    for (const { Addr, NetworkID } of Endpoint?.VirtualIPs ?? []) {
      const network = networks.find(({ Id }) => Id === NetworkID)?.Name
      if (network) facts[`vip.${Spec.Name}.${network}`] = withoutLength(Addr)
    }
  }
  for (const { ServiceID, NodeID, Status, NetworksAttachments = [] } of tasks) {
    if (Status.State !== 'running') continue
    const service = services.find(({ ID }) => ID === ServiceID)?.Spec.Name
    const node = members.find(({ ID }) => ID === NodeID)?.Description.Hostname
    facts[`id.${service}.${node}`] = Status.ContainerStatus?.ContainerID ?? ''
    for (const { Network, Addresses = [] } of NetworksAttachments) {
      const name = `${service}.${node}.${Network.Spec.Name}`
      const address = withoutLength(Addresses[0] ?? '')
      facts[`task.${name}`] = address
      facts[`mac.${name}`] = macOf(address)
    }
  }
  await Promise.all(
    nodes.map(async node => {
      facts[node.name] = node.address
      await lookAtContainers(node, standalone, facts, sandboxes)
      for (const { Name } of overlays) await lookAtMarks(node, Name, facts)
      const ingress = { node: node.name, kind: 'ingress' } as const
      const addresses = JSON.parse(await inPlace(swarm, sandboxes, ingress, ['ip', '-j', '-4', 'addr'])) as {
        ifname: string
        addr_info: { local: string; prefixlen: number }[]
      }[]
      const own = (name: string): string =>
        addresses.find(({ ifname }) => ifname === name)?.addr_info.find(({ prefixlen }) => prefixlen < 32)
          ?.local ?? ''
      facts[`mesh.${node.name}`] = own('eth0')
      facts[`gateway.${node.name}`] = own('eth1')
    }),
  )
  return { facts, sandboxes }
}

/** Names of the containers that stand alone, of what was learned of them. */
export function standaloneIn(facts: Facts): string[] {
  return Object.keys(facts).flatMap(name => /^id\.([^.]+)$/.exec(name)?.[1] ?? [])
}

async function lookAtContainers(
  node: SwarmNode,
  standalone: readonly string[],
  facts: Record<string, string>,
  sandboxes: Map<string, string>,
): Promise<void> {
  const running =
    await node.docker.get<{ Id: string; Names: string[]; Labels: Record<string, string> }[]>(
      '/containers/json',
    )
  for (const { Id, Names, Labels } of running) {
    const alone = Names[0]?.slice(1) ?? ''
    const name = Labels['com.docker.swarm.service.name'] ?? alone
    if (name === alone && !standalone.includes(name)) continue
    const { NetworkSettings } = await node.docker.get<Container>(`/containers/${Id}/json`)
    // A task that is ending may still be there beside its service's task.
    if (name === alone || facts[`id.${name}.${node.name}`] === Id)
      sandboxes.set(`${name}@${node.name}`, NetworkSettings.SandboxKey)
    if (name !== alone) continue
    facts[`id.${name}`] = Id
    for (const [network, { IPAddress }] of Object.entries(NetworkSettings.Networks))
      facts[`container.${name}.${network}`] = IPAddress
  }
}

async function lookAtMarks(node: SwarmNode, network: string, facts: Record<string, string>): Promise<void> {
  // A worker knows an overlay when it has a task on it.
  const path = `/networks/${network}?verbose=true`
  const { Services = {} } = await node.docker.get<Verbose>(path).catch((): Verbose => ({}))
  for (const [service, { LocalLBIndex = 0 }] of Object.entries(Services)) {
    if (LocalLBIndex > 0) facts[`mark.${service}.${node.name}.${network}`] = String(LocalLBIndex)
  }
}

/** Puts facts in. @throws Error when one is not known */
export function fill(text: string, facts: Facts): string {
  // Not `${x}` of a shell, and not braces with spaces, which nft has.
  return text.replaceAll(/(?<!\$)\{([\w.-]+)\}/g, (_, name: string) => {
    const fact = facts[name]
    if (fact === undefined || fact === '') throw new Error(`unknown here: {${name}}`)
    return fact
  })
}

/** The MAC of an endpoint of an overlay: 02:42 and the four bytes of its address. */
function macOf(address: string): string {
  const bytes = address.split('.').map(byte => Number(byte).toString(16).padStart(2, '0'))
  return ['02', '42', ...bytes].join(':')
}

function withoutLength(address: string): string {
  return address.split('/')[0] ?? ''
}
