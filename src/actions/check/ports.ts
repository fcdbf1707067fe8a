import type { DockerNode, DockerService } from '../../snapshot/index.ts'
import type { Publish } from '../intent.ts'
import type { Check, Field } from '../plan.ts'
import type { Site } from '../site.ts'
import { doubtful, refused, unchecked } from './finding.ts'
import { eligibleNodes } from './nodes.ts'

/** The service that ports are for, as it is or shall be. */
export type PortOwner = {
  /** Undefined while it is made. */
  readonly service: DockerService | undefined
  readonly endpointMode: 'vip' | 'dnsrr'
  /** Tasks; undefined for one on every node. */
  readonly replicas: number | undefined
  readonly constraints: readonly string[]
}

/** @param fieldOf path of a port in the form, and of a field in it */
export function checkPorts(
  publish: readonly Publish[],
  owner: PortOwner,
  site: Site,
  fieldOf: (index: number, part: keyof Publish) => Field,
): Check[] {
  const checks: Check[] = []
  const before = new Map<string, number>()
  for (const [index, port] of publish.entries()) {
    const field = (part: keyof Publish): Field => fieldOf(index, part)
    const { published, target, protocol, mode } = port
    if (!isPort(target)) checks.push(noPort(field('target'), target))
    if (mode === 'ingress' && owner.endpointMode === 'dnsrr') {
      checks.push(
        refused(
          field('mode'),
          'The routing mesh leads to a VIP, and dnsrr has none: publish in host mode, on the nodes that run a task.',
        ),
      )
    }
    // Swarm chooses it.
    if (!published) continue
    if (!isPort(published)) {
      checks.push(noPort(field('published'), published))
      continue
    }
    const key = `${published}/${protocol}`
    if (before.has(key)) checks.push(refused(field('published'), `${key} is published twice.`))
    before.set(key, index)
    checks.push(...checkUse(field('published'), port, owner, site))
  }
  if (publish.some(({ mode }) => mode === 'host')) {
    const index = publish.findIndex(({ mode }) => mode === 'host')
    checks.push(...checkHostMode(fieldOf(index, 'mode'), owner, site))
  }
  return checks
}

/** The manager does not look at the numbers. */
function noPort(field: Field, port: number): Check {
  return doubtful(
    field,
    `${port} is no port: 1 to 65535. The manager takes it all the same, and it leads nowhere.`,
  )
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

/** Whether the port is free in the mesh, and on this node. */
function checkUse(
  field: Field,
  { published, protocol, mode }: Publish,
  owner: PortOwner,
  site: Site,
): Check[] {
  const key = `${published}/${protocol}`
  if (site.services.reason !== undefined) {
    return [unchecked(field, `whether ${key} is free in the Swarm`, site.services.reason)]
  }
  const checks: Check[] = []
  for (const service of site.services.value ?? []) {
    const isSame = service.ID === owner.service?.ID
    for (const taken of service.Endpoint.Ports) {
      if (taken.PublishedPort !== published || taken.Protocol !== protocol) continue
      const words = `${key} is published by ${service.Spec.Name} in ${taken.PublishMode} mode already`
      if (isSame) checks.push(refused(field, `${words}.`))
      // Two services may have one port of their nodes each (swarmkit controlapi/service.go, checkPortConflicts).
      else if (mode === 'host' && taken.PublishMode === 'host') {
        checks.push(doubtful(field, `${words}: a node takes a task of one of them only.`))
      } else checks.push(refused(field, `${words}.`))
    }
  }
  return checks.length > 0 ? checks : checkThisNode(field, { published, protocol, mode }, site)
}

/** Processes and containers of this node; of the others nothing is known. */
function checkThisNode(
  field: Field,
  { published, protocol, mode }: Pick<Publish, 'published' | 'protocol' | 'mode'>,
  { containers, sockets, hostname }: Site,
): Check[] {
  const key = `${published}/${protocol}`
  const comes =
    mode === 'host' ? 'a task that comes to this node is rejected' : 'the mesh does not answer on this node'
  const container = containers.value?.find(({ NetworkSettings }) =>
    Object.entries(NetworkSettings.Ports).some(
      ([target, bindings]) =>
        target.endsWith(`/${protocol}`) && bindings.some(({ HostPort }) => HostPort === String(published)),
    ),
  )
  if (container)
    return [doubtful(field, `Container ${container.Name} publishes ${key} on ${hostname}: ${comes}.`)]
  if (protocol === 'sctp') return []
  if (sockets.reason !== undefined) {
    return [unchecked(field, `whether a process of this node listens on ${key}`, sockets.reason)]
  }
  const socket = sockets.value?.find(
    ({ port, protocol: other, address }) =>
      port === published && other === protocol && !address.startsWith('127.') && address !== '::1',
  )
  if (!socket) return []
  const who = socket.processes?.[0] ? `${socket.processes[0].name} (${socket.processes[0].pid})` : 'A process'
  return [doubtful(field, `${who} listens on ${key} of ${hostname}: ${comes}.`)]
}

/** Each node has the port once. */
function checkHostMode(field: Field, { replicas, constraints }: PortOwner, site: Site): Check[] {
  if (replicas === undefined) return []
  if (site.nodes.reason !== undefined) {
    return replicas > 1 ? [unchecked(field, 'whether there are nodes enough', site.nodes.reason)] : []
  }
  const nodes: readonly DockerNode[] = eligibleNodes(site.nodes.value ?? [], constraints)
  if (replicas <= nodes.length) return []
  const count = nodes.length === 1 ? '1 node can' : `${nodes.length} nodes can`
  return [
    doubtful(
      field,
      `${replicas} tasks need the port of as many nodes, and ${count} run them: ${replicas - nodes.length} stay pending.`,
    ),
  ]
}
