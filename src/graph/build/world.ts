import type {
  Address,
  DockerContainer,
  DockerNetwork,
  Link,
  Namespace,
  Snapshot,
} from '../../snapshot/index.ts'
import type { DockerPart, DockerRow, KernelRow, NamespacePart } from '../evidence.ts'

/** Phase one of the graph: all snapshots, in one order whatever order they came in, with indexes to look things up by. */
export type World = {
  /** By node id; one for each node. */
  readonly views: readonly NodeView[]
  /** Snapshots that a newer one of the same node has replaced. */
  readonly replaced: readonly { readonly node: string; readonly takenAt: string }[]
}

/** One snapshot. */
export type NodeView = {
  /** Graph id: `node:` and `key`. */
  readonly id: string
  /** The host name, which stays when the daemon goes; with an id behind it where two nodes share one. */
  readonly key: string
  readonly nodeId: string | undefined
  readonly hostname: string
  readonly snapshot: Snapshot
  readonly host: NamespaceView | undefined
  readonly namespaces: readonly NamespaceView[]
  readonly byId: ReadonlyMap<string, NamespaceView>
  /** What the daemon said, sorted; undefined for a list that was not read. */
  readonly networks: readonly DockerNetwork[] | undefined
  readonly containers: readonly DockerContainer[] | undefined
}

export type NamespaceView = {
  readonly node: string
  /** Node and id of the namespace: what tells it from all others. */
  readonly key: string
  readonly row: Namespace
  /** Sorted by ifindex. */
  readonly links: readonly Link[]
  readonly byIndex: ReadonlyMap<number, Link>
  readonly byName: ReadonlyMap<string, Link>
  /** By ifindex; the widest prefix first, so an endpoint's own address is before its VIPs. */
  readonly addresses: ReadonlyMap<number, readonly Address[]>
}

/** Plain comparison of texts: the same on every machine, and much faster than that of a language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export type Keyed<Row> = { readonly key: string; readonly row: Row }

/** Rows with their keys, sorted by them; each key is made once. */
export function withKeys<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Keyed<Row>[] {
  const keyed = rows.map(row => ({ key: keyOf(row), row }))
  return keyed.length < 2 ? keyed : keyed.sort((a, b) => compare(a.key, b.key))
}

export function byKey<Item>(key: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => compare(key(a), key(b))
}

/** The entries of a record, sorted by key. */
export function entriesOf<Value>(record: Readonly<Record<string, Value>> | undefined): [string, Value][] {
  return record ? keysOf(record).map(key => [key, record[key] as Value]) : []
}

/** The keys of a record, sorted. */
export function keysOf(record: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(record).sort()
}

export function kernelRow(
  { node, row }: NamespaceView,
  part: NamespacePart,
  key: string,
  field?: string,
): KernelRow {
  return field === undefined
    ? { from: 'kernel', node, namespace: row.id, part, key }
    : { from: 'kernel', node, namespace: row.id, part, key, field }
}

export function dockerRow(node: string, part: DockerPart, id: string, field?: string): DockerRow {
  return field === undefined ? { from: 'docker', node, part, id } : { from: 'docker', node, part, id, field }
}

/** One node's snapshots: the newest, and those that it replaces. */
export type NodeSnapshots = {
  readonly key: string
  readonly newest: Snapshot
  readonly older: readonly Snapshot[]
}

/** Which snapshots are of one node, and what the node is called; reads no namespace. */
export function snapshotsOfNodes(snapshots: readonly Snapshot[]): NodeSnapshots[] {
  return groupByNode(snapshots, knownNodes(snapshots))
}

export function readWorld(snapshots: readonly Snapshot[]): World {
  const known = knownNodes(snapshots)
  const nodes = groupByNode(snapshots, known)
  const views = nodes.map(({ key, newest }) => readView(key, newest, known))
  return {
    views: views.toSorted(byKey(({ id }) => id)),
    replaced: nodes.flatMap(({ key, older }) => older.map(({ takenAt }) => ({ node: nodeId(key), takenAt }))),
  }
}

/** Graph id of a node. */
export function nodeId(key: string): string {
  return `node:${key}`
}

function groupByNode(snapshots: readonly Snapshot[], known: KnownNodes): NodeSnapshots[] {
  const byNode = Map.groupBy(snapshots, snapshot => identity(snapshot, known))
  const names = new Map<string, number>()
  for (const [{ hostname }] of nodesOf(byNode)) names.set(hostname, (names.get(hostname) ?? 0) + 1)
  return nodesOf(byNode).map(([{ hostname, distinction }, [newest, ...older]]) => {
    const key = names.get(hostname) === 1 ? hostname : `${hostname}@${distinction}`
    return { key, newest, older }
  })
}

type Named = { readonly hostname: string; readonly distinction: string }

/** Each node's snapshots, the newest first, with what it is called and what tells it from another of that name. */
function nodesOf(
  byNode: ReadonlyMap<string, readonly Snapshot[]>,
): (readonly [Named, readonly [Snapshot, ...Snapshot[]]])[] {
  return [...byNode].flatMap(([distinction, snapshots]) => {
    const [newest, ...older] = snapshots.toSorted((a, b) => compare(ageKey(b), ageKey(a)))
    return newest ? [[{ hostname: hostnameOf(newest), distinction }, [newest, ...older]] as const] : []
  })
}

function ageKey({ takenAt, host, tookMs }: Snapshot): string {
  return `${takenAt} ${host.bootId} ${tookMs}`
}

/** Ids of the swarm's nodes by host name, from every daemon that told. */
type KnownNodes = ReadonlyMap<string, ReadonlySet<string>>

function knownNodes(snapshots: readonly Snapshot[]): KnownNodes {
  const known = new Map<string, Set<string>>()
  const add = (hostname: string, id: string): void => {
    if (id === '') return
    const ids = known.get(hostname)
    if (ids) ids.add(id)
    else known.set(hostname, new Set([id]))
  }
  for (const { docker } of snapshots) {
    for (const { Hostname, ID } of docker?.nodes ?? []) add(Hostname, ID)
    if (docker?.info) add(docker.info.Name, docker.info.Swarm.NodeID)
  }
  return known
}

function hostnameOf({ docker, host }: Snapshot): string {
  return docker?.info?.Name || host.hostname
}

/** Its swarm id, by its own word or by that of another node; else the boot of its kernel. */
function identity(snapshot: Snapshot, known: KnownNodes): string {
  return swarmId(snapshot, known) ?? `${hostnameOf(snapshot)} ${snapshot.host.bootId}`
}

function swarmId(snapshot: Snapshot, known: KnownNodes): string | undefined {
  const own = snapshot.docker?.info?.Swarm.NodeID
  if (own) return own
  const candidates = known.get(hostnameOf(snapshot))
  return candidates?.size === 1 ? [...candidates][0] : undefined
}

function readView(key: string, snapshot: Snapshot, known: KnownNodes): NodeView {
  const id = nodeId(key)
  const namespaces = snapshot.namespaces
    .map(row => readNamespace(id, row))
    .toSorted(byKey(({ row }) => row.id))
  return {
    id,
    key,
    nodeId: swarmId(snapshot, known),
    hostname: hostnameOf(snapshot),
    snapshot,
    host: namespaces.find(({ row }) => row.kind === 'host'),
    namespaces,
    byId: new Map(namespaces.map(namespace => [namespace.row.id, namespace])),
    networks: snapshot.docker?.networks?.toSorted(byKey(({ Id }) => Id)),
    containers: snapshot.docker?.containers?.toSorted(byKey(({ Id }) => Id)),
  }
}

function readNamespace(node: string, row: Namespace): NamespaceView {
  const links = row.links.toSorted((a, b) => a.ifindex - b.ifindex)
  const addresses = new Map<number, Address[]>()
  for (const address of row.addresses) {
    const list = addresses.get(address.ifindex)
    if (list) list.push(address)
    else addresses.set(address.ifindex, [address])
  }
  for (const list of addresses.values()) if (list.length > 1) list.sort(widestFirst)
  const byIndex = new Map<number, Link>()
  const byName = new Map<string, Link>()
  for (const link of links) {
    byIndex.set(link.ifindex, link)
    byName.set(link.ifname, link)
  }
  return { node, key: `${node} ${row.id}`, row, links, byIndex, byName, addresses }
}

function widestFirst(a: Address, b: Address): number {
  return compare(a.family, b.family) || a.prefixlen - b.prefixlen || compare(a.local, b.local)
}
