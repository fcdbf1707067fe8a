import type { DockerNetworkService, DockerTask } from '../../snapshot/index.ts'
import { pointer, type RowRef } from '../evidence.ts'
import type { SwarmService, SwarmTask } from '../model.ts'
import { added, addEdge, addObject, type Draft, type Mutable, none } from './draft.ts'
import { nodeOfVtep, type VtepIndex } from './vteps.ts'
import type { ServiceIndex } from './services.ts'
import { byKey, compare, dockerRow, entriesOf, type NodeView, type World } from './world.ts'

const LABEL = 'com.docker.swarm.'

/** Tasks as managers list them, as their containers are labelled, and as networks tell of them on every node. */
export function resolveTasks(draft: Draft, world: World, services: ServiceIndex, vteps: VtepIndex): void {
  for (const view of world.views) {
    for (const row of view.snapshot.docker?.tasks?.toSorted(byKey(({ ID }) => ID)) ?? []) {
      const task = taskOf(draft, row.ID, dockerRow(view.id, 'tasks', row.ID))
      fill(draft, task, row)
    }
  }
  for (const view of world.views) fromContainers(draft, view)
  for (const view of world.views) fromNetworks(draft, view, services, vteps)
  for (const task of draft.tasks.list) finishTask(draft, task)
}

function taskOf(draft: Draft, taskId: string, evidence: RowRef): Mutable<SwarmTask> {
  const id = `task:${taskId}`
  const known = draft.tasks.byId[id]
  if (known) {
    known.evidence = added(known.evidence, evidence)
    return known
  }
  const task: Mutable<SwarmTask> = {
    type: 'task',
    id,
    name: '',
    evidence: [evidence],
    warnings: none,
    taskId,
    addresses: none,
    endpoints: none,
    realServers: none,
  }
  addObject(draft.tasks, task)
  return task
}

function fill(draft: Draft, task: Mutable<SwarmTask>, row: DockerTask): void {
  const service = `service:${row.ServiceID}`
  if (service in draft.services.byId) task.service = service
  if (row.Slot !== undefined && row.Slot > 0) task.slot = row.Slot
  const node = draft.nodesBySwarmId.get(row.NodeID ?? '')
  if (node) task.node = node.id
  task.state = row.Status.State
  task.desiredState = row.DesiredState
  if (row.Status.Err !== undefined) task.error = row.Status.Err
  for (const { NetworkID, Addresses } of row.NetworksAttachments)
    for (const address of Addresses) addAddress(task, `network:${NetworkID}`, address.split('/')[0] ?? '')
}

function addAddress(task: Mutable<SwarmTask>, network: string, address: string): void {
  if (address === '') return
  const isKnown = task.addresses.some(entry => entry.network === network && entry.address === address)
  if (!isKnown) task.addresses = added(task.addresses, { network, address })
}

/** Labels that swarmkit puts on the container of a task (daemon/cluster/executor/container of moby). */
function fromContainers(draft: Draft, view: NodeView): void {
  for (const { Id, Labels } of view.containers ?? []) {
    const taskId = Labels[`${LABEL}task.id`]
    const container = draft.containersByDockerId.get(Id)
    if (taskId === undefined || !container) continue
    const evidence = dockerRow(view.id, 'containers', Id, pointer('Labels', `${LABEL}task.id`))
    const task = taskOf(draft, taskId, evidence)
    const service = `service:${Labels[`${LABEL}service.id`]}`
    if (service in draft.services.byId) task.service ??= service
    task.node ??= view.id
    nameTask(task, parseTaskName(Labels[`${LABEL}task.name`] ?? '')?.place)
    task.container = container.id
    container.task = task.id
    addEdge(draft, 'runs-task', container.id, task.id, [evidence])
    const sandbox = draft.sandboxes.byId[container.sandbox ?? '']
    if (!sandbox || sandbox.kind === 'host') continue
    task.sandbox = sandbox.id
    sandbox.task = task.id
    for (const endpoint of sandbox.endpoints)
      if (!task.endpoints.includes(endpoint)) task.endpoints = added(task.endpoints, endpoint)
  }
}

const swarmId = /^[0-9a-z]{25}$/

/** `web.3.dbb48ysbdcvdfjuv3h12p8a2l`: service, slot, task; of a global service the node is in the slot's place. */
function parseTaskName(name: string): { readonly place: string; readonly taskId: string } | undefined {
  const end = name.lastIndexOf('.')
  const start = name.lastIndexOf('.', end - 1)
  const taskId = name.slice(end + 1)
  return start > 0 && end > start + 1 && swarmId.test(taskId)
    ? { place: name.slice(start + 1, end), taskId }
    : undefined
}

function nameTask(task: Mutable<SwarmTask>, place = ''): void {
  if (/^[1-9]\d{0,8}$/.test(place)) task.slot ??= Number(place)
}

/** What the gossip of a network says: the addresses of all tasks on it, and the VTEP of each one's node. */
function fromNetworks(draft: Draft, view: NodeView, services: ServiceIndex, vteps: VtepIndex): void {
  for (const network of view.networks ?? []) {
    const id = `network:${network.Id}`
    for (const [name, row] of entriesOf(network.Services)) {
      if (name === '') continue
      const service = services.get(name)
      const place = `${pointer('Services', name, 'Tasks')}/`
      for (let index = 0; index < row.Tasks.length; index++) {
        const evidence = dockerRow(view.id, 'networks', network.Id, place + index)
        fromGossip(draft, row.Tasks[index] as ToldTask, id, service, evidence, vteps)
      }
    }
  }
}

type ToldTask = DockerNetworkService['Tasks'][number]

function fromGossip(
  draft: Draft,
  { Name, EndpointIP, Info }: ToldTask,
  network: string,
  service: Mutable<SwarmService> | undefined,
  evidence: RowRef,
  vteps: VtepIndex,
): void {
  const named = parseTaskName(Name)
  if (!named) return
  const task = taskOf(draft, named.taskId, evidence)
  if (service) task.service ??= service.id
  nameTask(task, named.place)
  addAddress(task, network, EndpointIP)
  const vtep = Info['Host IP']
  if (vtep) task.node ??= nodeOfVtep(draft, vteps, vtep).id
}

function finishTask(draft: Draft, task: Mutable<SwarmTask>): void {
  const service = draft.services.byId[task.service ?? '']
  const node = draft.nodes.byId[task.node ?? '']
  const place = task.slot ?? node?.name
  task.name = service ? (place === undefined ? service.name : `${service.name}.${place}`) : task.taskId
  if (!task.addresses.every(({ network }) => network in draft.networks.byId))
    task.addresses = task.addresses.filter(({ network }) => network in draft.networks.byId)
  if (task.addresses.length > 1)
    task.addresses.sort((a, b) => compare(a.network, b.network) || compare(a.address, b.address))
  service?.tasks.push(task.id)
}
