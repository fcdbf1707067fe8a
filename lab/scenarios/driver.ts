/** Brings scenarios up in the guest's swarm, proves that they work, and takes them down. */
import {
  createOverlay,
  createService,
  type Swarm,
  waitFor,
  waitForServices,
  webImage,
} from '../swarm/index.ts'
import { fill, lookAround, type World } from './facts.ts'
import { inPlace } from './place.ts'
import { ask, complaint, describe } from './probe.ts'
import type { ContainerOptions, Scenario, Step } from './scenario.ts'

/** What is told while it goes on. */
export type Tell = (line: string) => void

/** One of each name, the first: scenarios that are up together share networks, services and containers. */
function unique<Thing extends { readonly name: string }>(
  lists: readonly (readonly Thing[] | undefined)[],
): Thing[] {
  return [
    ...new Map(
      lists
        .flatMap(list => list ?? [])
        .toReversed()
        .map(thing => [thing.name, thing]),
    ).values(),
  ]
}

/** Brings scenarios up together and waits until IPVS on every node knows the tasks. */
export async function upScenarios(swarm: Swarm, scenarios: readonly Scenario[]): Promise<World> {
  for (const overlay of unique(scenarios.map(({ overlays }) => overlays))) await createOverlay(swarm, overlay)
  for (const service of unique(scenarios.map(({ services }) => services))) await createService(swarm, service)
  for (const { name, node, driver, subnet, parent } of unique(
    scenarios.map(({ localNetworks }) => localNetworks),
  )) {
    await dockerOf(swarm, node).post('/networks/create', {
      Name: name,
      Driver: driver,
      IPAM: { Config: [{ Subnet: subnet }] },
      ...(parent && { Options: { parent } }),
    })
  }
  const containers = unique(scenarios.map(each => each.containers))
  for (const container of containers) await startContainer(swarm, container)
  await waitForServices(swarm)
  const look = (): Promise<World> =>
    lookAround(
      swarm,
      containers.map(({ name }) => name),
    )
  const world = await look()
  for (const { up = [] } of scenarios) await runSteps(swarm, world, up)
  return look()
}

/** Asks every probe until it gives what it must; tells what each gave. @throws Error when one never does */
export async function verifyScenarios(
  swarm: Swarm,
  world: World,
  scenarios: readonly Scenario[],
  tell: Tell = () => {},
  seconds = 60,
): Promise<void> {
  for (const { name, probes } of scenarios) {
    for (const probe of probes) {
      let last = ''
      // The gossip that names and forwarding entries come by takes its time.
      await waitFor(
        async () => {
          const outcome = await ask(swarm, world, probe)
          last = describe(outcome)
          return complaint(probe, outcome, world)
        },
        { seconds, everyMs: 500 },
      )
      tell(`${name}: ${probe.name}: ${last}`)
    }
  }
}

/** Takes scenarios down. @throws Error when something of them stays */
export async function downScenarios(
  swarm: Swarm,
  world: World,
  scenarios: readonly Scenario[],
): Promise<void> {
  for (const { down = [] } of scenarios) await runSteps(swarm, world, down)
  await clearSwarm(swarm)
}

/** Removes every service, container and network that somebody made, and waits until they are gone. */
export async function clearSwarm({ manager, nodes }: Swarm): Promise<void> {
  for (const { ID } of await manager.docker.get<{ ID: string }[]>('/services'))
    await manager.docker.delete(`/services/${ID}`)
  // A task may take minutes to end by itself.
  await waitFor(async () => {
    const left = await Promise.all(
      nodes.map(async ({ docker }) => {
        const containers = await docker.get<{ Id: string }[]>('/containers/json?all=true')
        for (const { Id } of containers) await docker.delete(`/containers/${Id}?force=true`).catch(() => {})
        return containers.length
      }),
    )
    const count = left.reduce((sum, each) => sum + each, 0)
    return count === 0 ? undefined : `${count} containers are left`
  })
  // The manager first: what it removes goes from the workers by itself.
  for (const { docker } of nodes) {
    // Refused while the manager still counts a task on it.
    await waitFor(async () => {
      const networks =
        await docker.get<{ Id: string; Name: string; Scope: string; Ingress: boolean }[]>('/networks')
      const made = networks.filter(
        ({ Name, Scope, Ingress }) =>
          !Ingress &&
          !['bridge', 'host', 'none', 'docker_gwbridge'].includes(Name) &&
          (Scope === 'local' || docker === manager.docker),
      )
      for (const { Id } of made) await docker.delete(`/networks/${Id}`).catch(() => {})
      return made.length === 0 ? undefined : `networks are left: ${made.map(({ Name }) => Name).join(', ')}`
    })
  }
}

/** Runs shell text in its places, one after the other. @throws Error when one fails */
export async function runSteps(swarm: Swarm, world: World, steps: readonly Step[]): Promise<void> {
  for (const { at, run } of steps) {
    await inPlace(swarm, world.sandboxes, at, ['bash', '-euc', fill(run, world.facts)])
  }
}

async function startContainer(swarm: Swarm, options: ContainerOptions): Promise<void> {
  const { name, node, network, address, published } = options
  const docker = dockerOf(swarm, node)
  const { Id } = await docker.post<{ Id: string }>(`/containers/create?name=${name}`, {
    Image: webImage,
    Hostname: name,
    ExposedPorts: published ? { '80/tcp': {} } : {},
    HostConfig: {
      NetworkMode: network,
      ...(published && { PortBindings: { '80/tcp': [{ HostPort: String(published) }] } }),
    },
    ...(address && {
      NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
    }),
  })
  await docker.post(`/containers/${Id}/start`)
}

function dockerOf({ nodes }: Swarm, node: string): Swarm['manager']['docker'] {
  const found = nodes.find(({ name }) => name === node)
  if (!found) throw new Error(`no node ${node}`)
  return found.docker
}
