import type {
  Address,
  BridgeVlan,
  FdbEntry,
  Link,
  Namespace,
  Neighbour,
  Qdisc,
  Snapshot,
  Socket,
} from '../snapshot/index.ts'
import { type Ip, isInPrefix, parseIp } from '../util/prefix.ts'
import type { NamespacePart } from '../graph/evidence.ts'
import type { RowRef } from './evidence.ts'
import type { IpFamily } from './packet.ts'
import { buildFib, type Fib } from './routing/fib.ts'

/** A namespace with its rows in the order in which a packet asks for them. Everything is made when first asked for. */
export type View = {
  /** Graph id of the node. */
  readonly node: string
  /** Tells namespaces of several nodes apart, whose ids may be equal. */
  readonly key: string
  readonly snapshot: Snapshot
  readonly namespace: Namespace
  /** The task or container whose sandbox it is, where Docker tells. */
  readonly owner: string | undefined
  /** Names a row as evidence. */
  ref(part: NamespacePart, key: string): RowRef
  /** Why a source was not read; undefined when it was, be it with gaps. */
  missing(source: string): string | undefined
  link(nameOrIndex: string | number): Link | undefined
  addressesOf(ifname: string): readonly Address[]
  /** Rows of this very address. */
  addressRows(address: string): readonly Address[]
  fib(family: IpFamily): Fib
  neighbour(ifname: string, address: string): Neighbour | undefined
  /** Forwarding entries of a MAC. */
  fdb(mac: string): readonly FdbEntry[]
  /** Of a device, all that are at work behind each other. */
  qdiscs(ifname: string): readonly Qdisc[]
  /** The VLANs of a bridge's port, or of the bridge itself; undefined when they were not read. */
  vlans(ifname: string): readonly BridgeVlan[] | undefined
  /** Links that have this one as master, in their order. */
  ports(master: string): readonly Link[]
  sockets(protocol: 'tcp' | 'udp', port: number): readonly Socket[]
  /** A number; undefined when it was not read. */
  sysctl(name: string): number | undefined
}

/** Shorter lists are searched: most namespaces are asked once or twice, and an index would cost more. */
const FEW = 16

/** Statuses whose data is as good as empty. */
const unread = new Set(['unavailable', 'forbidden', 'timeout', 'gone'])

export function createView(node: string, snapshot: Snapshot, namespace: Namespace, owner?: string): View {
  const byIndex = lazy(() => new Map(namespace.links.map(link => [link.ifindex, link])))
  const byName = lazy(() => new Map(namespace.links.map(link => [link.ifname, link])))
  const addresses = lazy(() => groupBy(namespace.addresses, address => address.ifname))
  const addressRows = lazy(() => groupBy(namespace.addresses, address => address.local))
  const neighbours = lazy(
    () => new Map(namespace.neighbours.filter(isNeighbour).map(row => [`${row.dev} ${row.dst}`, row])),
  )
  const fdb = lazy(() => groupBy(namespace.fdb, entry => entry.mac))
  const qdiscs = lazy(() => groupBy(namespace.qdiscs ?? [], ({ dev }) => dev))
  const vlans = lazy(() => new Map(namespace.vlans?.map(row => [row.ifname, row.vlans])))
  const ports = lazy(() => groupBy(namespace.links, link => link.master ?? ''))
  const sockets = lazy(() => groupBy(namespace.sockets, ({ protocol, port }) => `${protocol} ${port}`))
  const sources = lazy(() => new Map(namespace.sources.map(report => [report.source, report])))
  const fibs = {
    inet: lazy(() => buildFib(namespace, 'inet')),
    inet6: lazy(() => buildFib(namespace, 'inet6')),
  }
  return {
    node,
    key: `${node} ${namespace.id}`,
    snapshot,
    namespace,
    owner,
    ref: (part, key) => ({ from: 'kernel', node, namespace: namespace.id, part, key }),
    missing(source) {
      const report = sources().get(source)
      if (!report || !unread.has(report.status)) return undefined
      return report.reason ?? report.status
    },
    link: key => {
      if (namespace.links.length <= FEW)
        return namespace.links.find(
          typeof key === 'number' ? link => link.ifindex === key : link => link.ifname === key,
        )
      return typeof key === 'number' ? byIndex().get(key) : byName().get(key)
    },
    addressesOf: ifname => addresses().get(ifname) ?? [],
    addressRows: address =>
      namespace.addresses.length <= FEW
        ? namespace.addresses.filter(({ local }) => local === address)
        : (addressRows().get(address) ?? []),
    fib: family => fibs[family](),
    neighbour: (ifname, address) => neighbours().get(`${ifname} ${address}`),
    fdb: mac => fdb().get(mac) ?? [],
    qdiscs: ifname => qdiscs().get(ifname) ?? [],
    vlans: ifname =>
      // A port that is in none has no row.
      vlans().get(ifname) ?? (sources().get('rtnl.vlans')?.status === 'ok' ? [] : undefined),
    ports: master => ports().get(master) ?? [],
    sockets: (protocol, port) => sockets().get(`${protocol} ${port}`) ?? [],
    sysctl(name) {
      const value = namespace.sysctls[name]
      return value === undefined ? undefined : Number(value)
    },
  }
}

const isNeighbour = (row: Neighbour) => row.proxy === undefined

/** Whether the kernel is Linux MAJOR.MINOR or later. */
export function isLinux({ snapshot }: View, major: number, minor: number): boolean {
  const [own = 0, second = 0] = snapshot.host.kernel.split('.').map(Number)
  return own > major || (own === major && second >= minor)
}

/** `net.ipv4.conf.eth0.forwarding`; a dot in the name is a slash, as sysctl(8) has it. */
export function linkSysctl(
  view: View,
  ifname: string,
  setting: string,
  family: 'ipv4' | 'ipv6' = 'ipv4',
): number | undefined {
  return view.sysctl(`net.${family}.conf.${ifname.replaceAll('.', '/')}.${setting}`)
}

/** An address of this namespace on any link, or undefined. */
export function ownAddress(view: View, address: string): Address | undefined {
  return view.addressRows(address)[0]
}

/** Whether `ip` lies in the subnet of an address of a link (inet_ifa_match). */
export function isInSubnet(ip: Ip, address: Address): boolean {
  const own = parseIp(address.address ?? address.local)
  return own !== undefined && isInPrefix(ip, { ip: own, length: address.prefixlen })
}

function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = key(row)
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return groups
}

export function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
