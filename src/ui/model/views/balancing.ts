import type { Graph, RealServer, Sandbox, VirtualService } from '../../../graph/model.ts'
import type {
  IpvsStats,
  RealServer as RealServerRow,
  VirtualService as VirtualServiceRow,
} from '../../../snapshot/index.ts'
import { realServerKey, virtualServiceKey } from '../../../snapshot/row-keys.ts'
import { formatCount, formatRate, plural } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { type Data, namespacesById, snapshotOfNode } from '../data.ts'
import { objectOf } from '../../../graph/query.ts'
import { type NamespaceSeries, sparkline } from '../series.ts'
import { type Knowledge, knowledgeOf } from '../sources.ts'
import { type Cell, lineRow, type Row, worldCell } from '../table.ts'
import { forwardWords } from '../tabs/ipvs.ts'
import { objectView } from './object-view.ts'
import { objectRow, onNode, sandboxKind, sortedByName } from './words.ts'

/** Virtual services by the namespace that they are in, each with its real servers by the names of their tasks. */
export const balancingView = objectView({
  id: 'balancing',
  key: '6',
  title: 'Load balancing',
  short: 'LB',
  singular: 'real server',
  description: 'Load balancing: virtual services and their real servers',
  share: 0.6,
  sortable: ['service', 'weight', 'active', 'inactive', 'cps', 'inpps', 'outpps'],
  isTree: true,
  columns: [
    { id: 'service', title: 'SERVICE -> SERVER', grow: true },
    { id: 'address', title: 'ADDRESS', hide: 7, max: 28 },
    { id: 'trend', title: 'TREND', hide: 6, max: 16, isCounter: true },
    { id: 'forward', title: 'FORWARD', hide: 9 },
    { id: 'weight', title: 'WEIGHT', align: 'right', hide: 3 },
    { id: 'active', title: 'ACTIVE', align: 'right', hide: 1, isCounter: true },
    { id: 'inactive', title: 'INACT', align: 'right', hide: 2, isCounter: true },
    { id: 'cps', title: 'CONN/S', align: 'right', hide: 4, isCounter: true },
    { id: 'inpps', title: 'IN P/S', align: 'right', hide: 5, isCounter: true },
    { id: 'outpps', title: 'OUT P/S', align: 'right', hide: 8, isCounter: true },
  ],
  rows: balancingRows,
  empty: whyNothing,
  // Counters move without the graph.
  dependsOn: ({ nodes, series }) => [series?.byKey, ...nodes.map(({ namespaces }) => namespaces)],
  visible: (id, { graph }) => {
    const object = id === undefined ? undefined : objectOf(graph, id)
    const service = object?.type === 'real-server' ? graph.virtualServices[object.virtualService] : object
    const namespaceId =
      service?.type === 'virtual-service' || service?.type === 'sandbox' ? service.namespace : undefined
    return { namespaceId, tab: namespaceId === undefined ? undefined : 'ipvs' }
  },
})

/** The kernel's rows with their counters, by key. */
type Counted = {
  readonly services: ReadonlyMap<string, VirtualServiceRow>
  readonly servers: ReadonlyMap<string, RealServerRow>
  /** Of the namespace on the screen only. */
  readonly series: NamespaceSeries['byKey'] | undefined
}

type Built = {
  readonly graph: Graph
  readonly ipvs: object | undefined
  readonly series: NamespaceSeries['byKey'] | undefined
  readonly rows: Row[]
}

/** The rows of a sandbox are made again only when its tables were read again. */
const built = new WeakMap<Sandbox, Built>()

function balancingRows(data: Data): Row[] {
  const { graph, snapshot } = data
  const balancers = Object.values(graph.sandboxes).filter(({ virtualServices }) => virtualServices.length > 0)
  const ordered = sortedByName(balancers).sort(
    (a, b) => Number(b.kind === 'ingress') - Number(a.kind === 'ingress'),
  )
  return ordered.flatMap(sandbox => {
    // Namespaces of two nodes may have one id.
    const node = snapshotOfNode(data, sandbox.node)
    const ipvs = node && namespacesById(node).get(sandbox.namespace ?? '')?.ipvs
    const isShown = node === snapshot && data.series?.id === sandbox.namespace
    const series = isShown ? data.series?.byKey : undefined
    const known = built.get(sandbox)
    if (known?.graph === graph && known.ipvs === ipvs && known.series === series) return known.rows
    const rows = sandboxRows(data, sandbox, countersOf(ipvs?.services ?? [], series))
    built.set(sandbox, { graph, ipvs, series, rows })
    return rows
  })
}

function countersOf(services: readonly VirtualServiceRow[], series: Counted['series']): Counted {
  const servers = services.flatMap(service =>
    service.realServers.map((server): [string, RealServerRow] => [realServerKey(service, server), server]),
  )
  return {
    services: new Map(services.map(service => [virtualServiceKey(service), service])),
    servers: new Map(servers),
    series,
  }
}

function sandboxRows(data: Data, sandbox: Sandbox, counted: Counted): Row[] {
  const { graph } = data
  const where = onNode(data, sandbox.node)
  const kind = sandboxKind(sandbox.kind)
  const network = sandbox.network === undefined ? undefined : graph.networks[sandbox.network]?.name
  const heading = lineRow(
    sandbox.id,
    0,
    [
      { text: sanitise(sandbox.name), tone: 'title' },
      { text: ` ${kind.text}`, ...(kind.tone && { tone: kind.tone }) },
      { text: sanitise(`${network === undefined ? '' : ` of ${network}`}${where}`), tone: 'dim' },
    ],
    sandbox,
  )
  const services = sortedByName(sandbox.virtualServices.flatMap(id => graph.virtualServices[id] ?? []))
  return [
    { ...heading, label: `${sandbox.name}${where}` },
    ...services.flatMap(service => [
      serviceRow(graph, service, counted),
      ...sortedByName(service.realServers.flatMap(id => graph.realServers[id] ?? [])).map(server =>
        serverRow(server, counted),
      ),
    ]),
  ]
}

function keyOf({ evidence }: VirtualService | RealServer): string {
  const row = evidence.find(ref => ref.from === 'kernel' && ref.part === 'ipvs')
  return row?.from === 'kernel' ? row.key : ''
}

function serviceRow(graph: Graph, service: VirtualService, { services, series }: Counted): Row {
  const key = keyOf(service)
  const counters = services.get(key)
  const mark = service.fwmark === undefined ? undefined : `FWM ${service.fwmark}`
  const address = service.address && `${service.protocol ?? ''} ${service.address}:${service.port ?? 0}`
  const hasServer = service.realServers.some(id => graph.realServers[id]?.isQuiesced === false)
  const name = (service.service && graph.services[service.service]?.name) ?? service.name
  const row = objectRow(service, [
    worldCell(`${name}${hasServer ? '' : '  no server'}`, hasServer ? 'strong' : 'bad'),
    worldCell(mark ?? address, 'dim'),
    trendCell(series, key),
    worldCell(service.scheduler, 'dim'),
    { text: '' },
    connections(counters?.realServers.reduce((sum, { activeConns }) => sum + activeConns, 0)),
    connections(counters?.realServers.reduce((sum, { inactiveConns }) => sum + inactiveConns, 0)),
    ...rateCells(counters?.stats),
  ])
  return { ...row, label: name, alias: service.name, isProblem: row.isProblem || !hasServer }
}

function serverRow(server: RealServer, { servers, series }: Counted): Row {
  const key = keyOf(server)
  const counters = servers.get(key)
  // The kernel's row is newer than the graph.
  const weight = counters?.weight ?? server.weight
  const isQuiesced = weight === 0
  const cells: Cell[] = [
    worldCell(`  -> ${server.name}`, isQuiesced ? 'dim' : 'accent'),
    worldCell(server.port === 0 ? server.address : `${server.address}:${server.port}`, 'dim'),
    trendCell(series, key),
    worldCell(forwardWords[server.forwarding] ?? server.forwarding, 'dim'),
    isQuiesced
      ? { text: drainWord(counters), tone: 'warn', value: 0 }
      : { text: String(weight), value: weight },
    connections(counters?.activeConns),
    connections(counters?.inactiveConns),
    ...rateCells(counters?.stats),
  ]
  return objectRow(server, cells, { level: 2 })
}

/** Weight 0: `draining` while connections are left, `quiesced` after that. */
function drainWord(counters: RealServerRow | undefined): string {
  return counters !== undefined && counters.activeConns > 0 ? '… draining' : '… quiesced'
}

function connections(count: number | undefined): Cell {
  if (count === undefined) return { text: '?', tone: 'unknown' }
  return count === 0 ? noConnections : { text: formatCount(count), tone: 'plain', value: count }
}

/** Most real servers are at rest: cells that say so are one object each, as a list may have ten thousand rows. */
const noConnections: Cell = { text: '0', tone: 'dim', value: 0 }
const noRate: Cell = { text: '0', tone: 'dim', value: 0 }
const noTrend: Cell = { text: '', tone: 'ok' }
const unknownRate: Cell = { text: '?', tone: 'unknown' }

/** The kernel's own estimates of what comes in a second. */
function rateCells(stats: IpvsStats | undefined): Cell[] {
  return [rateCell(stats?.cps), rateCell(stats?.inPps), rateCell(stats?.outPps)]
}

function rateCell(rate: string | undefined): Cell {
  if (rate === undefined) return unknownRate
  if (rate === '0') return noRate
  const value = Number(rate)
  return { text: formatRate(value), tone: value === 0 ? 'dim' : 'ok', value }
}

/** Packets a second, lately. */
function trendCell(series: Counted['series'], key: string): Cell {
  const rates = series?.get(key)
  return rates === undefined ? noTrend : { text: sparkline(rates), tone: 'ok' }
}

/** No virtual services, or nobody knows. */
function whyNothing({ nodes }: Data): string {
  const namespaces = nodes.flatMap(node => node.namespaces)
  const known = namespaces.map(namespace => knowledgeOf(namespace, ['ipvs']))
  const count = (knowledge: Knowledge): number => known.filter(one => one === knowledge).length
  if (count('unknown') > 0)
    return `IPVS could not be read in ${count('unknown')} of ${plural(namespaces.length, 'namespace')}: their Sources tell why.`
  if (namespaces.length > 0 && count('none') === namespaces.length)
    return 'This kernel has no IPVS: nothing is balanced here.'
  return 'No virtual services. A load balancer gets them with the first task of a service in vip mode.'
}
