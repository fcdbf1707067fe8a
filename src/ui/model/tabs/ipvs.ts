import type { IpvsStats, RealServer, VirtualService } from '../../../snapshot/index.ts'
import { realServerKey, socketAddress, virtualServiceKey } from '../../../snapshot/row-keys.ts'
import { formatBytes, formatCount } from '../../../util/format.ts'
import { type Cell, type Column, cellRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

const counter = (id: string, title: string, hide: number): Column => ({
  id,
  title,
  align: 'right',
  hide,
  isCounter: true,
})

/** As `ipvsadm -Ln` tells it, and where there is room as `--stats` and `--rate` do. */
export const ipvs: Tab = {
  id: 'ipvs',
  title: 'IPVS',
  short: 'IPVS',
  sources: ['ipvs'],
  sortable: [],
  noun: 'virtual services',
  count: namespace => namespace.ipvs.services.length,
  table: ({ namespace }) => ({
    columns: [
      { id: 'service', title: 'SERVICE -> SERVER', grow: true },
      { id: 'forward', title: 'FORWARD' },
      { id: 'weight', title: 'WEIGHT', align: 'right' },
      { id: 'active', title: 'ACTIVE', align: 'right', isCounter: true },
      { id: 'inactive', title: 'INACT', align: 'right', isCounter: true },
      counter('conns', 'CONNS', 1),
      counter('cps', 'CPS', 2),
      counter('inpps', 'IN P/S', 3),
      counter('outpps', 'OUT P/S', 4),
      counter('inpkts', 'IN PKTS', 7),
      counter('outpkts', 'OUT PKTS', 8),
      counter('inbytes', 'IN', 5),
      counter('outbytes', 'OUT', 6),
    ],
    rows: namespace.ipvs.services.flatMap(serviceRows),
  }),
}

function serviceRows(service: VirtualService): Row[] {
  const name = virtualServiceKey(service)
  const hasBackend = service.realServers.some(({ weight }) => weight > 0)
  const persistent = service.persistence === undefined ? '' : ` persistent ${service.persistence}`
  const flags = service.flags.length === 0 ? '' : ` (${service.flags.join(',')})`
  const row = cellRow(
    name,
    [
      worldCell(
        `${name} ${service.scheduler}${persistent}${flags}${hasBackend ? '' : '  no server'}`,
        'strong',
      ),
      { text: '' },
      { text: '' },
      { text: '' },
      { text: '' },
      ...statCells(service.stats),
    ],
    service,
    !hasBackend,
  )
  return [row, ...service.realServers.map(server => serverRow(service, server))]
}

/** ipvsadm's words for the forwarding methods. */
export const forwardWords: Readonly<Record<string, string>> = {
  masq: 'Masq',
  local: 'Local',
  tunnel: 'Tunnel',
  droute: 'Route',
  bypass: 'Bypass',
}

function serverRow(service: VirtualService, server: RealServer): Row {
  const isQuiesced = server.weight === 0
  const name = socketAddress(server.address, server.port)
  const row = cellRow(
    realServerKey(service, server),
    [
      worldCell(`  -> ${name}`, isQuiesced ? 'dim' : 'accent'),
      { text: forwardWords[server.forwarding] ?? server.forwarding },
      { text: isQuiesced ? '… 0' : String(server.weight), tone: isQuiesced ? 'warn' : 'plain' },
      { text: formatCount(server.activeConns) },
      { text: formatCount(server.inactiveConns), tone: 'dim' },
      ...statCells(server.stats),
    ],
    server,
  )
  return { ...row, level: 2 }
}

function statCells(stats: IpvsStats): Cell[] {
  const { conns, cps, inPps, outPps, inPackets, outPackets, inBytes, outBytes } = stats
  const counts = [conns, cps, inPps, outPps, inPackets, outPackets].map(formatCount)
  const bytes = [inBytes, outBytes].map(formatBytes)
  return [...counts, ...bytes].map(text => ({
    text,
    tone: text === '0' || text === '0.0 B' ? 'dim' : 'plain',
  }))
}
