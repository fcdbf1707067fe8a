import { snapshotsByNode } from '../graph/rows.ts'
import type { Address, Link, Namespace, Snapshot } from '../snapshot/index.ts'
import { createView, lazy, type View } from './view.ts'

/** The snapshots of a trace: one node's, or several of one cluster. */
export type World = {
  /** Namespaces of a node that have virtual services. */
  balancing(snapshot: Snapshot): readonly View[]
  /** A namespace of a node of which a source was not read. */
  unread(snapshot: Snapshot, source: string): View | undefined
  /** Namespaces of a node that hold a UDP socket on a port. */
  onUdpPort(snapshot: Snapshot, port: number): readonly View[]
  /** By node and id, or by id alone where it is the only one of that id. */
  find(namespace: string, node?: string): View | undefined
  /** By the key of a view. */
  ofKey(key: string): View | undefined
  /** The other end of a veth pair. */
  peer(view: View, link: Link): { readonly view: View; readonly ifname: string } | undefined
  /** Who on another node owns an address of the network between the nodes. */
  across(from: View, address: string): { readonly view: View; readonly ifname: string } | undefined
  /** Every row of an address, on all nodes; addresses of `lo` that every namespace has are left out. */
  ownersOf(address: string): readonly { readonly view: View; readonly row: Address }[]
  /** Every link that has a MAC, on all nodes. */
  linksOfMac(mac: string): readonly { readonly view: View; readonly link: Link }[]
  /** Every link of a kind that sits on another device, or every vxlan or ipip. */
  linksOfKind(kind: string): readonly { readonly view: View; readonly link: Link }[]
  /** A namespace of the same node by the number that `view` has for it. */
  byNsid(view: View, nsid: number): View | undefined
}

/** Worlds are kept as long as their first snapshot: the second trace of the same ones is faster. */
const worlds = new WeakMap<Snapshot, { readonly snapshots: readonly Snapshot[]; readonly world: World }[]>()

export function worldOf(snapshots: readonly Snapshot[]): World {
  const [first] = snapshots
  if (!first) return createWorld(snapshots)
  const known = worlds.get(first) ?? []
  const same = known.find(entry => isSameList(entry.snapshots, snapshots))
  if (same) return same.world
  const world = createWorld(snapshots)
  worlds.set(first, [...known, { snapshots: [...snapshots], world }])
  return world
}

function isSameList(a: readonly Snapshot[], b: readonly Snapshot[]): boolean {
  return a.length === b.length && a.every((snapshot, i) => snapshot === b[i])
}

function createWorld(snapshots: readonly Snapshot[]): World {
  const seats = [...snapshotsByNode(snapshots)].flatMap(([node, snapshot]) => seatsOf(node, snapshot))
  const byId = lazy(() => Map.groupBy(seats, ({ namespace }) => namespace.id))
  const byKey = lazy(() => new Map(seats.map(seat => [`${seat.node} ${seat.namespace.id}`, seat])))
  const addresses = lazy(() => indexAddresses(seats))
  const links = lazy(() => indexLinks(seats))
  const find = (namespace: string, node?: string): View | undefined => {
    const seat = byId()
      .get(namespace)
      ?.find(each => node === undefined || each.node === node)
    return seat && viewOf(seat)
  }
  return {
    balancing: snapshot =>
      seats.filter(seat => seat.snapshot === snapshot && seat.namespace.ipvs.services.length > 0).map(viewOf),
    unread: (snapshot, source) =>
      seats
        .filter(seat => seat.snapshot === snapshot)
        .map(viewOf)
        .find(view => (view.missing(source) ?? view.missing('namespace')) !== undefined),
    onUdpPort: (snapshot, wanted) =>
      seats
        .filter(
          ({ snapshot: own, namespace: { sockets } }) =>
            own === snapshot && sockets.some(({ protocol, port }) => protocol === 'udp' && port === wanted),
        )
        .map(viewOf),
    find,
    ofKey(key) {
      const seat = byKey().get(key)
      return seat && viewOf(seat)
    },
    peer(view, { peer }) {
      const other = peer && find(peer.namespace, view.node)
      return other && peer && { view: other, ifname: peer.ifname }
    },
    ownersOf: address =>
      (addresses().get(address) ?? []).flatMap(seat => {
        const view = viewOf(seat)
        return view.addressRows(address).map(row => ({ view, row }))
      }),
    linksOfMac: mac =>
      (links().byMac.get(mac) ?? []).flatMap(seat =>
        seat.namespace.links
          .filter(({ address }) => address === mac)
          .map(link => ({ view: viewOf(seat), link })),
      ),
    linksOfKind: kind =>
      (links().byKind.get(kind) ?? []).map(({ seat, link }) => ({ view: viewOf(seat), link })),
    across(from, address) {
      const others = (addresses().get(address) ?? []).filter(
        seat => seat.node !== from.node || seat.snapshot !== from.snapshot,
      )
      return acrossTheWire(others.map(viewOf), address)
    },
    byNsid(view, nsid) {
      const row = view.namespace.nsids.find(entry => entry.nsid === nsid)
      return row?.namespace === undefined ? undefined : find(row.namespace, view.node)
    },
  }
}

/** A namespace of a node, of which a view is made when something leads there: of a thousand a trace sees ten. */
type Seat = {
  readonly node: string
  readonly snapshot: Snapshot
  readonly namespace: Namespace
  readonly owner: string | undefined
  view?: View
}

function seatsOf(node: string, snapshot: Snapshot): Seat[] {
  const owners = ownersOfSandboxes(snapshot)
  return snapshot.namespaces.map(namespace => ({
    node,
    snapshot,
    namespace,
    owner: owners.get(namespace.name),
  }))
}

function viewOf(seat: Seat): View {
  const { node, snapshot, namespace, owner } = seat
  return (seat.view ??= createView(node, snapshot, namespace, owner))
}

/** Who has an address; those that every namespace has are left out. */
function indexAddresses(seats: readonly Seat[]): Map<string, Seat[]> {
  const index = new Map<string, Seat[]>()
  for (const seat of seats)
    for (const { local, scope } of seat.namespace.addresses) if (scope !== 'host') put(index, local, seat)
  return index
}

/** Kinds that are asked for as a whole: what sits on other devices, and tunnels. */
const soughtKinds = new Set(['vlan', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'vxlan', 'ipip'])
const NO_MAC = '00:00:00:00:00:00'

function indexLinks(seats: readonly Seat[]): {
  readonly byMac: ReadonlyMap<string, readonly Seat[]>
  readonly byKind: ReadonlyMap<string, readonly { readonly seat: Seat; readonly link: Link }[]>
} {
  const byMac = new Map<string, Seat[]>()
  const byKind = new Map<string, { seat: Seat; link: Link }[]>()
  for (const seat of seats) {
    for (const link of seat.namespace.links) {
      const { address, linkinfo } = link
      if (address !== undefined && address !== NO_MAC) put(byMac, address, seat)
      const kind = linkinfo?.info_kind
      if (kind === undefined || !soughtKinds.has(kind)) continue
      const list = byKind.get(kind)
      if (list) list.push({ seat, link })
      else byKind.set(kind, [{ seat, link }])
    }
  }
  return { byMac, byKind }
}

/** Once for each namespace, though it may have a MAC or an address several times. */
function put(index: Map<string, Seat[]>, key: string, seat: Seat): void {
  const list = index.get(key)
  if (!list) index.set(key, [seat])
  else if (list.at(-1) !== seat) list.push(seat)
}

/** Tasks (`web.2`) and other containers by the file name of their sandbox. */
function ownersOfSandboxes({ docker }: Snapshot): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  for (const { Name, Labels, NetworkSettings } of docker?.containers ?? []) {
    const file = NetworkSettings.SandboxKey.split('/').at(-1)
    // The name of a task ends in its id.
    const task = Labels['com.docker.swarm.task.name']?.replace(/\.[^.]+$/, '')
    if (file) owners.set(file, task ?? Name.replace(/^\//, ''))
  }
  return owners
}

function acrossTheWire(
  views: readonly View[],
  address: string,
): { readonly view: View; readonly ifname: string } | undefined {
  for (const view of views) {
    for (const row of view.addressRows(address)) {
      const link = view.link(row.ifname)
      if (link && !link.peer && link.linkinfo?.info_kind !== 'bridge' && row.scope !== 'host') {
        return { view, ifname: row.ifname }
      }
    }
  }
  return undefined
}
