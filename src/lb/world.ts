import { snapshotsByNode } from '../graph/rows.ts'
import type { Address, Link, Snapshot } from '../snapshot/index.ts'
import { createView, lazy, type View } from './view.ts'

/** The snapshots of a trace: one node's, or several of one cluster. */
export type World = {
  readonly views: readonly View[]
  /** By node and id, or by id alone where it is the only one of that id. */
  find(namespace: string, node?: string): View | undefined
  /** By the key of a view. */
  ofKey(key: string): View | undefined
  /** The other end of a veth pair. */
  peer(view: View, link: Link): { readonly view: View; readonly ifname: string } | undefined
  /** Who on another node owns an address of the network between the nodes. */
  across(from: View, address: string): { readonly view: View; readonly ifname: string } | undefined
  /** Every row of an address, on all nodes. */
  ownersOf(address: string): readonly { readonly view: View; readonly row: Address }[]
  /** Every link that has a MAC, on all nodes. */
  linksOfMac(mac: string): readonly { readonly view: View; readonly link: Link }[]
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
  const views = [...snapshotsByNode(snapshots)].flatMap(([node, snapshot]) => {
    const owners = ownersOfSandboxes(snapshot)
    return snapshot.namespaces.map(namespace =>
      createView(node, snapshot, namespace, owners.get(namespace.name)),
    )
  })
  const byKey = lazy(() => new Map(views.map(view => [view.key, view])))
  const byId = lazy(() => Map.groupBy(views, view => view.namespace.id))
  const byAddress = lazy(() =>
    Map.groupBy(
      views.flatMap(view => view.namespace.addresses.map(row => ({ view, row }))),
      ({ row }) => row.local,
    ),
  )
  const byMac = lazy(() =>
    Map.groupBy(
      views.flatMap(view => view.namespace.links.map(link => ({ view, link }))),
      ({ link }) => link.address ?? '',
    ),
  )
  const find = (namespace: string, node?: string): View | undefined =>
    byId()
      .get(namespace)
      ?.find(view => node === undefined || view.node === node)
  return {
    views,
    find,
    ofKey: key => byKey().get(key),
    peer(view, { peer }) {
      const other = peer && find(peer.namespace, view.node)
      return other && peer && { view: other, ifname: peer.ifname }
    },
    ownersOf: address => byAddress().get(address) ?? [],
    linksOfMac: mac => byMac().get(mac) ?? [],
    across: (from, address) => acrossTheWire(views, from, address),
    byNsid(view, nsid) {
      const row = view.namespace.nsids.find(entry => entry.nsid === nsid)
      return row?.namespace === undefined ? undefined : find(row.namespace, view.node)
    },
  }
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
  from: View,
  address: string,
): { readonly view: View; readonly ifname: string } | undefined {
  for (const view of views) {
    if (view.node === from.node && view.snapshot === from.snapshot) continue
    for (const row of view.addressRows(address)) {
      const link = view.link(row.ifname)
      if (link && !link.peer && link.linkinfo?.info_kind !== 'bridge' && row.scope !== 'host') {
        return { view, ifname: row.ifname }
      }
    }
  }
  return undefined
}
