import type { Namespace, Socket, SourceReport } from '../../../snapshot/index.ts'
import { CONNTRACK_KEY, uniqueKeys } from '../../../snapshot/row-keys.ts'
import { formatTook } from '../../../util/format.ts'
import { statusGlyph, statusTone } from '../sources.ts'
import { cellRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

export const sysctls: Tab = {
  id: 'sysctls',
  title: 'Sysctls',
  short: 'Sysctl',
  sources: ['proc.sysctls', 'proc.conntrack'],
  sortable: [],
  noun: 'sysctls',
  count: countSysctls,
  table: ({ namespace: { sysctls: values, conntrack } }) => ({
    columns: [
      { id: 'key', title: 'KEY', grow: true },
      { id: 'value', title: 'VALUE', max: 40 },
    ],
    rows: [
      ...(conntrack ? [sysctlRow(CONNTRACK_KEY, `${conntrack.count} of ${conntrack.max}`, conntrack)] : []),
      ...Object.entries(values).map(([key, value]) => sysctlRow(key, value, { [key]: value })),
    ],
  }),
}

const sysctlCounts = new WeakMap<object, number>()

/** A host with a thousand interfaces has many thousands of them, and every frame asks. */
function countSysctls({ sysctls: values }: Namespace): number {
  let count = sysctlCounts.get(values)
  if (count === undefined) {
    count = Object.keys(values).length
    sysctlCounts.set(values, count)
  }
  return count
}

function sysctlRow(key: string, value: string, datum: unknown): Row {
  return cellRow(key, [worldCell(key), worldCell(value, 'accent')], datum)
}

export const sockets: Tab = {
  id: 'sockets',
  title: 'Sockets',
  short: 'Sock',
  sources: ['sockets'],
  sortable: ['proto', 'address', 'port', 'process'],
  noun: 'listening sockets',
  count: namespace => namespace.sockets.length,
  table: ({ namespace }) => {
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'proto', title: 'PROTO' },
        { id: 'state', title: 'STATE', hide: 3 },
        { id: 'address', title: 'ADDRESS', grow: true },
        { id: 'port', title: 'PORT', align: 'right' },
        { id: 'process', title: 'PROCESS', max: 32 },
        { id: 'uid', title: 'UID', align: 'right', hide: 2 },
        { id: 'inode', title: 'INODE', align: 'right', hide: 4 },
      ],
      rows: namespace.sockets.map(socket => socketRow(socket, unique)),
    }
  },
}

function socketRow(socket: Socket, unique: (id: string) => string): Row {
  // Null is a socket bound to no device; absent, one of which the kernel did not say.
  const device = socket.ifname ? `%${socket.ifname}` : ''
  const processes = socket.processes?.map(({ pid, name }) => `${name}/${pid}`).join(' ')
  return cellRow(
    unique(socket.inode),
    [
      worldCell(socket.protocol + (socket.family === 'inet6' ? '6' : ''), 'dim'),
      worldCell(socket.state, 'dim'),
      worldCell(socket.address + device, 'accent'),
      worldCell(socket.port, 'strong'),
      worldCell(processes ?? 'unknown', processes === undefined ? 'unknown' : 'plain'),
      worldCell(socket.uid, 'dim'),
      worldCell(socket.inode, 'dim'),
    ],
    socket,
  )
}

export const sources: Tab = {
  id: 'sources',
  title: 'Sources',
  short: 'Src',
  sources: [],
  sortable: ['source', 'status', 'took'],
  noun: 'sources',
  count: namespace => namespace.sources.length,
  table: ({ namespace }) => ({
    columns: [
      { id: 'source', title: 'SOURCE' },
      { id: 'status', title: 'STATUS' },
      { id: 'took', title: 'TOOK', align: 'right', isCounter: true },
      { id: 'reason', title: 'REASON', grow: true },
    ],
    rows: namespace.sources.map(sourceRow),
  }),
}

function sourceRow(report: SourceReport): Row {
  const tone = statusTone(report.status)
  return cellRow(
    report.source,
    [
      worldCell(report.source),
      worldCell(`${statusGlyph(report.status)} ${report.status}`, tone),
      { text: formatTook(report.tookMs), tone: 'dim', value: report.tookMs },
      worldCell(report.reason),
    ],
    report,
    tone === 'warn' || tone === 'bad',
  )
}
