import type { VirtualService as VirtualServiceRow } from '../../snapshot/index.ts'
import { serverKeyAt, socketAddress } from '../../snapshot/row-keys.ts'
import type { RealServer, SwarmTask, VirtualService } from '../model.ts'
import { added, addObject, type Draft, type Mutable, none, warn } from './draft.ts'
import { endpointAt, isLive, type OwnerIndex, type OwnersOn, ownersOn, tasksAt, tasksOf } from './owners.ts'
import { type Keyed, kernelRow, type NamespaceView, withKeys } from './world.ts'

type RealServerRow = VirtualServiceRow['realServers'][number]

/** The real servers of a virtual service with their tasks and endpoints, and the tasks that should be among them. */
export function resolveRealServers(
  draft: Draft,
  namespace: NamespaceView,
  virtual: Mutable<VirtualService>,
  row: VirtualServiceRow,
  owners: OwnerIndex,
): void {
  const here = ownersOn(owners, virtual.network)
  const prefix = `real-server:${virtual.id.slice('virtual-service:'.length)}/`
  for (const server of withKeys(row.realServers, ({ address, port }) => socketAddress(address, port)))
    addRealServer(draft, namespace, virtual, prefix, server, here)
  missingServers(virtual, row, owners)
}

function addRealServer(
  draft: Draft,
  namespace: NamespaceView,
  virtual: Mutable<VirtualService>,
  prefix: string,
  { key: place, row }: Keyed<RealServerRow>,
  owners: OwnersOn,
): void {
  const { address, port, forwarding, weight } = row
  const tasks = tasksAt(owners, address)
  const task = tasks.length === 1 ? tasks[0] : undefined
  const endpoint = endpointAt(owners, address)
  const node = draft.nodes.byId[task?.node ?? endpoint?.node ?? '']
  const name = task?.name ?? (endpoint && draft.sandboxes.byId[endpoint.sandbox]?.name) ?? place
  const evidence = kernelRow(namespace, 'ipvs', serverKeyAt(virtual.name, place))
  const object: Mutable<RealServer> = {
    type: 'real-server',
    id: prefix + place,
    name: node ? `${name} on ${node.name}` : name,
    evidence: [evidence],
    warnings: none,
    node: virtual.node,
    virtualService: virtual.id,
    address,
    port,
    forwarding,
    weight,
    isQuiesced: weight === 0,
  }
  if (task) object.task = task.id
  if (endpoint) object.endpoint = endpoint.id
  if (node) object.taskNode = node.id
  addObject(draft.realServers, object)
  virtual.realServers.push(object.id)
  if (task) task.realServers = added(task.realServers, object.id)
  doubtRealServer(draft, virtual, object, tasks)
}

function doubtRealServer(
  draft: Draft,
  virtual: Mutable<VirtualService>,
  object: Mutable<RealServer>,
  tasks: readonly Mutable<SwarmTask>[],
): void {
  if (tasks.length > 1) {
    const names = tasks.map(other => other.name).join(', ')
    const rows = tasks.flatMap(other => other.evidence)
    warn(object, 'ambiguous', `${object.address} is the address of ${names}`, [...object.evidence, ...rows])
  }
  if (tasks.length > 0) return
  const service = draft.services.byId[virtual.service ?? '']
  if (!service) return
  const message = `no task of ${service.name} has ${object.address}`
  warn(object, 'unknown-real-server', message, [...object.evidence, ...service.evidence])
}

/** Tasks that run, by what the daemon says, and get no connections. */
function missingServers(virtual: Mutable<VirtualService>, row: VirtualServiceRow, owners: OwnerIndex): void {
  if (virtual.service === undefined || virtual.network === undefined) return
  const addresses = new Set(row.realServers.map(({ address }) => address))
  for (const task of tasksOf(owners, virtual.service)) {
    if (!isLive(task)) continue
    for (const { network, address } of task.addresses) {
      if (network !== virtual.network || addresses.has(address)) continue
      const message = `${task.name} (${address}) runs, and is no real server of ${virtual.name}`
      warn(virtual, 'missing-real-server', message, [...virtual.evidence, ...task.evidence])
    }
  }
}
