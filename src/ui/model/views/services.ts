import type { Graph, SwarmService, SwarmTask } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import { isSwarmTold } from '../gaps.ts'
import type { Tone } from '../span.ts'
import { type Row, worldCell } from '../table.ts'
import { objectView } from './object-view.ts'
import { objectRow, portWords, sortedByName, taskCount } from './words.ts'

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
  empty: ({ nodes }) =>
    isSwarmTold(nodes, 'services')
      ? 'No services. They exist in a swarm only.'
      : 'Services are not known: no manager of a swarm told of them.',
})

function serviceRows({ graph }: Data): Row[] {
  const services = sortedByName(Object.values(graph.services))
  const owned = services.flatMap(service => [
    serviceRow(service),
    ...sortedByName(service.tasks.flatMap(id => graph.tasks[id] ?? [])).map(task => taskRow(graph, task, 2)),
  ])
  const known = new Set(services.flatMap(({ tasks }) => tasks))
  const others = sortedByName(Object.values(graph.tasks).filter(({ id }) => !known.has(id)))
  return [...owned, ...others.map(task => taskRow(graph, task, 1))]
}

function serviceRow(service: SwarmService): Row {
  const vips = service.networks.flatMap(({ vip }) => vip ?? [])
  return objectRow(service, [
    worldCell(service.name, 'strong'),
    worldCell(service.mode),
    taskCount(service),
    worldCell(vips.join(' '), 'accent'),
    worldCell(portWords(service)),
    worldCell(service.schedule, 'dim'),
    worldCell(service.image, 'dim'),
  ])
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

function taskRow(graph: Graph, task: SwarmTask, level: number): Row {
  const node = task.node === undefined ? undefined : (graph.nodes[task.node]?.name ?? task.node)
  const isUnwell =
    task.desiredState === 'running' && ['failed', 'rejected', 'orphaned'].includes(task.state ?? '')
  const row = objectRow(task, [
    worldCell(`  ${task.name}`),
    worldCell(task.state, stateTones[task.state ?? ''] ?? 'warn'),
    { text: '' },
    worldCell(task.addresses.map(({ address }) => address).join(' ')),
    worldCell(task.error, 'bad'),
    worldCell(node, 'dim'),
    { text: '' },
  ])
  return { ...row, level, isProblem: row.isProblem || isUnwell }
}
