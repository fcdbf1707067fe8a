import type { Namespace } from '../index.ts'
import { diffNetfilter } from './netfilter.ts'
import { policyRuleKey, realServerKey, routeKey, socketAddress, virtualServiceKey } from '../row-keys.ts'
import { type Change, diffRows, type Kind, without } from './rows.ts'

/** A part of a namespace: the sources that it comes from, and how two of it are compared. */
export type NamespacePart = {
  /** What is unknown when one of the sources could not be read. */
  readonly title: string
  /** One that ends in a dot stands for all that begin with it. */
  readonly sources: readonly string[]
  readonly diff: (before: Namespace, after: Namespace) => Change[]
}

function part<Row>(
  title: string,
  sources: readonly string[],
  rows: (namespace: Namespace) => readonly Row[],
  kind: Kind<Row>,
): NamespacePart {
  return { title, sources, diff: (before, after) => diffRows(kind, rows(before), rows(after)) }
}

/** Indexes are given anew when a link is made anew; a peer is told by its name. */
const links = part('links', ['rtnl.links'], namespace => namespace.links, {
  type: 'link',
  key: link => link.ifname,
  state: link => ({
    ...without(link, 'ifindex', 'stats64', 'link_index', 'link_netnsid', 'peer', 'linkinfo', 'promiscuity'),
    linkinfo: { info_kind: link.linkinfo?.info_kind, info_data: steadyData(link.linkinfo?.info_data) },
    peer: link.peer?.ifname,
  }),
})

/** Timers of bridges run, and addresses of their groups are learned. */
function steadyData(data: Readonly<Record<string, unknown>> | undefined): object {
  return Object.fromEntries(
    Object.entries(data ?? {}).filter(([name]) => !/timer|topology_change|fdb_n_learned/.test(name)),
  )
}

const addresses = part('addresses', ['rtnl.addresses'], namespace => namespace.addresses, {
  type: 'address',
  key: ({ local, prefixlen, ifname }) => `${local}/${prefixlen} dev ${ifname}`,
  state: address => without(address, 'ifindex', 'valid_life_time', 'preferred_life_time'),
})

const routes = part('routes', ['rtnl.routes'], namespace => namespace.routes, {
  type: 'route',
  key: routeKey,
  state: route => without(route, 'expires', 'nhid', 'flags'),
})

const rules = part('policy rules', ['rtnl.rules'], namespace => namespace.rules, {
  type: 'policy rule',
  key: policyRuleKey,
  state: rule => rule,
})

/** What the kernel learned comes and goes with the traffic; what somebody put there is topology. */
const neighbours = part(
  'neighbours',
  ['rtnl.neighbours'],
  namespace => namespace.neighbours.filter(({ state }) => state?.includes('PERMANENT') === true),
  {
    type: 'neighbour',
    key: ({ dst, dev }) => `${dst} dev ${dev}`,
    state: ({ lladdr, state }) => ({ lladdr, state }),
  },
)

const fdb = part(
  'forwarding entries',
  ['rtnl.fdb'],
  namespace => namespace.fdb.filter(({ state }) => state === 'permanent' || state === 'static'),
  {
    type: 'fdb entry',
    key: ({ mac, ifname, dst, vlan, flags }) =>
      `${mac} dev ${ifname}${dst === undefined ? '' : ` dst ${dst}`}${vlan === undefined ? '' : ` vlan ${vlan}`}${flags.map(flag => ` ${flag}`).join('')}`,
    state: entry => without(entry, 'viaIfIndex', 'linkNetNsId', 'nhid'),
  },
)

const vlans = part('VLANs of bridges', ['rtnl.vlans'], namespace => namespace.vlans ?? [], {
  type: 'port VLANs',
  key: ({ ifname }) => ifname,
  state: row => without(row, 'ifname'),
})

const qdiscs = part('qdiscs', ['rtnl.qdiscs'], namespace => namespace.qdiscs ?? [], {
  type: 'qdisc',
  key: ({ dev, kind, root, parent }) => `${kind} dev ${dev} ${root ? 'root' : `parent ${parent}`}`,
  state: qdisc => without(qdisc, 'refcnt', 'handle'),
})

const tcFilters = part('tc filters', ['rtnl.filters'], namespace => namespace.tcFilters ?? [], {
  type: 'tc filter',
  key: ({ dev, parent, chain, pref, protocol, kind }) =>
    `${kind} dev ${dev} ${parent} chain ${chain} pref ${pref} protocol ${protocol}`,
  state: filter => filter,
})

const netfilter: NamespacePart = {
  title: 'netfilter rules',
  sources: ['nft', 'xtables.'],
  diff: diffNetfilter,
}

const ipvs: NamespacePart = {
  title: 'IPVS',
  sources: ['ipvs'],
  diff: (before, after) => [
    ...diffRows(
      {
        type: 'virtual service',
        key: virtualServiceKey,
        state: service => without(service, 'text', 'stats', 'realServers'),
      },
      before.ipvs.services,
      after.ipvs.services,
    ),
    ...diffRows(
      {
        type: 'real server',
        key: ({ name }) => name,
        state: ({ server }) =>
          without(server, 'text', 'stats', 'activeConns', 'inactiveConns', 'persistConns'),
      },
      before.ipvs.services.flatMap(serversOf),
      after.ipvs.services.flatMap(serversOf),
    ),
  ],
}

type Server = Namespace['ipvs']['services'][number]['realServers'][number]

function serversOf(
  service: Namespace['ipvs']['services'][number],
): { readonly name: string; readonly server: Server }[] {
  return service.realServers.map(server => ({ name: realServerKey(service, server), server }))
}

const xfrmStates = part('security associations', ['xfrm'], namespace => namespace.xfrm.states, {
  type: 'xfrm state',
  key: ({ src, dst, proto, spi }) => `${src} -> ${dst} ${proto} ${spi}`,
  state: state => without(state, 'bytes', 'packets'),
})

const xfrmPolicies = part('IPsec policies', ['xfrm'], namespace => namespace.xfrm.policies, {
  type: 'xfrm policy',
  key: ({ dir, src, dst }) => `${dir} ${src} -> ${dst}`,
  state: policy => policy,
})

/** Docker's resolver listens on another port each time. */
const sockets = part('sockets', ['sockets'], namespace => namespace.sockets, {
  type: 'socket',
  key: ({ protocol, address, port }) =>
    `${protocol} ${socketAddress(address, address === '127.0.0.11' ? 0 : port)}`,
  state: ({ uid, state, v6only, ifname, processes }) => ({
    uid,
    state,
    v6only,
    ifname,
    processes: processes && [...new Set(processes.map(({ name }) => name))].toSorted(),
  }),
})

const sysctls: NamespacePart = {
  title: 'sysctls',
  sources: ['proc.sysctls'],
  diff: (before, after) =>
    diffRows(
      { type: 'sysctl', key: ([name]) => name, state: ([, value]) => ({ value }) },
      Object.entries(before.sysctls),
      Object.entries(after.sysctls),
    ),
}

export const namespaceParts: readonly NamespacePart[] = [
  links,
  addresses,
  routes,
  rules,
  neighbours,
  fdb,
  vlans,
  qdiscs,
  tcFilters,
  netfilter,
  ipvs,
  xfrmStates,
  xfrmPolicies,
  sockets,
  sysctls,
]
