import type { Graph, GraphObject, Network, Node } from '../../../graph/model.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import { atLeast, endpointSources, gapKey, isDirectoryMissing, isWhole, isWholeNode } from '../gaps.ts'
import { allObjects } from '../../../graph/query.ts'
import { typeWords } from '../objects.ts'
import { type Cell, cellRow, lineRow, type Row, worldCell } from '../table.ts'
import { objectView } from './object-view.ts'
import { sourceHealth } from './source-health.ts'
import { networkKind, objectRow, portWords, sortedByName, taskCount } from './words.ts'

/** The node, its networks with their services, and what does not fit. */
export const overviewView = objectView({
  id: 'overview',
  key: '1',
  title: 'Overview',
  short: 'Over',
  singular: 'node',
  description: 'Overview: nodes, networks with their services, problems',
  sortable: ['name', 'kind'],
  isTree: true,
  columns: [
    { id: 'name', title: 'NAME', max: 40 },
    { id: 'kind', title: 'KIND', max: 16 },
    { id: 'tasks', title: 'TASKS', align: 'right' },
    { id: 'about', title: 'ABOUT', grow: true, least: 12 },
  ],
  rows: overviewRows,
  dependsOn: ({ nodes }) => [gapKey(nodes, endpointSources)],
  // A service is listed below each of its networks.
  objectOfRow: row => row.split(SEPARATOR)[0] ?? row,
  moreTabs: [{ id: 'sources', title: 'Sources', short: 'Src', table: (_, data) => sourceHealth(data) }],
  empty: 'Nothing was found on this node.',
})

const SEPARATOR = ' @ '

function overviewRows(data: Data): Row[] {
  const { graph } = data
  const isAll = isWhole(data.nodes, endpointSources)
  const nodes = sortedByName(Object.values(graph.nodes))
  nodes.sort((a, b) => Number(b.hasSnapshot) - Number(a.hasSnapshot))
  const networks = sortedByName(Object.values(graph.networks)).sort((a, b) => rankOf(a) - rankOf(b))
  const troubled = allObjects(graph).filter(({ warnings }) => warnings.length > 0)
  return [
    heading(`Nodes ${nodes.length}`),
    ...nodes.map(node => nodeRow(data, node)),
    heading(`Networks ${networks.length}`),
    ...networks.flatMap(network => networkRows(graph, network, isAll)),
    heading(
      troubled.length === 0
        ? isAll
          ? 'No problems'
          : 'No problems in what could be read'
        : `Problems ${troubled.length}`,
    ),
    ...troubled.map(problemRow),
  ]
}

function heading(text: string): Row {
  const id = `# ${text.replace(/\d+$/, '').trim()}`
  return { ...lineRow(id, 0, [{ text, tone: 'title' }], null), label: text, isInert: true }
}

/** Those with services first: they are what one looks for. */
function rankOf({ role, services }: Network): number {
  if (role === 'ingress') return 0
  return services.length > 0 ? 1 : role === 'user' ? 2 : 3
}

function nodeRow(data: Data, node: Node): Row {
  const role = node.role === 'none' ? 'no swarm' : node.role
  const about = [
    node.engineVersion === undefined ? '' : `engine ${node.engineVersion}`,
    node.availability ?? '',
    node.state ?? '',
    node.vteps.join(' '),
    node.hasSnapshot ? countWords(data, node.id) : '',
  ]
  return objectRow(node, [
    worldCell(node.name, node.hasSnapshot ? 'strong' : 'plain'),
    worldCell(node.isLeader ? 'leader' : role, node.hasSnapshot ? 'host' : 'dim'),
    { text: '' },
    worldCell(about.filter(Boolean).join('  '), 'dim'),
  ])
}

function countWords(data: Data, node: string): string {
  const { graph } = data
  const count = (list: Readonly<Record<string, { readonly node?: string }>>): number =>
    Object.values(list).filter(item => item.node === node).length
  const snapshot = snapshotOfNode(data, node)
  const isAll = snapshot === undefined || isWholeNode(snapshot, endpointSources)
  return `${atLeast(count(graph.sandboxes), snapshot === undefined || !isDirectoryMissing(snapshot))} sandboxes  ${atLeast(count(graph.endpoints), isAll)} endpoints`
}

function networkRows(graph: Graph, network: Network, isAll: boolean): Row[] {
  const services = sortedByName(network.services.flatMap(id => graph.services[id] ?? []))
  const subnets = network.subnets.map(({ subnet }) => subnet).join(' ')
  const vni = network.vnis.length === 0 ? '' : `VNI ${network.vnis.join(' ')}`
  const about = [subnets, vni, `${atLeast(network.endpoints.length, isAll)} endpoints`]
    .filter(Boolean)
    .join('  ')
  return [
    objectRow(network, [
      worldCell(network.name, 'strong'),
      networkKind(network),
      { text: '' },
      worldCell(about, 'dim'),
    ]),
    ...services.map(service => {
      const vip = service.networks.find(on => on.network === network.id)?.vip
      const words = [vip === undefined ? '' : `VIP ${vip}`, portWords(service)].filter(Boolean).join('  ')
      const cells: Cell[] = [
        worldCell(`  ${service.name}`),
        worldCell(service.mode, 'dim'),
        taskCount(service),
        worldCell(words, 'dim'),
      ]
      return { ...objectRow(service, cells), id: `${service.id}${SEPARATOR}${network.id}`, level: 2 }
    }),
  ]
}

function problemRow(object: GraphObject): Row {
  const [first] = object.warnings
  const more = object.warnings.length > 1 ? `  and ${object.warnings.length - 1} more` : ''
  const cells: Cell[] = [
    worldCell(`${typeWords[object.type]} ${object.name}`, 'warn'),
    worldCell(first?.code, 'warn'),
    { text: '' },
    worldCell(`${first?.message ?? ''}${more}`),
  ]
  const row = cellRow(`${object.id}${SEPARATOR}problem`, cells, object, true)
  return { ...row, label: object.name }
}
