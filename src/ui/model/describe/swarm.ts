import type { Graph, Node, SwarmService, SwarmTask } from '../../../graph/model.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import {
  atLeast,
  balanceSources,
  endpointSources,
  gapKey,
  isDirectoryMissing,
  isSwarmTold,
  isWholeNode,
} from '../gaps.ts'
import { worldCell } from '../table.ts'
import { containerGroup, portFact } from './sandbox.ts'
import { type Fact, fact, type Group, relation, relations } from './rows.ts'

/** What the counts of a node depend on besides the graph. */
export function nodeGapKey({ nodes }: Data): string {
  return [
    gapKey(nodes, endpointSources),
    gapKey(nodes, balanceSources),
    String(isSwarmTold(nodes, 'tasks')),
  ].join('|')
}

export function describeNode(data: Data, node: Node): Group[] {
  const { graph } = data
  const { evidence, hasSnapshot } = node
  const snapshot = hasSnapshot ? snapshotOfNode(data, node.id) : undefined
  // Of a node that nothing was read of, others tell a part: how much there is of it in all, nobody knows.
  const isRead = (sources: readonly string[]): boolean =>
    hasSnapshot && (snapshot === undefined || isWholeNode(snapshot, sources))
  const on = <Item extends { readonly node?: string }>(list: Readonly<Record<string, Item>>): number =>
    Object.values(list).filter(item => item.node === node.id).length
  return [
    {
      title: 'Node',
      facts: [
        fact('hostname', node.hostname, { evidence }),
        fact('role', node.isLeader ? `${node.role ?? 'manager'}, leader` : node.role, { evidence }),
        fact('availability', node.availability, { evidence }),
        fact('state', node.state, { evidence }),
        fact('engine', node.engineVersion, { evidence }),
        fact('vtep', node.vteps.join(' '), { evidence }),
        fact('id', node.nodeId, { tone: 'dim', evidence }),
        fact('snapshot', node.takenAt ?? (node.hasSnapshot ? undefined : 'none: known from others only'), {
          isMoving: true,
        }),
      ],
    },
    {
      title: 'On it',
      facts: [
        fact(
          'sandboxes',
          atLeast(on(graph.sandboxes), hasSnapshot && !(snapshot && isDirectoryMissing(snapshot))),
        ),
        fact('endpoints', atLeast(on(graph.endpoints), isRead(endpointSources))),
        fact('tasks', atLeast(on(graph.tasks), isSwarmTold(data.nodes, 'tasks'))),
        fact('virtual services', atLeast(on(graph.virtualServices), isRead(balanceSources))),
      ],
    },
  ]
}

export function describeService(graph: Graph, service: SwarmService): Group[] {
  const { evidence } = service
  return [
    {
      title: 'Service',
      facts: [
        fact('mode', service.mode, { evidence }),
        fact('schedule', service.schedule, { evidence }),
        tasksFact(service),
        fact('image', service.image, { evidence }),
        fact('stack', service.stack, { evidence }),
        fact('id', service.serviceId, { tone: 'dim', evidence }),
      ],
    },
    {
      title: 'Networks',
      facts: service.networks.flatMap(({ network, vip, fwmarks }) => [
        relation(graph, 'network', network, {
          suffix: [vip === undefined ? '' : `VIP ${vip}`, markWords(graph, fwmarks)]
            .filter(Boolean)
            .join('  '),
        }),
      ]),
    },
    {
      title: 'Ports',
      facts: [
        ...service.publishedPorts.map(id => portFact(graph, id)),
        ...(service.publishedPorts.length > 0 ? [] : service.ports.map(portWords)),
      ],
    },
    { title: 'Tasks', facts: relations(graph, 'task', service.tasks, id => taskWords(graph, id)) },
    {
      title: 'Load balancing',
      facts: relations(graph, 'virtual service', service.virtualServices, id => placeWords(graph, id)),
    },
  ]
}

function tasksFact({ runningTasks, desiredTasks, evidence }: SwarmService): Fact | undefined {
  if (runningTasks === undefined && desiredTasks === undefined) return undefined
  const isShort = runningTasks !== undefined && desiredTasks !== undefined && runningTasks < desiredTasks
  return {
    label: 'tasks',
    value: worldCell(`${runningTasks ?? '?'} running of ${desiredTasks ?? '?'}`, isShort ? 'warn' : 'plain'),
    evidence,
    isProblem: isShort,
  }
}

function markWords(graph: Graph, fwmarks: Readonly<Record<string, number>>): string {
  const marks = Object.entries(fwmarks)
  const [only] = marks
  if (marks.length === 1 && only) return `fwmark ${only[1]}`
  return marks.map(([node, mark]) => `fwmark ${mark} on ${graph.nodes[node]?.name ?? node}`).join('  ')
}

function portWords({
  protocol,
  targetPort,
  publishedPort,
  publishMode,
}: SwarmService['ports'][number]): Fact {
  const published = publishedPort === undefined ? '' : `${publishedPort} -> `
  return { label: 'port', value: worldCell(`${published}${targetPort}/${protocol ?? '?'} ${publishMode}`) }
}

/** `running on node2  10.0.1.5` */
export function taskWords(graph: Graph, id: string): string {
  const task = graph.tasks[id]
  if (!task) return ''
  const node = task.node === undefined ? '' : `on ${graph.nodes[task.node]?.name ?? task.node}`
  return [task.state ?? '', node, task.addresses.map(({ address }) => address).join(' ')]
    .filter(Boolean)
    .join('  ')
}

export function describeTask(graph: Graph, task: SwarmTask): Group[] {
  const { evidence } = task
  const container = task.container === undefined ? undefined : graph.containers[task.container]
  const isUnwell = task.desiredState === 'running' && task.state !== undefined && task.state !== 'running'
  return [
    {
      title: 'Task',
      facts: [
        relation(graph, 'service', task.service),
        fact('slot', task.slot, { evidence }),
        fact('state', task.state, { evidence, tone: isUnwell ? 'warn' : 'plain' }),
        fact('desired state', task.desiredState, { evidence }),
        fact('error', task.error, { evidence, tone: 'bad' }),
        relation(graph, 'node', task.node),
        relation(graph, 'sandbox', task.sandbox),
        fact('id', task.taskId, { tone: 'dim', evidence }),
      ],
    },
    {
      title: 'Addresses',
      facts: task.addresses.map(({ network, address }) =>
        relation(graph, 'network', network, { suffix: address, evidence }),
      ),
    },
    { title: 'Endpoints', facts: relations(graph, 'endpoint', task.endpoints) },
    {
      title: 'Load balancing',
      facts: relations(graph, 'real server', task.realServers, id => serverWords(graph, id)),
    },
    ...(container ? [containerGroup(graph, container)] : []),
  ]
}

/** `in lb_ugxpqp5je on node1`: each node that balances a service has one by the same name. */
function placeWords(graph: Graph, virtualService: string): string {
  const sandbox = graph.sandboxes[graph.virtualServices[virtualService]?.sandbox ?? '']
  return sandbox ? `in ${sandbox.name} on ${graph.nodes[sandbox.node]?.name ?? sandbox.node}` : ''
}

function serverWords(graph: Graph, id: string): string {
  const server = graph.realServers[id]
  return placeWords(graph, server?.virtualService ?? '')
}
