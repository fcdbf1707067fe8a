import type { Endpoint, SwarmTask } from '../model.ts'
import type { Draft, Mutable } from './draft.ts'

/** Who has an address on a network: tasks by what the daemons say, endpoints by what the kernels show. */
export type OwnerIndex = {
  readonly tasks: ReadonlyMap<string, readonly Mutable<SwarmTask>[]>
  readonly endpoints: ReadonlyMap<string, readonly Mutable<Endpoint>[]>
}

export function readOwners(draft: Draft): OwnerIndex {
  const tasks = new Map<string, Mutable<SwarmTask>[]>()
  for (const task of draft.tasks.values())
    for (const { network, address } of task.addresses) add(tasks, ownerKey(network, address), task)
  const endpoints = new Map<string, Mutable<Endpoint>[]>()
  for (const endpoint of draft.endpoints.values()) {
    for (const { address, role } of endpoint.addresses)
      if (role === 'own') add(endpoints, ownerKey(endpoint.network, address), endpoint)
  }
  return { tasks, endpoints }
}

export function ownerKey(network: string, address: string): string {
  return `${network} ${address}`
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** A task that is over keeps its address in a manager's list; the running one has it now. */
export function isLive({ state, desiredState }: Mutable<SwarmTask>): boolean {
  const isWanted = desiredState === undefined || desiredState === 'running' || desiredState === 'complete'
  return isWanted && (state === undefined || state === 'running')
}

/** The task that has an address now; undefined also when several have it, which `all` then tells. */
export function taskAt(
  owners: OwnerIndex,
  network: string,
  address: string,
): { readonly task: Mutable<SwarmTask> | undefined; readonly all: readonly Mutable<SwarmTask>[] } {
  const all = owners.tasks.get(ownerKey(network, address)) ?? []
  const live = all.filter(isLive)
  const candidates = live.length > 0 ? live : all
  return { task: candidates.length === 1 ? candidates[0] : undefined, all: candidates }
}

/** The endpoint that has an address, on the network of an overlay: one, unless something is wrong. */
export function endpointAt(
  owners: OwnerIndex,
  network: string,
  address: string,
): Mutable<Endpoint> | undefined {
  const all = owners.endpoints.get(ownerKey(network, address)) ?? []
  return all.length === 1 ? all[0] : undefined
}
