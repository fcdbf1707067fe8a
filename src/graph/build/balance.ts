import type { VirtualService as VirtualServiceRow } from '../../snapshot/index.ts'
import { virtualServiceKey } from '../../snapshot/row-keys.ts'
import { pointer, type RowRef } from '../evidence.ts'
import type { MarkRule, Network, Sandbox, SwarmService, VirtualService } from '../model.ts'
import { added, addEdge, addObject, type Draft, type Mutable, prepended, warn } from './draft.ts'
import { marksOf } from './marks.ts'
import { endpointAt, type OwnerIndex, ownersOn, tasksAt } from './owners.ts'
import { resolveRealServers } from './real-servers.ts'
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
      const sandbox = index.byNamespace.get(namespace.key)
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
  for (const { key, row } of withKeys(services, virtualServiceKey)) {
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
  addObject(draft.virtualServices, object)
  sandbox.virtualServices.push(object.id)
  addEdge(draft, 'in-ipvs', object.id, sandbox.id, prepended<RowRef>(evidence, sandbox.evidence))

  const meaning = meaningOf(view, object, row, owners, networks, told)
  if (meaning.network) object.network = meaning.network.id
  if (meaning.service) {
    object.service = meaning.service.id
    meaning.service.virtualServices = added(meaning.service.virtualServices, object.id)
    addEdge(draft, 'serves', object.id, meaning.service.id, prepended(evidence, meaning.evidence))
  }
  resolveRealServers(draft, namespace, object, row, owners)
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
  const vips = new Map<string, RowRef>()
  for (const { address, evidence } of object.marks) if (address !== undefined) vips.set(address, evidence)
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
      ? sandbox.endpoints.flatMap(id => draft.endpoints.byId[id]?.network ?? [])
      : [sandbox.network]
  return [...new Set(ids)].flatMap(id => draft.networks.byId[id] ?? [])
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
      const service = draft.services.byId[id]
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
  return {
    network: first.network,
    service: first.service,
    evidence: prepended(evidence, first.service.evidence),
  }
}

function byServers(
  networks: readonly Mutable<Network>[],
  { realServers }: VirtualServiceRow,
  owners: OwnerIndex,
): Mutable<Network> | undefined {
  return networks.find(({ id }) => {
    const here = ownersOn(owners, id)
    return realServers.some(({ address }) => tasksAt(here, address).length > 0 || endpointAt(here, address))
  })
}
