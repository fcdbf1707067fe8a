import type { Docker, Snapshot } from '../index.ts'
import { type Change, diffRows, type Kind, without } from './rows.ts'

/** Lists of the API: each is compared when both snapshots have it. */
export type DockerList = 'info' | 'networks' | 'containers' | 'services' | 'tasks' | 'nodes'

type Row<List extends keyof Docker> = NonNullable<Docker[List]> extends readonly (infer One)[] ? One : never

const networks: Kind<Row<'networks'>> = {
  type: 'docker network',
  key: ({ Name }) => Name,
  state: network => ({
    ...without(network, 'Created'),
    Peers: network.Peers?.map(({ Name, IP }) => `${Name} ${IP}`).toSorted(),
    // By name, in a line each: ids of endpoints are new whenever something starts.
    Containers: Object.fromEntries(
      Object.values(network.Containers).map(({ Name, IPv4Address, IPv6Address, MacAddress }) => [
        Name,
        [IPv4Address, IPv6Address, MacAddress].filter(text => text !== '').join(' '),
      ]),
    ),
    Services: Object.fromEntries(
      Object.entries(network.Services ?? {}).map(([name, service]) => [
        name,
        {
          ...service,
          Tasks: Object.fromEntries(
            service.Tasks.map(({ Name, EndpointIP, Info }) => [
              Name,
              `${EndpointIP} on ${Info['Host IP'] ?? '?'}`,
            ]),
          ),
        },
      ]),
    ),
  }),
}

const containers: Kind<Row<'containers'>> = {
  type: 'docker container',
  key: ({ Name }) => Name,
  state: container => ({
    ...without(container, 'Created'),
    State: without(container.State, 'Pid', 'StartedAt'),
  }),
}

const services: Kind<Row<'services'>> = {
  type: 'docker service',
  key: ({ Spec }) => Spec.Name,
  state: service => without(service, 'CreatedAt', 'UpdatedAt', 'Version', 'ServiceStatus'),
}

/** A task lives once: its successor has another id. */
const tasks: Kind<Row<'tasks'>> = {
  type: 'docker task',
  key: ({ ID }) => ID,
  state: task => ({
    ...without(task, 'CreatedAt'),
    Status: without(task.Status, 'Timestamp', 'PID', 'Message'),
  }),
}

const nodes: Kind<Row<'nodes'>> = {
  type: 'docker node',
  key: ({ ID, Hostname }) => `${Hostname} ${ID}`,
  state: node => node,
}

const info: Kind<NonNullable<Docker['info']>> = {
  type: 'docker engine',
  key: ({ Name }) => Name,
  state: engine => without(engine, 'Containers', 'ContainersRunning', 'Warnings'),
}

const lists: readonly {
  readonly list: DockerList
  readonly diff: (before: Docker, after: Docker) => Change[]
}[] = [
  { list: 'info', diff: (a, b) => diffRows(info, a.info ? [a.info] : [], b.info ? [b.info] : []) },
  { list: 'networks', diff: (a, b) => diffRows(networks, a.networks ?? [], b.networks ?? []) },
  { list: 'containers', diff: (a, b) => diffRows(containers, a.containers ?? [], b.containers ?? []) },
  { list: 'services', diff: (a, b) => diffRows(services, a.services ?? [], b.services ?? []) },
  { list: 'tasks', diff: (a, b) => diffRows(tasks, a.tasks ?? [], b.tasks ?? []) },
  { list: 'nodes', diff: (a, b) => diffRows(nodes, a.nodes ?? [], b.nodes ?? []) },
]

/** What Docker said otherwise; `unknown` gets each list that only one of both has. */
export function diffDocker(
  before: Snapshot,
  after: Snapshot,
  unknown: (list: DockerList, isBefore: boolean) => void,
): Change[] {
  return lists.flatMap(({ list, diff }) => {
    const [was, is] = [before.docker?.[list] !== undefined, after.docker?.[list] !== undefined]
    if (was && is) return diff(before.docker!, after.docker!)
    if (was !== is) unknown(list, !was)
    return []
  })
}
