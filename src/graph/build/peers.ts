import type { FdbEntry, Neighbour } from '../../snapshot/index.ts'
import { fdbKey, neighbourKey } from '../../snapshot/row-keys.ts'
import type { KernelRow, RowRef } from '../evidence.ts'
import type { Network, OverlayPeer, RemoteEndpoint } from '../model.ts'
import { addObject, type Draft, type Mutable, warn } from './draft.ts'
import { endpointAt, isLive, type OwnerIndex, type OwnersOn, ownersOn, tasksAt, tasksOf } from './owners.ts'
import { nodeOfVtep, type VtepIndex } from './vteps.ts'
import {
  compare,
  type Keyed,
  kernelRow,
  type NamespaceView,
  type NodeView,
  withKeys,
  type World,
} from './world.ts'

const NO_MAC = '00:00:00:00:00:00'

/**
 * Other ends of the tunnels. dockerd writes two entries for each endpoint of another node: a neighbour (address to MAC) and a
 * forwarding entry (MAC to VTEP), both permanent, both on the vxlan link (peerdb.go of libnetwork).
 */
export function resolvePeers(draft: Draft, world: World, owners: OwnerIndex, vteps: VtepIndex): void {
  for (const view of world.views) {
    for (const network of draft.networks.list) {
      for (const { node, namespace: id } of network.instances) {
        const namespace = node === view.id && id !== undefined ? view.byId.get(id) : undefined
        if (namespace?.row.kind === 'overlay') peersOf(draft, view, namespace, network, owners, vteps)
      }
    }
  }
}

function peersOf(
  draft: Draft,
  view: NodeView,
  namespace: NamespaceView,
  network: Mutable<Network>,
  owners: OwnerIndex,
  vteps: VtepIndex,
): void {
  const isTunnel = (ifname: string | undefined): boolean =>
    namespace.byName.get(ifname ?? '')?.linkinfo?.info_kind === 'vxlan'
  const neighbours = new Map<string, Neighbour[]>()
  for (const row of namespace.row.neighbours) {
    if (row.lladdr === undefined || !row.state?.includes('PERMANENT') || !isTunnel(row.dev)) continue
    const list = neighbours.get(row.lladdr)
    if (list) list.push(row)
    else neighbours.set(row.lladdr, [row])
  }
  const byVtep = new Map<string, FdbEntry[]>()
  for (const row of namespace.row.fdb) {
    if (row.dst === undefined || !isTunnel(row.ifname)) continue
    const list = byVtep.get(row.dst)
    if (list) list.push(row)
    else byVtep.set(row.dst, [row])
  }
  const here = ownersOn(owners, network.id)
  const context: Context = { draft, view, namespace, network, owners, here, neighbours, seen: new Map() }
  for (const [vtep, rows] of [...byVtep].toSorted(([a], [b]) => compare(a, b)))
    addPeer(context, vtep, withKeys(rows, fdbKey), vteps)
  const rest = [...neighbours].flatMap(([mac, rows]) => (context.seen.has(mac) ? [] : rows))
  for (const { key, row } of withKeys(rest, neighbourKey)) {
    const message = `${row.dst} has MAC ${row.lladdr} on ${view.hostname}, and no forwarding entry says which node it is behind`
    warn(network, 'half-peer', message, [kernelRow(namespace, 'neighbours', key)])
  }
  missingPeers(context)
}

type Context = {
  readonly draft: Draft
  readonly view: NodeView
  readonly namespace: NamespaceView
  readonly network: Mutable<Network>
  readonly owners: OwnerIndex
  /** Those of this network. */
  readonly here: OwnersOn
  /** By MAC. */
  readonly neighbours: ReadonlyMap<string, readonly Neighbour[]>
  /** The VTEP that each MAC is behind. */
  readonly seen: Map<string, string>
}

function addPeer(context: Context, vtep: string, rows: readonly Keyed<FdbEntry>[], vteps: VtepIndex): void {
  const { draft, view, namespace, network } = context
  const node = nodeOfVtep(draft, vteps, vtep)
  const entries = rows.map(({ key, row }) => ({ row, entry: kernelRow(namespace, 'fdb', key) }))
  const peer: Mutable<OverlayPeer> = {
    type: 'peer',
    id: `peer:${view.key}/${namespace.row.name}/${vtep}`,
    name: `${network.name} to ${node.name}`,
    evidence: entries.slice(0, 1).map(({ entry }) => entry),
    warnings: [],
    node: view.id,
    network: network.id,
    vtep,
    peerNode: node.id,
    endpoints: [],
  }
  addObject(draft.peers, peer)
  network.peers.push(peer.id)
  for (const { row, entry } of entries) if (row.mac !== NO_MAC) addRemote(context, peer, row, entry)
  if (node.id === view.id) warn(peer, 'differs', `${vtep} is ${node.name}'s own address`, peer.evidence)
}

function addRemote(context: Context, peer: Mutable<OverlayPeer>, row: FdbEntry, entry: KernelRow): void {
  const { namespace, here, neighbours } = context
  const known = neighbours.get(row.mac) ?? []
  const before = context.seen.get(row.mac)
  if (before !== undefined && before !== peer.vtep)
    warn(peer, 'ambiguous', `${row.mac} is behind ${before} and ${peer.vtep}`, [entry])
  context.seen.set(row.mac, peer.vtep)
  if (known.length === 0) {
    peer.endpoints.push({ mac: row.mac, evidence: [entry] })
    warn(peer, 'half-peer', `${row.mac} is behind ${peer.vtep}, and no neighbour has that MAC`, [entry])
  }
  for (const { key, row: neighbour } of withKeys(known, neighbourKey)) {
    const evidence: RowRef[] = [entry, kernelRow(namespace, 'neighbours', key)]
    const tasks = tasksAt(here, neighbour.dst)
    const task = tasks.length === 1 ? tasks[0] : undefined
    const endpoint = endpointAt(here, neighbour.dst)
    const remote: Mutable<RemoteEndpoint> = { mac: row.mac, address: neighbour.dst, evidence }
    if (task) remote.task = task.id
    if (endpoint && endpoint.node !== peer.node) remote.endpoint = endpoint.id
    peer.endpoints.push(remote)
    if (task) {
      if (task.node !== undefined && task.node !== peer.peerNode)
        warn(peer, 'differs', `${task.name} (${neighbour.dst}) is sent to ${peer.vtep}, and runs elsewhere`, [
          ...evidence,
          ...task.evidence,
        ])
    }
  }
}

/** Tasks that run on other nodes, and that nothing here leads to: their packets are dropped. */
function missingPeers({ draft, view, namespace, network, owners }: Context): void {
  const isRead = (part: string): boolean =>
    namespace.row.sources.some(({ source, status }) => source === `rtnl.${part}` && status === 'ok')
  if (!isRead('neighbours') || !isRead('fdb')) return
  const known = new Set<string | undefined>()
  for (const id of network.peers) {
    const peer = draft.peers.byId[id]
    if (peer?.node === view.id) for (const { address } of peer.endpoints) known.add(address)
  }
  for (const id of network.services) {
    for (const task of tasksOf(owners, id)) {
      if (task.node === undefined || task.node === view.id || !isLive(task)) continue
      for (const { network: other, address } of task.addresses) {
        if (other !== network.id || known.has(address)) continue
        const message = `${view.hostname} has no way to ${task.name} (${address}) on ${network.name}`
        warn(network, 'missing-peer', message, [
          ...task.evidence,
          kernelRow(namespace, 'fdb', ''),
          kernelRow(namespace, 'neighbours', ''),
        ])
      }
    }
  }
}
