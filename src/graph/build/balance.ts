import type { VirtualService as VirtualServiceRow } from '../../snapshot/index.ts'
import { keyOfServerIn, socketAddress, virtualServiceKey } from '../../snapshot/row-keys.ts'
import { pointer, type RowRef } from '../evidence.ts'
import type {
  MarkRule,
  Network,
  RealServer,
  Sandbox,
  SwarmService,
  SwarmTask,
  VirtualService,
} from '../model.ts'
import { added, addEdge, type Draft, type Mutable, none, warn } from './draft.ts'
import { marksOf } from './marks.ts'
import { endpointAt, isLive, type OwnerIndex, tasksAt } from './owners.ts'
import type { SandboxIndex } from './sandboxes.ts'
import { dockerRow, kernelRow, type NamespaceView, type NodeView, withKeys, type World } from './world.ts'

/** What of a service a virtual service stands for, and what told so. */
type Meaning = {
  readonly network?: Mutable<Network>
  readonly service?: Mutable<SwarmService>
  readonly evidence: readonly RowRef[]
}

/** Virtual services of IPVS, with the services that their marks stand for, and real servers with their tasks. */
export function resolveBalance(draft: Draft, world: World, index: SandboxIndex, owners: OwnerIndex): void {
  for (const view of world.views) {
    for (const namespace of view.namespaces) {
      const sandbox = index.byNamespace.get(`${view.id} ${namespace.row.id}`)
      if (sandbox) balanceSandbox(draft, view, namespace, sandbox, owners)
    }
  }
}

function balanceSandbox(
  draft: Draft,
  view: NodeView,
  namespace: NamespaceView,
  sandbox: Mutable<Sandbox>,
  owners: OwnerIndex,
): void {
  const { services } = namespace.row.ipvs
  const isRead = namespace.row.sources.some(({ source, status }) => source === 'ipvs' && status === 'ok')
  if (services.length === 0 && !isRead) return
  const marks = marksOf(namespace)
  // Most sandboxes balance nothing.
  const networks = services.length === 0 ? [] : networksOf(draft, sandbox)
  const told = toldOf(draft, view, networks)
  for (const [key, row] of withKeys(services, virtualServiceKey)) {
    const own = row.fwmark === undefined ? [] : (marks.get(row.fwmark) ?? [])
    if (row.fwmark !== undefined) marks.delete(row.fwmark)
    addVirtualService(draft, view, namespace, sandbox, key, row, own, owners, networks, told)
  }
  for (const [mark, rules] of marks) {
    if (sandbox.kind === 'host') break
    const message = `mark ${mark} is set, and no virtual service has it`
    warn(
      sandbox,
      'missing-virtual-service',
      message,
      rules.map(({ evidence }) => evidence),
    )
  }
}

function addVirtualService(
  draft: Draft,
  view: NodeView,
  namespace: NamespaceView,
  sandbox: Mutable<Sandbox>,
  key: string,
  row: VirtualServiceRow,
  marks: readonly MarkRule[],
  owners: OwnerIndex,
  networks: readonly Mutable<Network>[],
  told: Told,
): void {
  const evidence = kernelRow(namespace, 'ipvs', key)
  const place = sandbox.id.slice('sandbox:'.length)
  const object: Mutable<VirtualService> = {
    type: 'virtual-service',
    id: `virtual-service:${place}/${key.toLowerCase().replaceAll(' ', '-')}`,
    name: key,
    evidence: [evidence],
    warnings: [],
    node: view.id,
    sandbox: sandbox.id,
    namespace: namespace.row.id,
    scheduler: row.scheduler,
    marks: [...marks],
    realServers: [],
  }
  if (row.fwmark !== undefined) object.fwmark = row.fwmark
  if (row.protocol !== undefined) object.protocol = row.protocol
  if (row.address !== undefined) object.address = row.address
  if (row.port !== undefined) object.port = row.port
  draft.virtualServices.set(object.id, object)
  sandbox.virtualServices.push(object.id)
  addEdge(draft, 'in-ipvs', object.id, sandbox.id, [evidence, ...sandbox.evidence])

  const meaning = meaningOf(view, object, row, owners, networks, told)
  if (meaning.network) object.network = meaning.network.id
  if (meaning.service) {
    object.service = meaning.service.id
    meaning.service.virtualServices.push(object.id)
    addEdge(draft, 'serves', object.id, meaning.service.id, [evidence, ...meaning.evidence])
  }
  const service = object.id.slice('virtual-service:'.length)
  for (const [serverKey, server] of withKeys(row.realServers, server => keyOfServerIn(key, server)))
    addRealServer(draft, namespace, object, service, serverKey, server, owners)
  missingServers(draft, object, row)
}

/**
 * Which service of which network. The daemon's own number of the mark (LocalLBIndex) says it, and so does the VIP of the rule
 * that sets the mark; when they differ, the number counts and the object says so.
 */
function meaningOf(
  view: NodeView,
  object: Mutable<VirtualService>,
  row: VirtualServiceRow,
  owners: OwnerIndex,
  networks: readonly Mutable<Network>[],
  told: Told,
): Meaning {
  const byMark = row.fwmark === undefined ? undefined : byNumber(view, told, row.fwmark)
  const vips = new Map<string, RowRef>(
    object.marks.flatMap(({ address, evidence }) => (address === undefined ? [] : [[address, evidence]])),
  )
  if (row.address !== undefined) vips.set(row.address, object.evidence[0] as RowRef)
  const byVip = byAddress(told, vips)
  if (byMark?.service && byVip?.service && byMark.service !== byVip.service) {
    const message = `the daemon says that mark ${row.fwmark} is ${byMark.service.name}, its VIP is ${byVip.service.name}'s`
    warn(object, 'differs', message, [...byMark.evidence, ...byVip.evidence])
  }
  if (byMark) return { ...byMark, evidence: [...byMark.evidence, ...(byVip?.evidence ?? [])] }
  if (byVip) return byVip
  const isTold = networks.some(({ evidence }) =>
    evidence.some(({ from, node }) => from === 'docker' && node === view.id),
  )
  if (isTold) {
    const message = `no service of the daemon's has ${object.name}`
    warn(object, 'unknown-service', message, [
      ...object.evidence,
      ...object.marks.map(({ evidence }) => evidence),
    ])
  }
  const network = networks.length === 1 ? networks[0] : byServers(networks, row, owners)
  return { ...(network && { network }), evidence: [] }
}

/** Networks that a sandbox balances: its own, or before Docker 18.06 all that it has an endpoint on. */
function networksOf(draft: Draft, sandbox: Mutable<Sandbox>): Mutable<Network>[] {
  const ids =
    sandbox.network === undefined
      ? sandbox.endpoints.flatMap(id => draft.endpoints.get(id)?.network ?? [])
      : [sandbox.network]
  return [...new Set(ids)].flatMap(id => draft.networks.get(id) ?? [])
}

/** A service on a network, and how many of those that were told of come before it: the first one counts. */
type ToldService = {
  readonly network: Mutable<Network>
  readonly service: Mutable<SwarmService>
  readonly index: number
}

/** The services of some networks by the number of the mark that a node gave them, and by VIP. */
type Told = {
  readonly byNumber: ReadonlyMap<number, ToldService>
  readonly byVip: ReadonlyMap<string, ToldService>
}

function toldOf(draft: Draft, view: NodeView, networks: readonly Mutable<Network>[]): Told {
  const byMark = new Map<number, ToldService>()
  const byVip = new Map<string, ToldService>()
  let index = 0
  for (const network of networks) {
    for (const id of network.services) {
      const service = draft.services.get(id)
      const entry = service?.networks.find(({ network: other }) => other === network.id)
      if (!service || !entry) continue
      const told = { network, service, index: index++ }
      const mark = entry.fwmarks[view.id]
      if (mark !== undefined && !byMark.has(mark)) byMark.set(mark, told)
      if (entry.vip !== undefined && !byVip.has(entry.vip)) byVip.set(entry.vip, told)
    }
  }
  return { byNumber: byMark, byVip }
}

function byNumber(view: NodeView, told: Told, fwmark: number): Meaning | undefined {
  const found = told.byNumber.get(fwmark)
  if (!found) return undefined
  const { network, service } = found
  const place = pointer('Services', service.name, 'LocalLBIndex')
  return { network, service, evidence: [dockerRow(view.id, 'networks', network.networkId ?? '', place)] }
}

function byAddress(told: Told, vips: ReadonlyMap<string, RowRef>): Meaning | undefined {
  let first: ToldService | undefined
  let evidence: RowRef | undefined
  for (const [vip, row] of vips) {
    const found = told.byVip.get(vip)
    if (!found || (first && first.index < found.index)) continue
    first = found
    evidence = row
  }
  if (!first || !evidence) return undefined
  return { network: first.network, service: first.service, evidence: [evidence, ...first.service.evidence] }
}

function byServers(
  networks: readonly Mutable<Network>[],
  { realServers }: VirtualServiceRow,
  owners: OwnerIndex,
): Mutable<Network> | undefined {
  return networks.find(({ id }) =>
    realServers.some(
      ({ address }) => tasksAt(owners, id, address).length > 0 || endpointAt(owners, id, address),
    ),
  )
}

type RealServerRow = VirtualServiceRow['realServers'][number]

function addRealServer(
  draft: Draft,
  namespace: NamespaceView,
  virtual: Mutable<VirtualService>,
  service: string,
  key: string,
  row: RealServerRow,
  owners: OwnerIndex,
): void {
  const { address, port, forwarding, weight } = row
  const tasks = virtual.network === undefined ? [] : tasksAt(owners, virtual.network, address)
  const task = tasks.length === 1 ? tasks[0] : undefined
  const endpoint = virtual.network === undefined ? undefined : endpointAt(owners, virtual.network, address)
  const node = draft.nodes.get(task?.node ?? endpoint?.node ?? '')
  const place = socketAddress(address, port)
  const name = task?.name ?? (endpoint && draft.sandboxes.get(endpoint.sandbox)?.name) ?? place
  const evidence = kernelRow(namespace, 'ipvs', key)
  const object: Mutable<RealServer> = {
    type: 'real-server',
    id: `real-server:${service}/${place}`,
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
  draft.realServers.set(object.id, object)
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
  const service = draft.services.get(virtual.service ?? '')
  if (!service || tasks.length > 0) return
  const message = `no task of ${service.name} has ${object.address}`
  warn(object, 'unknown-real-server', message, [...object.evidence, ...service.evidence])
}

/** Tasks that run, by what the daemon says, and get no connections. */
function missingServers(draft: Draft, virtual: Mutable<VirtualService>, row: VirtualServiceRow): void {
  const service = draft.services.get(virtual.service ?? '')
  if (!service || virtual.network === undefined) return
  const addresses = new Set(row.realServers.map(({ address }) => address))
  for (const id of service.tasks) {
    const task = draft.tasks.get(id)
    if (!task || !isLive(task)) continue
    for (const { network, address } of task.addresses) {
      if (network !== virtual.network || addresses.has(address)) continue
      const message = `${task.name} (${address}) runs, and is no real server of ${virtual.name}`
      warn(virtual, 'missing-real-server', message, [...virtual.evidence, ...task.evidence])
    }
  }
}
