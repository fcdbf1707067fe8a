import type {
  DockerContainer,
  DockerNetwork,
  DockerNode,
  DockerService,
  DockerTask,
  Namespace,
  Snapshot,
  Socket,
  SourceReport,
} from '../snapshot/index.ts'
import { networkOf, parseIp, parsePrefix, type Prefix } from '../util/prefix.ts'

/** Something that was read, or why it was not: what is not known is never taken for empty. */
export type Known<Value> =
  | { readonly value: Value; readonly reason?: undefined }
  | { readonly value?: undefined; readonly reason: string }

/** A subnet that is in use on this node or in the Swarm, and by what. */
export type UsedPrefix = {
  readonly prefix: Prefix
  /** `network app (overlay)`, `interface eth0`, `route via 192.168.77.254 dev eth0`. */
  readonly what: string
}

/** Where this node stands in a Swarm. */
export type SwarmRole = {
  /** `none`: not in a Swarm; `stuck`: in one that it cannot use now (locked, pending, error), and `reason` says which. */
  readonly role: 'manager' | 'worker' | 'none' | 'stuck'
  readonly reason?: string
  readonly nodeId: string
  /** Pools that overlay subnets are cut from when none is asked for, and the length that they are cut to. */
  readonly pools: readonly string[]
  readonly subnetSize: number
}

/** What a check has to know of the node and its cluster. Pure data out of one snapshot. */
export type Site = {
  readonly hostname: string
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  /** Versions that the daemon told. */
  readonly daemon: Known<{ readonly version: string; readonly api: string }>
  readonly swarm: Known<SwarmRole>
  /** Names of the network drivers that the daemon has. */
  readonly drivers: Known<readonly string[]>
  readonly networks: Known<readonly DockerNetwork[]>
  readonly containers: Known<readonly DockerContainer[]>
  readonly services: Known<readonly DockerService[]>
  readonly tasks: Known<readonly DockerTask[]>
  readonly nodes: Known<readonly DockerNode[]>
  /** Of the host's namespace. */
  readonly interfaces: Known<readonly { readonly name: string; readonly mtu: number }[]>
  readonly addresses: Known<readonly UsedPrefix[]>
  readonly routes: Known<readonly UsedPrefix[]>
  /** Listening sockets of the host's namespace. */
  readonly sockets: Known<readonly Socket[]>
}

/** What moby takes when `docker swarm init` named none (libnetwork/ipamutils, GlobalScopeDefaultNetworks). */
const DEFAULT_POOL = '10.0.0.0/8'
const DEFAULT_SUBNET_SIZE = 24

/** Reads a node's snapshot as what actions have to know. */
export function siteOf(snapshot: Snapshot): Site {
  const { docker, namespaces, sources, host } = snapshot
  const kernel = namespaces.find(({ kind }) => kind === 'host')
  function told<Value>(part: string, value: Value | undefined): Known<Value> {
    const report = sources.find(({ source }) => source === `docker.${part}`)
    // What a daemon that went away said last may be wrong by now.
    if (value !== undefined && (!report || isUsable(report))) return { value }
    return { reason: reasonOf(report, docker ? 'it was not asked for' : 'no Docker daemon was asked') }
  }
  function seen<Value>(source: string, take: (from: Namespace) => Value): Known<Value> {
    if (!kernel) return { reason: "the host's network namespace was not read" }
    const report = kernel.sources.find(
      entry => (entry.source === source || entry.source === 'namespace') && !isUsable(entry),
    )
    return report ? { reason: reasonOf(report, '') } : { value: take(kernel) }
  }
  const version = told('version', docker?.version)
  const info = told('info', docker?.info)
  return {
    hostname: host.hostname,
    takenAt: Date.parse(snapshot.takenAt),
    daemon: version.value
      ? { value: { version: version.value.Version, api: version.value.ApiVersion } }
      : { reason: version.reason ?? '' },
    swarm: info.value ? { value: roleOf(info.value.Swarm) } : { reason: info.reason ?? '' },
    drivers: info.value ? { value: info.value.NetworkDrivers } : { reason: info.reason ?? '' },
    networks: told('networks', docker?.networks),
    containers: told('containers', docker?.containers),
    services: told('services', docker?.services),
    tasks: told('tasks', docker?.tasks),
    nodes: told('nodes', docker?.nodes),
    interfaces: seen('rtnl.links', ({ links }) => links.map(({ ifname, mtu }) => ({ name: ifname, mtu }))),
    addresses: seen('rtnl.addresses', ({ addresses }) => addresses.flatMap(usedAddress)),
    routes: seen('rtnl.routes', ({ routes }) => routes.flatMap(usedRoute)),
    sockets: seen('sockets', ({ sockets }) => sockets),
  }
}

function roleOf(swarm: NonNullable<NonNullable<Snapshot['docker']>['info']>['Swarm']): SwarmRole {
  const pools = swarm.Cluster?.DefaultAddrPool ?? []
  const common = {
    nodeId: swarm.NodeID,
    pools: pools.length > 0 ? pools : [DEFAULT_POOL],
    // Engines tell 0 for a cluster that was made before there was a choice.
    subnetSize: swarm.Cluster?.SubnetSize || DEFAULT_SUBNET_SIZE,
  }
  switch (swarm.LocalNodeState) {
    case 'active':
      return { role: swarm.ControlAvailable ? 'manager' : 'worker', ...common }
    case 'inactive':
    case '':
      return { role: 'none', ...common }
    default: {
      const more = swarm.Error === '' ? '' : `: ${swarm.Error}`
      return { role: 'stuck', reason: `the swarm of this node is ${swarm.LocalNodeState}${more}`, ...common }
    }
  }
}

function reasonOf(report: SourceReport | undefined, otherwise: string): string {
  return report && report.status !== 'ok' ? (report.reason ?? report.status) : otherwise
}

function usedAddress({ local, prefixlen, ifname, scope }: Namespace['addresses'][number]): UsedPrefix[] {
  const ip = parseIp(local)
  // Link-local and loopback subnets are on every node.
  if (!ip || scope === 'link' || scope === 'host') return []
  return [
    { prefix: networkOf({ ip, length: prefixlen }), what: `interface ${ifname} (${local}/${prefixlen})` },
  ]
}

function usedRoute({ dst, type, table, dev, gateway, family }: Namespace['routes'][number]): UsedPrefix[] {
  if (type !== 'unicast' || table === 'local' || dst === 'default') return []
  const prefix = parsePrefix(dst, family === 'inet' ? 32 : 128)
  if (!prefix || prefix.length === 0 || dst.startsWith('fe80:')) return []
  const way = [gateway === undefined ? '' : ` via ${gateway}`, dev === undefined ? '' : ` dev ${dev}`].join(
    '',
  )
  return [{ prefix, what: `route ${dst}${way}` }]
}

/** Rows that changed while they were read, and those that are there of a part, are true. */
function isUsable({ status }: SourceReport): boolean {
  return status === 'ok' || status === 'interrupted' || status === 'partial'
}
