import { mtuOf } from '../../../graph/query.ts'
import type { Data } from '../data.ts'
import { areServicesTold, endpointSources, gapKey, isSwarmTold, isWhole } from '../gaps.ts'
import { type Cell, type Row, worldCell } from '../table.ts'
import { objectView } from './object-view.ts'
import {
  countCell,
  networkKind,
  nodeCell,
  objectRow,
  onNode,
  shortId,
  sortedByName,
  withNodeColumn,
} from './words.ts'

/** Every network that the daemon or the kernel knows. */
export const networksView = objectView({
  id: 'networks',
  key: '2',
  title: 'Networks',
  short: 'Nets',
  singular: 'network',
  description: 'Networks: bridges, overlays and what is on them',
  sortable: ['name', 'kind', 'subnet', 'vni', 'mtu', 'endpoints', 'services', 'node'],
  columns: withNodeColumn([
    { id: 'name', title: 'NAME', grow: true, isId: true },
    { id: 'kind', title: 'KIND', hide: 1 },
    { id: 'subnet', title: 'SUBNET', hide: 2, max: 43 },
    { id: 'vni', title: 'VNI', align: 'right', hide: 5 },
    { id: 'mtu', title: 'MTU', align: 'right', hide: 6 },
    { id: 'endpoints', title: 'EP', align: 'right', hide: 3 },
    { id: 'services', title: 'SVC', align: 'right', hide: 4 },
    { id: 'flags', title: 'FLAGS', hide: 7 },
    { id: 'id', title: 'ID', hide: 8 },
  ]),
  rows: networkRows,
  dependsOn: ({ nodes }) => [gapKey(nodes, endpointSources), isSwarmTold(nodes, 'services')],
  empty: 'No networks. A daemon has three at least: nothing of it was found.',
})

const ranks = ['ingress', 'user', 'gwbridge', 'default-bridge']

function networkRows(data: Data): Row[] {
  const { graph, nodes } = data
  const isAll = isWhole(nodes, endpointSources)
  const networks = sortedByName(Object.values(graph.networks))
  networks.sort((a, b) => ranks.indexOf(a.role) - ranks.indexOf(b.role))
  return networks.map(network => {
    const flags = [
      network.isEncrypted && 'encrypted',
      network.isAttachable && 'attachable',
      network.isInternal && 'internal',
      network.lbMode === 'dsr' && 'dsr',
    ].filter(flag => flag !== false)
    const [vni] = network.vnis
    const cells: Cell[] = [
      worldCell(network.name, 'strong'),
      networkKind(network),
      worldCell(network.subnets.map(({ subnet }) => subnet).join(' ')),
      vni === undefined ? { text: '-', tone: 'dim' } : { text: network.vnis.join(' '), value: vni },
      worldCell(mtuOf(network)),
      countCell(network.endpoints.length, isAll),
      countCell(network.services.length, areServicesTold(nodes, network)),
      worldCell(flags.join(' '), 'dim'),
      worldCell(shortId(network.networkId), 'dim'),
      nodeCell(graph, network.node),
    ]
    return objectRow(network, cells, { label: `${network.name}${onNode(data, network.node)}` })
  })
}
