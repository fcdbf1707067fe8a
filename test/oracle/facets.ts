import { readAddresses } from '../../src/collectors/kernel/rtnl/address.ts'
import { readFdb } from '../../src/collectors/kernel/rtnl/fdb.ts'
import { readNeighbours } from '../../src/collectors/kernel/rtnl/neighbour.ts'
import { readRoutes } from '../../src/collectors/kernel/rtnl/route.ts'
import { readRules } from '../../src/collectors/kernel/rtnl/rule.ts'
import type { Dump } from '../../src/collectors/kernel/dump.ts'
import { parseIpJson } from '../support/netns.ts'
import type { Facet } from './facet.ts'
import { randomAddresses } from './generate-addresses.ts'
import { randomFdb, randomNeighbours } from './generate-neighbours.ts'
import { randomRoutes } from './generate-routes.ts'
import { randomRules } from './generate-rules.ts'

type Row = Record<string, unknown>

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
  covers: ['lladdr', 'router', 'proxy', 'managed', 'extern_learn', 'state', 'protocol'],
}

export const fdbFacet: Facet = {
  name: 'fdb',
  build: randomFdb,
  commands: ['bridge -j fdb'],
  theirs: ([output]) => rowsOf(output),
  ours: host => whole(readFdb(host.netlink(), host.names)),
  moving: new Set(),
  // `vlan` needs a kernel with bridge VLANs.
  covers: ['dst', 'port', 'vni', 'src_vni', 'viaIf', 'master'],
}

/** Everything of rtnetlink but the links themselves, in the order in which it has to be built. */
export const rtnlFacets: readonly Facet[] = [addressFacet, routeFacet, ruleFacet, neighbourFacet, fdbFacet]

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
