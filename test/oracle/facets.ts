import { readAddresses } from '../../src/collectors/kernel/rtnl/address.ts'
import { readFdb } from '../../src/collectors/kernel/rtnl/fdb.ts'
import { readNeighbours } from '../../src/collectors/kernel/rtnl/neighbour.ts'
import { readRoutes } from '../../src/collectors/kernel/rtnl/route.ts'
import { readRules } from '../../src/collectors/kernel/rtnl/rule.ts'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { readVlans } from '../../src/collectors/kernel/rtnl/vlan.ts'
import type { Link } from '../../src/snapshot/index.ts'
import type { Dump } from '../../src/collectors/kernel/dump.ts'
import { parseIpJson } from '../support/netns.ts'
import type { Comparison } from './compare.ts'
import { linkDifferences } from './compare-links.ts'
import type { Facet } from './facet.ts'
import { randomAddresses } from './generate-addresses.ts'
import { randomFdb, randomNeighbours, randomVlans } from './generate-neighbours.ts'
import { randomRoutes } from './generate-routes.ts'
import { randomRules } from './generate-rules.ts'

type Row = Record<string, unknown>

/** Built with the world. */
export const linkFacet: Facet = {
  name: 'links',
  build: () => [],
  commands: ['ip -j -d -s link'],
  theirs: ([output]) => rowsOf(output),
  ours: host => whole(readLinks(host.netlink())),
  moving: new Set(),
  compare: compareLinks,
  covers: ['linkinfo', 'master', 'link', 'link_netnsid', 'altnames', 'stats64'],
}

export const addressFacet: Facet = {
  name: 'addresses',
  build: randomAddresses,
  commands: ['ip -j addr'],
  theirs: ([output]) =>
    rowsOf(output).flatMap(link =>
      (link['addr_info'] as Row[]).map(row => ({ ...row, ifindex: link['ifindex'], ifname: link['ifname'] })),
    ),
  // ip groups the addresses by link; inside of a link both have the kernel's order.
  ours: host => whole(readAddresses(host.netlink(), host.names)).sort((a, b) => a.ifindex - b.ifindex),
  moving: new Set(['valid_life_time', 'preferred_life_time']),
  covers: [
    'address',
    'metric',
    'broadcast',
    'label',
    'secondary',
    'nodad',
    'home',
    'deprecated',
    'dynamic',
    'mngtmpaddr',
    'noprefixroute',
    'autojoin',
    'temporary',
    'tentative',
    'stable-privacy',
    'scope=host',
    'scope=link',
  ],
}

export const routeFacet: Facet = {
  name: 'routes',
  build: randomRoutes,
  commands: ['ip -4 -d -j route show table all', 'ip -6 -d -j route show table all'],
  theirs: byFamily,
  ours: host => whole(readRoutes(host.netlink(), host.names)),
  moving: new Set(['expires']),
  covers: [
    'from',
    'nhid',
    'tos',
    'gateway',
    'via',
    'prefsrc',
    'metric',
    'flow',
    'expires',
    'metrics',
    'pref',
    'nexthops',
    'encap',
    ...['unicast', 'local', 'broadcast', 'anycast', 'multicast'].map(type => `type=${type}`),
    ...['blackhole', 'unreachable', 'prohibit', 'throw'].map(type => `type=${type}`),
    ...['onlink', 'linkdown'].map(flag => `flags=${flag}`),
    ...['main', 'local', 'default', '5', '4294967295'].map(table => `table=${table}`),
    ...['low', 'medium', 'high'].map(preference => `pref=${preference}`),
  ],
}

export const ruleFacet: Facet = {
  name: 'rules',
  build: randomRules,
  commands: ['ip -j rule', 'ip -6 -j rule'],
  theirs: byFamily,
  ours: host => whole(readRules(host.netlink())),
  moving: new Set(),
  covers: [
    'not',
    'srclen',
    'dst',
    'dstlen',
    'tos',
    'fwmark',
    'fwmask',
    'iif',
    'iif_detached',
    'oif',
    'oif_detached',
    'l3mdev',
    'uid_start',
    'ipproto',
    'sport',
    'sport_start',
    'dport',
    'dport_start',
    'tun_id',
    'suppress_prefixlen',
    'suppress_ifgroup',
    'flow_from',
    'flow_to',
    'goto',
    'unresolved',
    'nop',
    'action',
    'protocol',
  ],
}

export const neighbourFacet: Facet = {
  name: 'neighbours',
  build: randomNeighbours,
  commands: ['ip -4 -j neigh', 'ip -6 -j neigh', 'ip -4 -j neigh show proxy', 'ip -6 -j neigh show proxy'],
  theirs: ([v4, v6, proxy4, proxy6]) => [...byFamily([v4, v6]), ...byFamily([proxy4, proxy6])],
  ours: host => whole(readNeighbours(host.netlink(), host.names)),
  moving: new Set(),
  covers: [
    'lladdr',
    'router',
    'proxy',
    'managed',
    'extern_learn',
    'protocol',
    ...['PERMANENT', 'NOARP', 'STALE', 'REACHABLE', 'FAILED'].map(state => `state=${state}`),
  ],
}

/** Kernels without bridge VLANs have none: test/swarm/bridge-vlan.test.ts compares in a guest. */
export const vlanFacet: Facet = {
  name: 'vlans',
  build: randomVlans,
  commands: ['bridge -compressvlans -j vlan show'],
  theirs: ([output]) => rowsOf(output),
  ours: host => whole(readVlans(host.netlink(), host.names)),
  moving: new Set(),
  covers: [],
}

export const fdbFacet: Facet = {
  name: 'fdb',
  build: randomFdb,
  commands: ['bridge -j fdb'],
  theirs: ([output]) => rowsOf(output),
  ours: host => whole(readFdb(host.netlink(), host.names)),
  moving: new Set(),
  // `vlan` needs a kernel with bridge VLANs.
  covers: [
    'dst',
    'port',
    'vni',
    'src_vni',
    'viaIf',
    'master',
    ...['permanent', 'static', ''].map(state => `state=${state}`),
    ...['self', 'extern_learn', 'router', 'sticky'].map(flag => `flags=${flag}`),
  ],
}

/** Everything of rtnetlink, in the order in which it has to be built. */
export const rtnlFacets: readonly Facet[] = [
  linkFacet,
  addressFacet,
  routeFacet,
  ruleFacet,
  neighbourFacet,
  vlanFacet,
  fdbFacet,
]

/** The rules of `linkDifferences`, row by row: a namespace whose links changed meanwhile has not held still. */
function compareLinks(
  before: readonly unknown[],
  theirs: readonly unknown[],
  after: readonly unknown[],
): Comparison {
  const order = (rows: readonly unknown[]): string => rows.map(row => (row as Row)['ifindex']).join()
  if (order(before) !== order(after)) return { differences: [], unsettled: ['links came or went'] }
  if (order(before) !== order(theirs)) {
    return { differences: [`ours are ${order(before)}, theirs ${order(theirs)}`], unsettled: [] }
  }
  const differences = theirs.flatMap((row, index) =>
    linkDifferences(before[index] as Link, row as Row, after[index] as Link).map(
      difference => `${JSON.stringify((row as Row)['ifname'])} ${difference}`,
    ),
  )
  return { differences, unsettled: [] }
}

/** The rows of a dump that has to be perfect. */
function whole<Value>(dump: Dump<Value>): Value[] {
  if (dump.problems.length > 0) throw new Error(dump.problems.join('; '))
  return dump.rows
}

function rowsOf(output: string | undefined): Row[] {
  return parseIpJson(Buffer.from(output ?? '')) as Row[]
}

function byFamily([v4, v6]: readonly (string | undefined)[]): Row[] {
  return [
    ...rowsOf(v4).map(row => ({ family: 'inet', ...row })),
    ...rowsOf(v6).map(row => ({ family: 'inet6', ...row })),
  ]
}
