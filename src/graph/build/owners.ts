import type { Endpoint, SwarmTask } from '../model.ts'
import type { Draft, Mutable } from './draft.ts'

/** Who has an address on a network, by both: tasks by what the daemons say, endpoints by what the kernels show. */
export type OwnerIndex = {
  readonly tasks: Owners<SwarmTask>
  readonly endpoints: Owners<Endpoint>
}

type Owners<Owner> = ReadonlyMap<string, ReadonlyMap<string, readonly Mutable<Owner>[]>>

export function readOwners(draft: Draft): OwnerIndex {
  const tasks = new Map<string, Map<string, Mutable<SwarmTask>[]>>()
  for (const task of draft.tasks.values())
    for (const { network, address } of task.addresses) add(tasks, network, address, task)
  const endpoints = new Map<string, Map<string, Mutable<Endpoint>[]>>()
  for (const endpoint of draft.endpoints.values()) {
    for (const { address, role } of endpoint.addresses)
      if (role === 'own') add(endpoints, endpoint.network, address, endpoint)
  }
  return { tasks, endpoints }
}

function add<Owner>(
  owners: Map<string, Map<string, Owner[]>>,
  network: string,
  address: string,
  owner: Owner,
): void {
  let ofNetwork = owners.get(network)
  if (!ofNetwork) {
    ofNetwork = new Map()
    owners.set(network, ofNetwork)
  }
  const list = ofNetwork.get(address)
  if (list) list.push(owner)
  else ofNetwork.set(address, [owner])
}

/** A task that is over keeps its address in a manager's list; the running one has it now. */
export function isLive({ state, desiredState }: Mutable<SwarmTask>): boolean {
  const isWanted = desiredState === undefined || desiredState === 'running' || desiredState === 'complete'
  return isWanted && (state === undefined || state === 'running')
}

const nobody: readonly Mutable<SwarmTask>[] = []

/** The tasks that have an address now: one, unless something is wrong. */
export function tasksAt(
  { tasks }: OwnerIndex,
  network: string,
  address: string,
): readonly Mutable<SwarmTask>[] {
  const all = tasks.get(network)?.get(address) ?? nobody
  if (all.length < 2) return all
  const live = all.filter(isLive)
  return live.length > 0 ? live : all
}

/** The endpoint that has an address; undefined also where several have it. */
export function endpointAt(
  { endpoints }: OwnerIndex,
  network: string,
  address: string,
): Mutable<Endpoint> | undefined {
  const all = endpoints.get(network)?.get(address)
  return all?.length === 1 ? all[0] : undefined
}
