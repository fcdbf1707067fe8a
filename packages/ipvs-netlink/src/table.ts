import {
  endpointText,
  fwmarkText,
  isOnePacket,
  isPersistent,
  narrowNetmask,
  schedulerFlags,
} from './print.ts'
import type {
  ForwardingMethod,
  IpvsEntry,
  RealServerEntry,
  Stats,
  Timeouts,
  VirtualService,
  VirtualServiceKey,
} from './types.ts'

/** `ipvsadm -Ln` with nothing, `--stats`, `--rate`, `--thresholds` or `--persistent-conn`. */
export type TableView = 'list' | 'stats' | 'rate' | 'thresholds' | 'persistent'

export type TableRow = {
  readonly kind: 'service' | 'realServer'
  /** The cells that ipvsadm prints, without its padding; numbers are exact (`--exact`). */
  readonly cells: readonly string[]
}

export type IpvsTable = {
  /** Titles over the cells of a service and of a real server. */
  readonly serviceHeader: readonly string[]
  readonly realServerHeader: readonly string[]
  readonly rows: readonly TableRow[]
}

type View = {
  readonly serviceHeader: readonly string[]
  readonly realServerHeader: readonly string[]
  readonly service: (entry: IpvsEntry) => readonly string[]
  readonly realServer: (entry: RealServerEntry) => readonly string[]
}

const totals = (stats: Stats): string[] => [
  stats.conns,
  stats.inPackets,
  stats.outPackets,
  stats.inBytes,
  stats.outBytes,
]
const rates = (stats: Stats): string[] => [stats.cps, stats.inPps, stats.outPps, stats.inBps, stats.outBps]
const conns = (entry: RealServerEntry): string[] => [String(entry.activeConns), String(entry.inactiveConns)]
const options = (entry: IpvsEntry): string[] => [entry.service.scheduler, optionsText(entry.service)]
const optionsHeader = ['Prot', 'LocalAddress:Port', 'Scheduler', 'Flags']

const views: Readonly<Record<TableView, View>> = {
  list: {
    serviceHeader: optionsHeader,
    realServerHeader: ['RemoteAddress:Port', 'Forward', 'Weight', 'ActiveConn', 'InActConn'],
    service: options,
    realServer: entry => [
      forwardingText(entry.realServer.forwarding),
      String(entry.realServer.weight),
      ...conns(entry),
    ],
  },
  stats: {
    serviceHeader: ['Prot', 'LocalAddress:Port', 'Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'],
    realServerHeader: ['RemoteAddress:Port', 'Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'],
    service: entry => totals(entry.stats),
    realServer: entry => totals(entry.stats),
  },
  rate: {
    serviceHeader: ['Prot', 'LocalAddress:Port', 'CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'],
    realServerHeader: ['RemoteAddress:Port', 'CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'],
    service: entry => rates(entry.stats),
    realServer: entry => rates(entry.stats),
  },
  thresholds: {
    serviceHeader: optionsHeader,
    realServerHeader: ['RemoteAddress:Port', 'Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'],
    service: options,
    realServer: entry => [
      String(entry.realServer.upperThreshold),
      String(entry.realServer.lowerThreshold),
      ...conns(entry),
    ],
  },
  persistent: {
    serviceHeader: optionsHeader,
    realServerHeader: ['RemoteAddress:Port', 'Weight', 'PersistConn', 'ActiveConn', 'InActConn'],
    service: options,
    realServer: entry => [String(entry.realServer.weight), String(entry.persistConns), ...conns(entry)],
  },
}

/** What `ipvsadm -Ln` prints, as rows: a service, then its real servers, in the order of `entries`. */
export function ipvsTable(view: TableView, entries: readonly IpvsEntry[]): IpvsTable {
  const { serviceHeader, realServerHeader, service, realServer } = views[view]
  const rows: TableRow[] = []
  for (const entry of entries) {
    rows.push({ kind: 'service', cells: [...keyCells(entry.service), ...service(entry)] })
    for (const server of entry.realServers) {
      const { address, port } = server.realServer
      rows.push({ kind: 'realServer', cells: [endpointText(address, port), ...realServer(server)] })
    }
  }
  return { serviceHeader, realServerHeader, rows }
}

/** The line of `ipvsadm -L --timeout`. */
export function timeoutsText(timeouts: Timeouts): string {
  return `Timeout (tcp tcpfin udp): ${timeouts.tcp} ${timeouts.tcpFin} ${timeouts.udp}`
}

/** `TCP` and `10.0.0.1:80`, or `FWM` and `256`. */
function keyCells(key: VirtualServiceKey): string[] {
  if (key.fwmark !== undefined) return ['FWM', `${fwmarkText(key)}${key.family === 'inet6' ? ' IPv6' : ''}`]
  return [key.protocol.toUpperCase(), endpointText(key.address, key.port)]
}

/** `(sh-port) persistent 300 mask 255.255.255.0 pe sip ops` */
function optionsText(service: VirtualService): string {
  const words: string[] = []
  const flags = schedulerFlags(service)
  if (flags.length > 0) words.push(`(${flags.join(',')})`)
  if (isPersistent(service)) {
    words.push(`persistent ${service.timeout}`)
    const netmask = narrowNetmask(service)
    if (netmask !== undefined) words.push(`mask ${netmask}`)
  }
  if (service.persistenceEngine) words.push(`pe ${service.persistenceEngine}`)
  if (isOnePacket(service)) words.push('ops')
  return words.join(' ')
}

function forwardingText(method: ForwardingMethod): string {
  switch (method) {
    case 'masq':
      return 'Masq'
    case 'local':
      return 'Local'
    case 'tunnel':
      return 'Tunnel'
    case 'droute':
      return 'Route'
    case 'bypass':
      return 'Bypass'
    default:
      return method
  }
}
