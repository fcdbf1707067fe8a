import type { FdbEntry, Neighbour, PortVlans } from '../../../snapshot/index.ts'
import { fdbKey, neighbourKey, portVlansKey, uniqueKeys } from '../../../snapshot/row-keys.ts'
import { formatRange } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import type { Tone } from '../span.ts'
import { cellRow, lineRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

export const neighbours: Tab = {
  id: 'neighbours',
  title: 'Neighbours',
  short: 'Neigh',
  sources: ['rtnl.neighbours'],
  sortable: ['address', 'dev', 'lladdr', 'state'],
  noun: 'neighbours',
  count: namespace => namespace.neighbours.length,
  table: ({ namespace }) => {
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'address', title: 'ADDRESS', grow: true },
        { id: 'dev', title: 'DEV', max: 16 },
        { id: 'lladdr', title: 'LLADDR' },
        { id: 'state', title: 'STATE' },
        { id: 'flags', title: 'FLAGS', hide: 1 },
      ],
      rows: namespace.neighbours.map(neighbour => neighbourRow(neighbour, unique)),
    }
  },
}

function neighbourRow(neighbour: Neighbour, unique: (id: string) => string): Row {
  // A proxy entry has no state.
  const { state = [] } = neighbour
  const isFailed = state.includes('FAILED')
  const flags = (['router', 'proxy', 'managed', 'extern_learn', 'offload'] as const).filter(
    flag => neighbour[flag] === null,
  )
  return cellRow(
    unique(neighbourKey(neighbour)),
    [
      worldCell(neighbour.dst, 'accent'),
      worldCell(neighbour.dev, 'strong'),
      worldCell(neighbour.lladdr),
      worldCell(state.join(' '), stateTone(state)),
      worldCell(flags.join(' '), 'dim'),
    ],
    neighbour,
    isFailed,
  )
}

function stateTone(state: readonly string[]): Tone {
  if (state.includes('FAILED')) return 'bad'
  if (state.includes('INCOMPLETE')) return 'warn'
  return state.includes('REACHABLE') || state.includes('PERMANENT') ? 'ok' : 'dim'
}

export const fdb: Tab = {
  id: 'fdb',
  title: 'FDB',
  short: 'FDB',
  sources: ['rtnl.fdb', 'rtnl.vlans'],
  sortable: ['mac', 'dev', 'dst', 'state'],
  noun: 'forwarding entries',
  count: namespace => namespace.fdb.length,
  table: ({ namespace }) => {
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'mac', title: 'MAC' },
        { id: 'dev', title: 'DEV', max: 16 },
        { id: 'dst', title: 'DST', grow: true },
        { id: 'vlan', title: 'VLAN', align: 'right', hide: 2 },
        { id: 'flags', title: 'FLAGS' },
        { id: 'master', title: 'MASTER', hide: 1 },
        { id: 'state', title: 'STATE' },
      ],
      rows: [
        ...namespace.fdb.map(entry => fdbRow(entry, unique)),
        ...vlanRows(namespace.vlans ?? [], unique),
      ],
    }
  },
}

function fdbRow(entry: FdbEntry, unique: (id: string) => string): Row {
  const port = entry.port === undefined ? '' : ` port ${entry.port}`
  const vni = entry.vni === undefined ? '' : ` vni ${entry.vni}`
  const via = entry.viaIf === undefined ? '' : ` via ${entry.viaIf}`
  const group = entry.nhid === undefined ? '' : `nhid ${entry.nhid}`
  return cellRow(
    unique(fdbKey(entry)),
    [
      worldCell(entry.mac, entry.dst === undefined ? 'plain' : 'accent'),
      worldCell(entry.ifname, 'strong'),
      worldCell((entry.dst ?? group) + port + vni + via),
      worldCell(entry.vlan),
      worldCell(entry.flags.join(' '), 'dim'),
      worldCell(entry.master, 'dim'),
      worldCell(entry.state, entry.state === 'permanent' ? 'ok' : 'dim'),
    ],
    entry,
  )
}

/** By port, as `bridge -compressvlans vlan show` does; a line, as a port may be in many. */
function vlanRows(ports: readonly PortVlans[], unique: (id: string) => string): Row[] {
  if (ports.length === 0) return []
  return [
    lineRow('VLANs', 0, [{ text: 'VLANs', tone: 'title' }], ports),
    ...ports.map(port =>
      lineRow(
        unique(portVlansKey(port)),
        1,
        [
          { text: `${sanitise(port.ifname)}: `, tone: 'strong' },
          { text: sanitise(port.vlans.map(vlanText).join(', ')) },
        ],
        port,
      ),
    ),
  ]
}

function vlanText({ vlan, vlanEnd, flags = [] }: PortVlans['vlans'][number]): string {
  return [formatRange(vlan, vlanEnd), ...flags].join(' ')
}
