import type { Endpoint, SwarmTask } from '../model.ts'
import type { Draft, Mutable } from './draft.ts'

/** Who has an address on a network, by both: tasks by what the daemons say, endpoints by what the kernels show. */
export type OwnerIndex = {
  readonly tasks: Owners<SwarmTask>
  readonly endpoints: Owners<Endpoint>
  /** The tasks of each service, by its id. */
  readonly tasksOfService: ReadonlyMap<string, readonly Mutable<SwarmTask>[]>
}

type Owners<Owner> = ReadonlyMap<string, ReadonlyMap<string, readonly Mutable<Owner>[]>>

export function readOwners(draft: Draft): OwnerIndex {
  const tasks = new Map<string, Map<string, Mutable<SwarmTask>[]>>()
  const tasksOfService = new Map<string, Mutable<SwarmTask>[]>()
  for (const task of draft.tasks.list) {
    for (const { network, address } of task.addresses) add(networkIn(tasks, network), address, task)
    if (task.service !== undefined) add(tasksOfService, task.service, task)
  }
  const endpoints = new Map<string, Map<string, Mutable<Endpoint>[]>>()
  for (const endpoint of draft.endpoints.list) {
    const ofNetwork = networkIn(endpoints, endpoint.network)
    for (const { address, role } of endpoint.addresses) if (role === 'own') add(ofNetwork, address, endpoint)
  }
  return { tasks, endpoints, tasksOfService }
}

function networkIn<Owner>(owners: Map<string, Map<string, Owner[]>>, network: string): Map<string, Owner[]> {
  const known = owners.get(network)
  if (known) return known
  const ofNetwork = new Map<string, Owner[]>()
  owners.set(network, ofNetwork)
  return ofNetwork
}

function add<Owner>(owners: Map<string, Owner[]>, key: string, owner: Owner): void {
  const list = owners.get(key)
  if (list) list.push(owner)
  else owners.set(key, [owner])
}

const nobody: readonly Mutable<SwarmTask>[] = []

/** The tasks of a service, in the order of its own list. */
export function tasksOf({ tasksOfService }: OwnerIndex, service: string): readonly Mutable<SwarmTask>[] {
  return tasksOfService.get(service) ?? nobody
}

/** A task that is over keeps its address in a manager's list; the running one has it now. */
export function isLive({ state, desiredState }: Mutable<SwarmTask>): boolean {
  const isWanted = desiredState === undefined || desiredState === 'running' || desiredState === 'complete'
  return isWanted && (state === undefined || state === 'running')
}

/** Who has an address on one network. */
export type OwnersOn = {
  readonly tasks: ReadonlyMap<string, readonly Mutable<SwarmTask>[]> | undefined
  readonly endpoints: ReadonlyMap<string, readonly Mutable<Endpoint>[]> | undefined
}

/** Without a network nobody has any. */
export function ownersOn({ tasks, endpoints }: OwnerIndex, network: string | undefined): OwnersOn {
  return network === undefined
    ? { tasks: undefined, endpoints: undefined }
    : { tasks: tasks.get(network), endpoints: endpoints.get(network) }
}

/** The tasks that have an address now: one, unless something is wrong. */
export function tasksAt({ tasks }: OwnersOn, address: string): readonly Mutable<SwarmTask>[] {
  const all = tasks?.get(address) ?? nobody
  if (all.length < 2) return all
  const live = all.filter(isLive)
  return live.length > 0 ? live : all
}

/** The endpoint that has an address; undefined also where several have it. */
export function endpointAt({ endpoints }: OwnersOn, address: string): Mutable<Endpoint> | undefined {
  const all = endpoints?.get(address)
  return all?.length === 1 ? all[0] : undefined
}
