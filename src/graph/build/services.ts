import type { DockerNetworkService, DockerService } from '../../snapshot/index.ts'
import { pointer, type RowRef } from '../evidence.ts'
import type { ServiceNetwork, ServicePort, SwarmService } from '../model.ts'
import { added, addEdge, addObject, type Draft, include, type Mutable, warn } from './draft.ts'
import { byKey, dockerRow, entriesOf, type NodeView, type World } from './world.ts'

const SERVICE_ID = 'com.docker.swarm.service.id'
const SERVICE_NAME = 'com.docker.swarm.service.name'
const STACK = 'com.docker.stack.namespace'

/** Services by name, which is what the gossip of a network calls them by. */
export type ServiceIndex = ReadonlyMap<string, Mutable<SwarmService>>

/**
 * Services as managers list them, as networks tell of them on every node, and as the labels of containers name them. A
 * service that only a network told of has no id.
 */
export function resolveServices(draft: Draft, world: World): ServiceIndex {
  const byName = new Map<string, Mutable<SwarmService>>()
  for (const view of world.views) {
    for (const row of view.snapshot.docker?.services?.toSorted(byKey(({ ID }) => ID)) ?? []) {
      const known = draft.services.byId[`service:${row.ID}`]
      const service = known ?? addService(draft, row.ID, row.Spec.Name)
      service.evidence.push(dockerRow(view.id, 'services', row.ID))
      if (!known) fill(draft, service, row)
      byName.set(row.Spec.Name, service)
    }
  }
  for (const view of world.views) fromLabels(draft, view, byName)
  for (const view of world.views) {
    for (const network of view.networks ?? []) {
      for (const [name, row] of entriesOf(network.Services)) {
        if (name === '') continue
        const service = byName.get(name) ?? addService(draft, undefined, name)
        byName.set(name, service)
        const place = pointer('Services', name)
        join(service, `network:${network.Id}`, row, view, dockerRow(view.id, 'networks', network.Id, place))
      }
    }
  }
  for (const service of draft.services.list) finishService(draft, service)
  return byName
}

function addService(draft: Draft, serviceId: string | undefined, name: string): Mutable<SwarmService> {
  const service: Mutable<SwarmService> = {
    type: 'service',
    id: `service:${serviceId ?? name}`,
    name,
    evidence: [],
    warnings: [],
    ...(serviceId !== undefined && { serviceId }),
    networks: [],
    ports: [],
    tasks: [],
    virtualServices: [],
    publishedPorts: [],
  }
  addObject(draft.services, service)
  return service
}

function fill(draft: Draft, service: Mutable<SwarmService>, row: DockerService): void {
  const { Spec, Endpoint, ServiceStatus } = row
  service.mode = Spec.EndpointMode === 'dnsrr' ? 'dnsrr' : 'vip'
  service.image = Spec.Image
  const schedule = scheduleOf(Spec.Mode)
  if (schedule !== undefined) service.schedule = schedule
  if (ServiceStatus) {
    service.runningTasks = ServiceStatus.RunningTasks
    service.desiredTasks = ServiceStatus.DesiredTasks
  }
  const stack = Spec.Labels[STACK]
  if (stack !== undefined) service.stack = stack
  service.ports = Endpoint.Ports.map(port => ({
    protocol: port.Protocol,
    targetPort: port.TargetPort,
    ...(port.PublishedPort !== undefined && port.PublishedPort > 0 && { publishedPort: port.PublishedPort }),
    publishMode: port.PublishMode === 'host' ? 'host' : 'ingress',
  }))
  for (const { NetworkID, Addr } of Endpoint.VirtualIPs) {
    const network = networkOf(service, `network:${NetworkID}`)
    const vip = Addr?.split('/')[0]
    if (vip) network.vip = vip
  }
  // An old client wrote names where ids are now.
  const byName = new Map(draft.networks.list.map(network => [network.name, network.id]))
  for (const { Target } of Spec.Networks) {
    const id = `network:${Target}`
    networkOf(service, id in draft.networks.byId ? id : (byName.get(Target) ?? id))
  }
}

function scheduleOf(mode: DockerService['Spec']['Mode']): string | undefined {
  if (mode.Replicated) return 'replicated'
  if (mode.Global) return 'global'
  if (mode.ReplicatedJob) return 'replicated-job'
  return mode.GlobalJob ? 'global-job' : undefined
}

function networkOf(service: Mutable<SwarmService>, network: string): Mutable<ServiceNetwork> {
  const known = service.networks.find(entry => entry.network === network)
  if (known) return known
  const entry: Mutable<ServiceNetwork> = { network, fwmarks: {} }
  service.networks.push(entry)
  return entry
}

/** A worker knows the ids of those services that have a container on it. */
function fromLabels(draft: Draft, view: NodeView, byName: Map<string, Mutable<SwarmService>>): void {
  for (const { Id, Labels } of view.containers ?? []) {
    const id = Labels[SERVICE_ID]
    const name = Labels[SERVICE_NAME]
    if (id === undefined || name === undefined) continue
    const service = draft.services.byId[`service:${id}`] ?? addService(draft, id, name)
    const stack = Labels[STACK]
    if (stack !== undefined) service.stack ??= stack
    if (service.evidence.length === 0)
      service.evidence.push(dockerRow(view.id, 'containers', Id, pointer('Labels', SERVICE_NAME)))
    if (!byName.has(name)) byName.set(name, service)
  }
}

/** What a node heard of a service on one network; the mark is that node's own. */
function join(
  service: Mutable<SwarmService>,
  network: string,
  row: DockerNetworkService,
  view: NodeView,
  evidence: RowRef,
): void {
  service.evidence = added(service.evidence, evidence)
  const entry = networkOf(service, network)
  if (row.LocalLBIndex > 0) entry.fwmarks[view.id] = row.LocalLBIndex
  if (row.VIP !== '') {
    entry.vip ??= row.VIP
    if (entry.vip !== row.VIP)
      warn(service, 'differs', `${view.hostname} heard of VIP ${row.VIP}, not ${entry.vip}`, [
        evidence,
        ...service.evidence,
      ])
  }
  for (const text of row.Ports) {
    const port = portOf(text)
    if (port && !service.ports.some(other => other.publishedPort === port.publishedPort))
      service.ports.push(port)
  }
}

/** `Target: 80, Publish: 8080`; the protocol is left out (agent.go of libnetwork). */
function portOf(text: string): Mutable<ServicePort> | undefined {
  const [, target, published] = /^Target: (\d+), Publish: (\d+)$/.exec(text) ?? []
  return target === undefined
    ? undefined
    : { targetPort: Number(target), publishedPort: Number(published), publishMode: 'ingress' }
}

function portKey({ publishMode, protocol, publishedPort, targetPort }: Mutable<ServicePort>): string {
  return `${publishMode} ${protocol} ${publishedPort} ${targetPort}`
}

function finishService(draft: Draft, service: Mutable<SwarmService>): void {
  // A VIP in the mesh alone leaves the mode open: a dnsrr service cannot be in the mesh, so it is none.
  if (service.mode === undefined && service.networks.length > 0)
    service.mode = service.networks.some(({ vip }) => vip !== undefined) ? 'vip' : 'dnsrr'
  service.networks = service.networks
    .filter(({ network }) => network in draft.networks.byId)
    .toSorted(byKey(({ network }) => network))
  service.ports.sort(byKey(portKey))
  for (const { network } of service.networks) {
    include(draft.networks.byId[network]?.services ?? [], service.id)
    addEdge(draft, 'on-network', service.id, network, service.evidence)
  }
}
