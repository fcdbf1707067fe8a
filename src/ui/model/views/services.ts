import type { Graph, SwarmService, SwarmTask } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import { isSwarmTold } from '../gaps.ts'
import type { Tone } from '../span.ts'
import { type Row, worldCell } from '../table.ts'
import { isServiceLacking, isTaskUnwell } from '../unwell.ts'
import { objectView } from './object-view.ts'
import { objectRow, portWords, sortedByName, taskCount, toldCell } from './words.ts'

/** Services of the swarm with their tasks below them, as far as this node knows them. */
export const servicesView = objectView({
  id: 'services',
  key: '5',
  title: 'Services',
  short: 'Svcs',
  singular: 'task',
  description: 'Services: mode, VIPs, ports, and their tasks',
  sortable: ['name', 'mode', 'tasks', 'vip', 'ports', 'image'],
  isTree: true,
  columns: [
    { id: 'name', title: 'NAME', grow: true },
    { id: 'mode', title: 'MODE', hide: 2 },
    { id: 'tasks', title: 'TASKS', align: 'right', hide: 1 },
    { id: 'vip', title: 'VIP, ADDRESS', hide: 3, max: 43 },
    { id: 'ports', title: 'PORTS', hide: 4, max: 32 },
    { id: 'node', title: 'NODE', hide: 5, max: 20 },
    { id: 'image', title: 'IMAGE', hide: 6, max: 40 },
  ],
  rows: serviceRows,
  dependsOn: ({ nodes }) => [isSwarmTold(nodes, 'services'), isSwarmTold(nodes, 'tasks')],
  empty: ({ nodes }) =>
    isSwarmTold(nodes, 'services')
      ? 'No services. They exist in a swarm only.'
      : 'Services are not known: no manager of a swarm told of them.',
})

function serviceRows({ graph, nodes }: Data): Row[] {
  const isTold = isSwarmTold(nodes, 'services')
  const areTasksTold = isSwarmTold(nodes, 'tasks')
  const services = sortedByName(Object.values(graph.services))
  const owned = services.flatMap(service => [
    serviceRow(service, isTold),
    ...sortedByName(service.tasks.flatMap(id => graph.tasks[id] ?? [])).map(task =>
      taskRow(graph, task, 2, areTasksTold),
    ),
  ])
  const known = new Set(services.flatMap(({ tasks }) => tasks))
  const others = sortedByName(Object.values(graph.tasks).filter(({ id }) => !known.has(id)))
  return [...owned, ...others.map(task => taskRow(graph, task, 1, areTasksTold))]
}

function serviceRow(service: SwarmService, isTold: boolean): Row {
  const vips = service.networks.flatMap(({ vip }) => vip ?? [])
  const cells = [
    worldCell(service.name, 'strong'),
    toldCell(service.mode, isTold),
    taskCount(service),
    toldCell(vips.join(' '), isTold || service.mode === 'dnsrr', 'accent'),
    toldCell(portWords(service), isTold),
    toldCell(service.schedule, isTold, 'dim'),
    toldCell(service.image, isTold, 'dim'),
  ]
  const row = objectRow(service, cells)
  return isServiceLacking(service) ? { ...row, isProblem: true } : row
}

const stateTones: Readonly<Record<string, Tone>> = {
  running: 'ok',
  complete: 'dim',
  shutdown: 'dim',
  remove: 'dim',
  failed: 'bad',
  rejected: 'bad',
  orphaned: 'warn',
}

function taskRow(graph: Graph, task: SwarmTask, level: number, isTold: boolean): Row {
  const node = task.node === undefined ? undefined : (graph.nodes[task.node]?.name ?? task.node)
  const row = objectRow(task, [
    worldCell(`  ${task.name}`),
    toldCell(task.state, isTold, stateTones[task.state ?? ''] ?? 'warn'),
    { text: '' },
    toldCell(task.addresses.map(({ address }) => address).join(' '), isTold),
    worldCell(task.error, 'bad'),
    toldCell(node, isTold, 'dim'),
    { text: '' },
  ])
  return { ...row, level, isProblem: row.isProblem || isTaskUnwell(task) }
}
