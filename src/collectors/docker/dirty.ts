import type { DockerEvent } from '../../snapshot/index.ts'
import type { DockerPart } from './ask.ts'

/** What has to be read again. An id stands for one object of its kind, `all` for every one. */
export type Dirty = {
  readonly parts: Set<DockerPart>
  readonly networks: Set<string>
  readonly containers: Set<string>
}

/** Stands for every object of a kind. */
export const ALL = '*'

/** docker_gwbridge is joined and left without a word, with the first and last overlay of a container. */
const GATEWAY_BRIDGE = 'docker_gwbridge'

/** A service's addresses come through the gossip of its networks. Stands for every network of the cluster. */
export const SWARM_NETWORKS = 'scope:swarm'

export function nothingDirty(): Dirty {
  return { parts: new Set(), networks: new Set(), containers: new Set() }
}

/** Everything is to be read again. */
export function soilAll(dirty: Dirty): void {
  for (const part of ['info', 'networks', 'containers', 'services', 'tasks', 'nodes'] as const)
    dirty.parts.add(part)
  dirty.networks.add(ALL)
  dirty.containers.add(ALL)
}

/**
 * Marks what an event puts out of date (events: moby `api/types/events`).
 *
 * @returns whether more follows without an event: tasks and the gossip of networks tell nothing of themselves
 */
export function soilBy({ Type, Actor, Action }: DockerEvent, dirty: Dirty): boolean {
  switch (Type) {
    case 'container':
      soilContainer(Actor.ID, dirty)
      if (!/^(?:start|die|create|destroy|health_status)/.test(Action)) return false
      soilNetwork(GATEWAY_BRIDGE, dirty)
      dirty.parts.add('tasks')
      return true
    case 'network':
      soilNetwork(Actor.ID, dirty)
      if (Actor.Attributes['container'] !== undefined) soilContainer(Actor.Attributes['container'], dirty)
      return false
    case 'service':
      dirty.parts.add('services').add('tasks')
      soilNetwork(SWARM_NETWORKS, dirty)
      return true
    case 'node':
      dirty.parts.add('nodes').add('tasks')
      return true
    case 'daemon':
      dirty.parts.add('info')
      return false
    default:
      return false
  }
}

function soilContainer(id: string, dirty: Dirty): void {
  dirty.parts.add('containers')
  dirty.containers.add(id)
}

function soilNetwork(id: string, dirty: Dirty): void {
  dirty.parts.add('networks')
  dirty.networks.add(id)
}

/** The rows that need not be asked for again, by id. */
export function cleanRows<
  Row extends { readonly Id: string; readonly Name: string; readonly Scope?: string },
>(rows: readonly Row[] | undefined, dirty: ReadonlySet<string>): Map<string, Row> {
  if (dirty.has(ALL)) return new Map()
  const clean = (rows ?? []).filter(
    ({ Id, Name, Scope }) =>
      !dirty.has(Id) && !dirty.has(Name) && !(Scope === 'swarm' && dirty.has(SWARM_NETWORKS)),
  )
  return new Map(clean.map(row => [row.Id, row]))
}
