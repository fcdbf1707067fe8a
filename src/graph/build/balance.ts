import type { VirtualService as VirtualServiceRow } from '../../snapshot/index.ts'
import { realServerKey, socketAddress, virtualServiceKey } from '../../snapshot/row-keys.ts'
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
import { addEdge, type Draft, type Mutable, warn } from './draft.ts'
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
  for (const [key, row] of withKeys(services, virtualServiceKey)) {
    const own = row.fwmark === undefined ? [] : (marks.get(row.fwmark) ?? [])
    if (row.fwmark !== undefined) marks.delete(row.fwmark)
    addVirtualService(draft, view, namespace, sandbox, key, row, own, owners)
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
    ...(row.fwmark !== undefined && { fwmark: row.fwmark }),
    ...(row.protocol !== undefined && { protocol: row.protocol }),
    ...(row.address !== undefined && { address: row.address }),
    ...(row.port !== undefined && { port: row.port }),
    scheduler: row.scheduler,
    marks: [...marks],
    realServers: [],
  }
  draft.virtualServices.set(object.id, object)
  sandbox.virtualServices.push(object.id)
  addEdge(draft, 'in-ipvs', object.id, sandbox.id, [evidence, ...sandbox.evidence])

  const meaning = meaningOf(draft, view, sandbox, object, row, owners)
  if (meaning.network) object.network = meaning.network.id
  if (meaning.service) {
    object.service = meaning.service.id
    meaning.service.virtualServices.push(object.id)
    addEdge(draft, 'serves', object.id, meaning.service.id, [evidence, ...meaning.evidence])
  }
  for (const [serverKey, server] of withKeys(row.realServers, server => realServerKey(row, server)))
    addRealServer(draft, namespace, object, serverKey, server, owners)
  missingServers(draft, object, row)
}

/**
 * Which service of which network. The daemon's own number of the mark (LocalLBIndex) says it, and so does the VIP of the rule
 * that sets the mark; when they differ, the number counts and the object says so.
 */
function meaningOf(
  draft: Draft,
  view: NodeView,
  sandbox: Mutable<Sandbox>,
  object: Mutable<VirtualService>,
  row: VirtualServiceRow,
  owners: OwnerIndex,
): Meaning {
  const networks = networksOf(draft, sandbox)
  const byMark = row.fwmark === undefined ? undefined : byNumber(draft, view, networks, row.fwmark)
  const vips = new Map<string, RowRef>(
    object.marks.flatMap(({ address, evidence }) => (address === undefined ? [] : [[address, evidence]])),
  )
  if (row.address !== undefined) vips.set(row.address, object.evidence[0] as RowRef)
  const byVip = byAddress(draft, networks, vips)
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

function byNumber(
  draft: Draft,
  view: NodeView,
  networks: readonly Mutable<Network>[],
  fwmark: number,
): Meaning | undefined {
  for (const network of networks) {
    for (const id of network.services) {
      const service = draft.services.get(id)
      const entry = service?.networks.find(({ network: other }) => other === network.id)
      if (!service || entry?.fwmarks[view.id] !== fwmark) continue
      const place = pointer('Services', service.name, 'LocalLBIndex')
      return { network, service, evidence: [dockerRow(view.id, 'networks', network.networkId ?? '', place)] }
    }
  }
  return undefined
}

function byAddress(
  draft: Draft,
  networks: readonly Mutable<Network>[],
  vips: ReadonlyMap<string, RowRef>,
): Meaning | undefined {
  if (vips.size === 0) return undefined
  for (const network of networks) {
    for (const id of network.services) {
      const service = draft.services.get(id)
      const vip = service?.networks.find(({ network: other }) => other === network.id)?.vip
      const evidence = vip === undefined ? undefined : vips.get(vip)
      if (service && evidence) return { network, service, evidence: [evidence, ...service.evidence] }
    }
  }
  return undefined
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
    id: `real-server:${virtual.id.slice('virtual-service:'.length)}/${place}`,
    name: node ? `${name} on ${node.name}` : name,
    evidence: [evidence],
    warnings: [],
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
  if (task) task.realServers.push(object.id)
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
