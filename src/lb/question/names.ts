import type { Sandbox, SwarmService } from '../../graph/model.ts'
import type { Scene } from './scene.ts'

/** What a name stands for in a sandbox, as the embedded resolver of Docker is expected to answer. */
export type Resolved = {
  readonly addresses: readonly { readonly address: string; readonly what: string }[]
  /** How it is known, for the operator. */
  readonly note: string
}

/**
 * What 127.0.0.11 of a sandbox would answer: only networks that the sandbox is on count. A service with a VIP has that address, one
 * without (dnsrr) and `tasks.NAME` those of its running tasks; a container has its own.
 *
 * @returns undefined when nothing on these networks has the name
 */
export function predictName(scene: Scene, sandbox: Sandbox, name: string): Resolved | undefined {
  const { graph } = scene
  const networks = new Set(sandbox.endpoints.flatMap(id => graph.endpoints[id]?.network ?? []))
  const wanted = name.toLowerCase()
  const ofTasks = wanted.startsWith('tasks.')
  const service = Object.values(graph.services).find(
    ({ name: known }) => known.toLowerCase() === (ofTasks ? wanted.slice('tasks.'.length) : wanted),
  )
  if (service) {
    const pool = ofTasks || service.mode === 'dnsrr'
    const vips = pool ? [] : vipsOn(scene, service, networks)
    const addresses = vips.length > 0 ? vips : taskAddresses(scene, service, networks)
    if (addresses.length > 0) return { addresses, note: predicted(name, addresses) }
  }
  const addresses = containerAddresses(scene, wanted, networks)
  return addresses.length > 0 ? { addresses, note: predicted(name, addresses) } : undefined
}

function predicted(name: string, addresses: Resolved['addresses']): string {
  const list = addresses.map(({ address, what }) => `${address} (${what})`).join(', ')
  return `${name} is ${list}: predicted from what the Docker API tells, the resolver was not asked`
}

function vipsOn({ graph }: Scene, service: SwarmService, networks: ReadonlySet<string>): Addresses {
  return service.networks.flatMap(({ network, vip }) =>
    vip !== undefined && networks.has(network)
      ? [{ address: vip, what: `VIP on ${graph.networks[network]?.name ?? network}` }]
      : [],
  )
}

type Addresses = Resolved['addresses'][number][]

function taskAddresses({ graph }: Scene, service: SwarmService, networks: ReadonlySet<string>): Addresses {
  return service.tasks.flatMap(id => {
    const task = graph.tasks[id]
    if (!task || (task.state !== undefined && task.state !== 'running')) return []
    return task.addresses.flatMap(({ network, address }) =>
      networks.has(network) && graph.networks[network]?.role !== 'ingress'
        ? [{ address, what: task.name }]
        : [],
    )
  })
}

/** Containers and tasks by name; on the default bridge names are not resolved. */
function containerAddresses({ graph }: Scene, wanted: string, networks: ReadonlySet<string>): Addresses {
  const named = [...Object.values(graph.containers), ...Object.values(graph.tasks)].filter(
    ({ id, name }) => name.toLowerCase() === wanted || id.toLowerCase() === wanted,
  )
  const endpoints = named.flatMap(({ sandbox }) => graph.sandboxes[sandbox ?? '']?.endpoints ?? [])
  const found = new Map<string, Addresses[number]>()
  for (const id of endpoints) {
    const endpoint = graph.endpoints[id]
    const role = endpoint && graph.networks[endpoint.network]?.role
    if (!endpoint || !networks.has(endpoint.network) || role === 'default-bridge' || role === 'ingress')
      continue
    for (const { address, role: use, family } of endpoint.addresses) {
      if (use === 'own' && family === 'inet') found.set(address, { address, what: named[0]?.name ?? wanted })
    }
  }
  return [...found.values()]
}
