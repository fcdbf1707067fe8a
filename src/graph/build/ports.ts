import { pointer, type RowRef } from '../evidence.ts'
import type { PortBinding, PublishedPort, SwarmService } from '../model.ts'
import { addEdge, addObject, type Draft, include, type Mutable, warn } from './draft.ts'
import type { OwnerIndex } from './owners.ts'
import { hasPortRules, type PortRule, portRulesOf } from './port-rules.ts'
import { dockerRow, entriesOf, type NodeView, type World } from './world.ts'

const PROTOCOLS = new Set(['tcp', 'udp', 'sctp'])

/** What the host of a node translates. */
type HostRules = {
  /** Rules of DOCKER-INGRESS: the mesh. */
  readonly mesh: readonly PortRule[]
  /** Rules of DOCKER: ports of containers. */
  readonly containers: readonly PortRule[]
  /** Whether the host's rules were read, and the daemon's are among them. */
  readonly isRead: boolean
}

/** Ports of services in the mesh, of tasks on their nodes, of containers; and rules for ports that nobody publishes. */
export function resolvePorts(draft: Draft, world: World, owners: OwnerIndex): void {
  const rules = new Map(world.views.map(view => [view.id, hostRules(view)]))
  for (const service of draft.services.list) meshPorts(draft, world, service, rules)
  for (const view of world.views) {
    const seen = rules.get(view.id)
    if (!seen) continue
    containerPorts(draft, view, seen, owners)
    unknownPorts(draft, view, seen, owners)
  }
  for (const port of draft.ports.list) connect(draft, port)
}

function hostRules({ host }: NodeView): HostRules {
  if (!host) return { mesh: [], containers: [], isRead: false }
  const rules = portRulesOf(host)
  return {
    mesh: rules.filter(({ isMesh }) => isMesh),
    containers: rules.filter(({ isMesh }) => !isMesh),
    isRead: hasPortRules(host),
  }
}

function meshPorts(
  draft: Draft,
  world: World,
  service: Mutable<SwarmService>,
  rules: ReadonlyMap<string, HostRules>,
): void {
  for (const published of service.ports) {
    const { publishMode, publishedPort: number, targetPort } = published
    if (publishMode !== 'ingress' || number === undefined) continue
    const seen = [...rules.values()].flatMap(({ mesh }) => mesh.filter(({ port }) => port === number))
    // A worker does not say which protocol; its rules do.
    const protocols =
      published.protocol !== undefined
        ? [published.protocol]
        : [...new Set(seen.flatMap(({ protocol }) => protocol ?? []))]
    published.protocol ??= protocols[0]
    for (const protocol of protocols.length > 0 ? protocols : ['tcp']) {
      const port = addPort(
        draft,
        `port:ingress/${protocol}/${number}`,
        'ingress',
        protocol,
        number,
        service.evidence,
      )
      port.targetPort = targetPort
      if (port.service !== undefined && port.service !== service.id) {
        warn(port, 'ambiguous', `${service.name} publishes it too`, service.evidence)
        continue
      }
      port.service = service.id
      for (const view of world.views) bindMesh(draft, view, service, port, rules.get(view.id))
    }
  }
}

function bindMesh(
  draft: Draft,
  view: NodeView,
  service: Mutable<SwarmService>,
  port: Mutable<PublishedPort>,
  rules: HostRules | undefined,
): void {
  const rule = rules?.mesh.find(seen => seen.port === port.port && seen.protocol === port.protocol)
  const virtual = service.virtualServices
    .flatMap(id => draft.virtualServices.byId[id] ?? [])
    .find(
      ({ node, marks }) =>
        node === view.id && marks.some(mark => mark.port === port.port && mark.protocol === port.protocol),
    )
  const mark = virtual?.marks.find(seen => seen.port === port.port && seen.protocol === port.protocol)
  if (rule || virtual) {
    const evidence = [rule?.evidence, mark?.evidence].filter(row => row !== undefined)
    port.bindings.push({
      ...bindingOf(view.id, rule, evidence),
      ...(virtual?.fwmark !== undefined && { fwmark: virtual.fwmark }),
      ...(virtual && { virtualService: virtual.id }),
    })
  }
  const ingress = draft.networks.list.find(({ role }) => role === 'ingress')
  const isBalanced =
    ingress &&
    service.networks.some(({ network, fwmarks }) => network === ingress.id && fwmarks[view.id] !== undefined)
  const lacks = [
    ...(rule || !rules?.isRead ? [] : ['DNAT rule']),
    ...(virtual || !hasIpvs(view) ? [] : ['mark in the ingress sandbox']),
  ]
  if (isBalanced && lacks.length > 0)
    warn(port, 'missing-rule', `${view.hostname} has no ${lacks.join(' and no ')}`, service.evidence)
}

function hasIpvs({ namespaces }: NodeView): boolean {
  const ingress = namespaces.find(({ row }) => row.kind === 'ingress')
  return ingress?.row.sources.some(({ source, status }) => source === 'ipvs' && status === 'ok') ?? false
}

function bindingOf(
  node: string,
  rule: PortRule | undefined,
  evidence: readonly RowRef[],
): Mutable<PortBinding> {
  return { node, ...(rule?.to && { to: rule.to }), evidence: [...evidence] }
}

function addPort(
  draft: Draft,
  id: string,
  mode: PublishedPort['mode'],
  protocol: string,
  number: number,
  evidence: readonly RowRef[],
): Mutable<PublishedPort> {
  const known = draft.ports.byId[id]
  if (known) return known
  const port: Mutable<PublishedPort> = {
    type: 'port',
    id,
    name: `${number}/${protocol}`,
    evidence: [...evidence],
    warnings: [],
    mode,
    protocol,
    port: number,
    bindings: [],
  }
  addObject(draft.ports, port)
  return port
}

/** `NetworkSettings.Ports`: `-p` of a container, and the host-mode ports of a task. */
function containerPorts(draft: Draft, view: NodeView, rules: HostRules, owners: OwnerIndex): void {
  for (const row of view.containers ?? []) {
    const container = draft.containersByDockerId.get(row.Id)
    if (!container) continue
    for (const [key, bindings] of entriesOf(row.NetworkSettings.Ports)) {
      const [target = '', protocol = 'tcp'] = key.split('/')
      for (const { HostIp, HostPort } of bindings) {
        const number = Number(HostPort)
        if (!(number > 0)) continue
        const hostIp = HostIp === '' || HostIp === '0.0.0.0' || HostIp === '::' ? undefined : HostIp
        const mode = container.task === undefined ? 'bridge' : 'host'
        const id = `port:${view.key}/${hostIp === undefined ? '' : `${hostIp}/`}${protocol}/${number}`
        const evidence = dockerRow(view.id, 'containers', row.Id, pointer('NetworkSettings', 'Ports', key))
        const port = addPort(draft, id, mode, protocol, number, [evidence])
        if (port.container === container.id) continue
        port.node = view.id
        port.targetPort = Number(target)
        port.container = container.id
        include(container.publishedPorts, port.id)
        if (container.task !== undefined) port.task = container.task
        const service = draft.tasks.byId[container.task ?? '']?.service
        if (service !== undefined) port.service = service
        if (hostIp !== undefined) port.hostIp = hostIp
        bindContainer(draft, view, port, rules, owners)
      }
    }
  }
}

function bindContainer(
  draft: Draft,
  view: NodeView,
  port: Mutable<PublishedPort>,
  rules: HostRules,
  owners: OwnerIndex,
): void {
  const rule = rules.containers.find(
    seen => seen.port === port.port && seen.protocol === port.protocol && seen.destination === port.hostIp,
  )
  if (!rule) {
    if (rules.isRead)
      warn(port, 'missing-rule', `${view.hostname} has no DNAT rule for ${port.name}`, port.evidence)
    return
  }
  const binding = bindingOf(view.id, rule, [rule.evidence])
  port.bindings.push(binding)
  const endpoint = binding.to && endpointOf(draft, view, binding.to.address, owners)
  if (endpoint !== undefined) port.endpoint = endpoint
}

/** The endpoint of this node that has an address; those of overlays are not what a host translates to. */
function endpointOf(
  draft: Draft,
  view: NodeView,
  address: string,
  { endpoints }: OwnerIndex,
): string | undefined {
  for (const network of draft.networks.list) {
    if (network.node !== view.id) continue
    const [only, second] = endpoints.get(network.id)?.get(address) ?? []
    if (only && !second) return only.id
  }
  return undefined
}

/** Rules for ports that no service and no container publishes; all of them where no daemon was asked. */
function unknownPorts(draft: Draft, view: NodeView, rules: HostRules, owners: OwnerIndex): void {
  for (const rule of [...rules.mesh, ...rules.containers]) {
    const { port: number, protocol, destination, isMesh } = rule
    if (number === undefined || protocol === undefined || !PROTOCOLS.has(protocol)) continue
    const hostIp = isMesh || destination === undefined ? '' : `${destination}/`
    const id = isMesh
      ? `port:ingress/${protocol}/${number}`
      : `port:${view.key}/${hostIp}${protocol}/${number}`
    const known = draft.ports.byId[id]
    if (known?.bindings.some(({ node, evidence }) => node === view.id && evidence.length > 0)) continue
    const port = known ?? addPort(draft, id, isMesh ? 'ingress' : 'bridge', protocol, number, [rule.evidence])
    const binding = bindingOf(view.id, rule, [rule.evidence])
    if (isMesh) Object.assign(binding, markedBy(draft, view, port))
    port.bindings.push(binding)
    if (!isMesh) {
      port.node = view.id
      if (destination !== undefined) port.hostIp = destination
      const endpoint = binding.to && endpointOf(draft, view, binding.to.address, owners)
      if (endpoint !== undefined) port.endpoint = endpoint
      if (binding.to) port.targetPort = binding.to.port
    }
    const isTold = isMesh
      ? view.networks?.some(({ Ingress, Services }) => Ingress && Services)
      : view.containers
    if (isTold && !known)
      warn(port, 'unknown-port', `a rule of ${view.hostname} translates it, and nobody publishes it`, [
        rule.evidence,
      ])
  }
}

/** The virtual service of the ingress sandbox whose mark the port gets, whoever it belongs to. */
function markedBy(
  draft: Draft,
  view: NodeView,
  port: Mutable<PublishedPort>,
): Pick<PortBinding, 'fwmark' | 'virtualService'> {
  for (const virtual of draft.virtualServices.list) {
    if (virtual.node !== view.id || virtual.fwmark === undefined) continue
    const isMarked = virtual.marks.some(mark => mark.port === port.port && mark.protocol === port.protocol)
    if (isMarked) return { fwmark: virtual.fwmark, virtualService: virtual.id }
  }
  return {}
}

function connect(draft: Draft, port: Mutable<PublishedPort>): void {
  for (const owner of [port.service, port.container, port.task])
    if (owner !== undefined) addEdge(draft, 'publishes', port.id, owner, port.evidence)
  const service = draft.services.byId[port.service ?? '']
  if (service) include(service.publishedPorts, port.id)
  if (port.node !== undefined) addEdge(draft, 'on-node', port.id, port.node, port.evidence)
  for (const { virtualService, evidence } of port.bindings)
    if (virtualService !== undefined) addEdge(draft, 'forwards-to', port.id, virtualService, evidence)
  if (port.endpoint !== undefined)
    addEdge(
      draft,
      'forwards-to',
      port.id,
      port.endpoint,
      port.bindings.flatMap(({ evidence }) => evidence),
    )
}
