import type { DockerContainer, DockerNetwork, DockerService, DockerTask } from '../snapshot/index.ts'
import type { NetworkCreate } from './intent.ts'
import type { Site } from './site.ts'

/** By full id, else by name, else by the beginning of an id, as the daemon looks it up. */
function findAll<Row>(
  rows: readonly Row[],
  word: string,
  idOf: (row: Row) => string,
  nameOf: (row: Row) => string,
): readonly Row[] {
  const exact = rows.find(row => idOf(row) === word)
  if (exact) return [exact]
  const named = rows.filter(row => nameOf(row) === word)
  if (named.length > 0 || word === '') return named
  return rows.filter(row => idOf(row).startsWith(word))
}

/** Undefined for none, and for several. */
const onlyOf = <Row>(found: readonly Row[]): Row | undefined => (found.length === 1 ? found[0] : undefined)

export function findNetwork(site: Site, word: string): DockerNetwork | undefined {
  return onlyOf(findNetworks(site, word))
}

function findNetworks({ networks }: Site, word: string): readonly DockerNetwork[] {
  return findAll(
    networks.value ?? [],
    word,
    ({ Id }) => Id,
    ({ Name }) => Name,
  )
}

/** Why `findNetwork` found none: a sentence. Docker lets networks share a name where they differ in scope or were made at once. */
export function noNetwork(site: Site, word: string): string {
  const found = findNetworks(site, word)
  if (found.length === 0) return `There is no network ${word}.`
  const ids = found.map(({ Id }) => Id.slice(0, 12)).join(' or ')
  return found[0]?.Name === word
    ? `${found.length} networks are called ${word}: name the one that is meant by its id, ${ids}.`
    : `The ids of ${found.length} networks begin with ${word}: write more of the id.`
}

/** Those of whose name there is no network now. */
export function missingOf(networks: readonly NetworkCreate[], site: Site): readonly NetworkCreate[] {
  const names = new Set(site.networks.value?.map(({ Name }) => Name))
  return networks.filter(({ name }) => !names.has(name))
}

export function findContainer({ containers }: Site, word: string): DockerContainer | undefined {
  return onlyOf(
    findAll(
      containers.value ?? [],
      word.replace(/^\//, ''),
      ({ Id }) => Id,
      ({ Name }) => Name,
    ),
  )
}

/** One that does not run is on its networks in name alone: they can be removed below it. */
export function holdsNetworks({ State }: DockerContainer): boolean {
  return ['running', 'paused', 'restarting'].includes(State.Status)
}

export function findService({ services }: Site, word: string): DockerService | undefined {
  return onlyOf(
    findAll(
      services.value ?? [],
      word,
      ({ ID }) => ID,
      ({ Spec }) => Spec.Name,
    ),
  )
}

const over = new Set(['complete', 'failed', 'shutdown', 'rejected', 'orphaned', 'remove'])

/** Tasks that hold addresses and ports: all but those that are over. */
export function livingTasks({ tasks }: Site): readonly DockerTask[] {
  return (tasks.value ?? []).filter(
    ({ Status, DesiredState }) => !over.has(Status.State) && DesiredState !== 'remove',
  )
}

/** The networks that a service names in its specification. */
export function networksOf(site: Site, service: DockerService): DockerNetwork[] {
  return service.Spec.Networks.flatMap(({ Target }) => findNetwork(site, Target) ?? [])
}

/** Networks that Docker makes itself, and that nobody may make or remove (moby runconfig.IsPreDefinedNetwork). */
export function isPredefined(name: string): boolean {
  return ['bridge', 'host', 'none', 'default'].includes(name)
}

/** Of a service that is on the routing mesh. */
export function ingressNetwork({ networks }: Site): DockerNetwork | undefined {
  return networks.value?.find(({ Ingress }) => Ingress)
}

/** Networks that nothing uses; the daemon (daemon/prune.go) does not count containers that do not run. */
export function prunable({ networks, services, containers }: Site): DockerNetwork[] {
  const used = new Set([
    ...(services.value ?? []).flatMap(({ Spec }) => Spec.Networks.map(({ Target }) => Target)),
    ...(containers.value ?? [])
      .filter(holdsNetworks)
      .flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks)),
  ])
  return (networks.value ?? []).filter(
    network =>
      !isPredefined(network.Name) &&
      !network.Ingress &&
      network.Name !== 'docker_gwbridge' &&
      Object.keys(network.Containers).length === 0 &&
      !used.has(network.Id) &&
      !used.has(network.Name),
  )
}
