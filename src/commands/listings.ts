import { parts } from '../collectors/kernel/parts.ts'
import type { Namespace } from '../snapshot/index.ts'
import { areProcessesCounted, countCell, processCell } from '../ui/model/namespaces.ts'
import { tabs } from '../ui/model/tabs/index.ts'
import { formatRange } from '../util/format.ts'
import { type Listing, optional } from './columns.ts'

/** Keeps the row's type between its two halves, and forgets it for the table below. */
function listing<Row>(made: Listing<Row>): Listing<unknown> {
  return made as Listing<unknown>
}

const namespaces = listing<Namespace>({
  parts: ['links', 'addresses', 'routes', 'netfilter', 'ipvs'],
  rows: namespace => [namespace],
  columns: [
    { title: 'ID', cell: row => row.id },
    { title: 'KIND', cell: row => row.kind },
    {
      title: 'PIDS',
      right: true,
      cell: (row, { sources }) => processCell(row, areProcessesCounted(sources)).text,
    },
    { title: 'LINKS', right: true, cell: row => countCell(row, tabs.interfaces).text },
    { title: 'ADDRESSES', right: true, cell: row => countCell(row, tabs.addresses).text },
    { title: 'ROUTES', right: true, cell: row => countCell(row, tabs.routes).text },
    { title: 'RULES', right: true, cell: row => countCell(row, tabs.rules).text },
    { title: 'IPVS', right: true, cell: row => countCell(row, tabs.ipvs).text },
    { title: 'PATH', cell: row => optional(row.paths[0]) },
  ],
})

const links = listing({
  parts: ['links', 'nsids'],
  rows: namespace => namespace.links,
  columns: [
    { title: 'INDEX', right: true, cell: row => String(row.ifindex) },
    { title: 'NAME', cell: row => row.ifname },
    { title: 'KIND', cell: row => optional(row.linkinfo?.info_kind) },
    { title: 'STATE', cell: row => optional(row.operstate) },
    { title: 'MTU', right: true, cell: row => String(row.mtu) },
    { title: 'ADDRESS', cell: row => optional(row.address) },
    { title: 'MASTER', cell: row => optional(row.master) },
    { title: 'PEER', cell: row => (row.peer ? `${row.peer.ifname}@${row.peer.namespace}` : '-') },
    { title: 'RX-BYTES', right: true, cell: row => optional(row.stats64?.rx.bytes) },
    { title: 'TX-BYTES', right: true, cell: row => optional(row.stats64?.tx.bytes) },
  ],
})

const addresses = listing({
  parts: ['addresses'],
  rows: namespace => namespace.addresses,
  columns: [
    { title: 'LINK', cell: row => row.ifname },
    { title: 'ADDRESS', cell: row => `${row.local}/${row.prefixlen}` },
    { title: 'SCOPE', cell: row => row.scope },
  ],
})

const routes = listing({
  parts: ['routes'],
  rows: namespace => namespace.routes,
  columns: [
    { title: 'TABLE', cell: row => row.table ?? 'main' },
    { title: 'TYPE', cell: row => row.type },
    { title: 'DESTINATION', cell: row => row.dst },
    { title: 'GATEWAY', cell: row => optional(row.gateway ?? row.via?.host) },
    { title: 'DEV', cell: row => optional(row.dev ?? row.nexthops?.map(hop => hop.dev).join(',')) },
    { title: 'PROTOCOL', cell: row => optional(row.protocol) },
    { title: 'METRIC', right: true, cell: row => optional(row.metric) },
    { title: 'SOURCE', cell: row => optional(row.prefsrc) },
  ],
})

const rules = listing({
  parts: ['rules'],
  rows: namespace => namespace.rules,
  columns: [
    { title: 'FAMILY', cell: row => row.family },
    { title: 'PRIORITY', right: true, cell: row => String(row.priority) },
    { title: 'FROM', cell: row => (row.srclen === undefined ? row.src : `${row.src}/${row.srclen}`) },
    { title: 'FWMARK', cell: row => optional(row.fwmark) },
    { title: 'IIF', cell: row => optional(row.iif) },
    { title: 'TABLE', cell: row => optional(row.table) },
    { title: 'ACTION', cell: row => optional(row.action) },
  ],
})

const neighbours = listing({
  parts: ['neighbours'],
  rows: namespace => namespace.neighbours,
  columns: [
    { title: 'ADDRESS', cell: row => row.dst },
    { title: 'DEV', cell: row => optional(row.dev) },
    { title: 'LLADDR', cell: row => optional(row.lladdr) },
    { title: 'STATE', cell: row => optional(row.state?.join(',')) },
  ],
})

const fdb = listing({
  parts: ['fdb'],
  rows: namespace => namespace.fdb,
  columns: [
    { title: 'MAC', cell: row => row.mac },
    { title: 'DEV', cell: row => row.ifname },
    { title: 'DST', cell: row => optional(row.dst) },
    { title: 'VLAN', right: true, cell: row => optional(row.vlan) },
    { title: 'MASTER', cell: row => optional(row.master) },
    { title: 'FLAGS', cell: row => optional(row.flags.join(',')) },
    { title: 'STATE', cell: row => optional(row.state) },
  ],
})

const vlans = listing({
  parts: ['links'],
  rows: namespace =>
    (namespace.vlans ?? []).flatMap(({ ifname, vlans: ofPort }) => ofPort.map(row => ({ ifname, ...row }))),
  columns: [
    { title: 'DEV', cell: row => row.ifname },
    { title: 'VLAN', right: true, cell: row => formatRange(row.vlan, row.vlanEnd) },
    { title: 'FLAGS', cell: row => optional(row.flags?.join(',')) },
  ],
})

const nsids = listing({
  parts: ['nsids'],
  rows: namespace => namespace.nsids,
  columns: [
    { title: 'NSID', right: true, cell: row => String(row.nsid) },
    { title: 'IS', cell: row => optional(row.namespace) },
  ],
})

const qdiscs = listing({
  parts: ['tc'],
  rows: namespace => namespace.qdiscs ?? [],
  columns: [
    { title: 'DEV', cell: row => row.dev },
    { title: 'KIND', cell: row => row.kind },
    { title: 'HANDLE', cell: row => row.handle },
    { title: 'PARENT', cell: row => (row.root ? 'root' : optional(row.parent)) },
  ],
})

const filters = listing({
  parts: ['tc'],
  rows: namespace => namespace.tcFilters ?? [],
  columns: [
    { title: 'DEV', cell: row => row.dev },
    { title: 'PARENT', cell: row => row.parent },
    { title: 'PROTOCOL', cell: row => row.protocol },
    { title: 'PREF', right: true, cell: row => String(row.pref) },
    { title: 'KIND', cell: row => row.kind },
    { title: 'CHAIN', right: true, cell: row => String(row.chain) },
  ],
})

const netfilter = listing({
  parts: ['netfilter'],
  rows: namespace =>
    namespace.netfilter.flatMap(table =>
      table.rules.map(rule => ({ ...rule, table, backend: table.backend })),
    ),
  columns: [
    { title: 'BACKEND', cell: row => row.backend },
    { title: 'FAMILY', cell: row => row.table.family },
    { title: 'TABLE', cell: row => row.table.table },
    { title: 'PACKETS', right: true, cell: row => row.packets },
    { title: 'BYTES', right: true, cell: row => row.bytes },
    { title: 'RULE', cell: row => row.text },
  ],
})

const nft = listing({
  parts: ['netfilter'],
  rows: namespace => namespace.nft.flatMap(table => table.rules.map(rule => ({ ...rule, table }))),
  columns: [
    { title: 'FAMILY', cell: row => row.table.family },
    { title: 'TABLE', cell: row => row.table.table },
    { title: 'CHAIN', cell: row => row.chain },
    { title: 'RULE', cell: row => row.text },
  ],
})

const ipvs = listing({
  parts: ['ipvs'],
  rows: namespace => namespace.ipvs.services.flatMap(service => [service, ...service.realServers]),
  columns: [
    { title: 'LINE', cell: row => row.text },
    { title: 'CONNS', right: true, cell: row => row.stats.conns },
    { title: 'ACTIVE', right: true, cell: row => ('activeConns' in row ? String(row.activeConns) : '-') },
    {
      title: 'INACTIVE',
      right: true,
      cell: row => ('inactiveConns' in row ? String(row.inactiveConns) : '-'),
    },
  ],
})

const xfrm = listing({
  parts: ['xfrm'],
  rows: namespace => [
    ...namespace.xfrm.states.map(row => ({ ...row, what: 'state', word: `${row.proto} ${row.spi}` })),
    ...namespace.xfrm.policies.map(row => ({ ...row, what: 'policy', word: `${row.dir} ${row.action}` })),
  ],
  columns: [
    { title: 'WHAT', cell: row => row.what },
    { title: 'SRC', cell: row => row.src },
    { title: 'DST', cell: row => row.dst },
    { title: 'IS', cell: row => row.word },
    { title: 'MARK', cell: row => optional(row.mark) },
  ],
})

const sockets = listing({
  parts: ['sockets'],
  rows: namespace => namespace.sockets,
  columns: [
    { title: 'PROTOCOL', cell: row => row.protocol },
    { title: 'STATE', cell: row => row.state },
    { title: 'ADDRESS', cell: row => (row.family === 'inet6' ? `[${row.address}]` : row.address) },
    { title: 'PORT', right: true, cell: row => String(row.port) },
    { title: 'UID', right: true, cell: row => String(row.uid) },
    {
      title: 'PROCESS',
      cell: row => optional(row.processes?.map(process => `${process.name}/${process.pid}`).join(',')),
    },
  ],
})

const sysctls = listing({
  parts: ['sysctls'],
  rows: namespace => Object.entries(namespace.sysctls),
  columns: [
    { title: 'NAME', cell: ([name]) => name },
    { title: 'VALUE', cell: ([, value]) => value },
  ],
})

const conntrack = listing({
  parts: ['conntrack'],
  rows: namespace => (namespace.conntrack ? [namespace.conntrack] : []),
  columns: [
    { title: 'COUNT', right: true, cell: row => String(row.count) },
    { title: 'MAX', right: true, cell: row => String(row.max) },
  ],
})

const sources = listing({
  parts,
  rows: namespace => namespace.sources,
  columns: [
    { title: 'SOURCE', cell: row => row.source },
    { title: 'STATUS', cell: row => row.status },
    { title: 'MS', right: true, cell: row => row.tookMs.toFixed(2) },
    { title: 'REASON', cell: row => optional(row.reason) },
  ],
})

/** What `cnmtop ls` knows, by its word. */
export const listings: Readonly<Record<string, Listing<unknown>>> = {
  namespaces,
  links,
  addresses,
  routes,
  rules,
  neighbours,
  fdb,
  vlans,
  nsids,
  qdiscs,
  filters,
  netfilter,
  nft,
  ipvs,
  xfrm,
  sockets,
  sysctls,
  conntrack,
  sources,
}
