import type { Graph, GraphObject, Network, Node } from '../../../graph/model.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import { atLeastWords, endpointSources, gapKey, isDirectoryMissing, isWhole, isWholeNode } from '../gaps.ts'
import { allObjects } from '../../../graph/query.ts'
import { placeOfObject, typeWords } from '../objects.ts'
import { sanitise } from '../../../util/sanitise.ts'
import type { Span } from '../span.ts'
import { type Cell, lineRow, type Row, worldCell } from '../table.ts'
import { unwellOf } from '../unwell.ts'
import { objectView } from './object-view.ts'
import { sourceHealth } from './source-health.ts'
import { networkKind, objectRow, onNode, portWords, sortedByName, taskCount, toldCell } from './words.ts'

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
    { id: 'name', title: 'NAME', max: 32 },
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
  const { graph, isFirstReading } = data
  const isAll = isWhole(data.nodes, endpointSources)
  const nodes = sortedByName(Object.values(graph.nodes))
  nodes.sort((a, b) => Number(b.hasSnapshot) - Number(a.hasSnapshot))
  const networks = sortedByName(Object.values(graph.networks)).sort((a, b) => rankOf(a) - rankOf(b))
  return [
    heading(`Nodes ${nodes.length}`),
    ...nodes.map(node => nodeRow(data, node)),
    // Above the networks, of which there may be more than a screen shows.
    ...(isFirstReading ? [beingRead] : problemRows(graph, isAll)),
    heading(`Networks ${networks.length}`),
    ...networks.flatMap(network => networkRows(data, network, isAll)),
  ]
}

/** Half of a node contradicts itself, as the other half is not there: nothing is told of that, neither good nor bad. */
const beingRead = heading('Being read', '  (what does not fit is told when all of it is)')

function problemRows(graph: Graph, isAll: boolean): Row[] {
  const troubled = allObjects(graph).filter(({ warnings }) => warnings.length > 0)
  const rows = [
    ...unwellOf(graph, sortedByName(Object.values(graph.services))).map(({ object, code, message }) =>
      problemRow(graph, object, code, message),
    ),
    ...troubled.map(object => {
      const [first] = object.warnings
      const more = object.warnings.length > 1 ? `  and ${object.warnings.length - 1} more` : ''
      return problemRow(graph, object, first?.code ?? '', `${first?.message ?? ''}${more}`)
    }),
  ]
  return rows.length === 0 ? [noProblems(isAll)] : [heading(`Problems ${rows.length}`), ...rows]
}

function heading(text: string, more = ''): Row {
  const id = `# ${text.replace(/\d+$/, '').trim()}`
  const line: Span[] = [
    { text, tone: 'title' },
    { text: more, tone: 'dim' },
  ]
  return { ...lineRow(id, 0, more === '' ? line.slice(0, 1) : line, null), label: text, isInert: true }
}

/** That the kernels and the daemons agree is all that the graph knows: a rule that drops, or a link that is down, fits too. */
function noProblems(isAll: boolean): Row {
  const where = isAll ? '' : ' in what could be read'
  return heading(`No contradictions${where}`, '  (Trace tells what arrives)')
}

/** Those with services first: they are what one looks for. Every node has the last ones, and they tell little. */
function rankOf({ role, driver, services }: Network): number {
  if (role === 'ingress') return 0
  if (services.length > 0) return 1
  if (driver === 'host' || driver === 'null') return 4
  return role === 'user' ? 2 : 3
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
    toldCell(node.isLeader ? 'leader' : role, false, node.hasSnapshot ? 'host' : 'dim'),
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
  const areAllFound = snapshot === undefined || !isDirectoryMissing(snapshot)
  return [
    atLeastWords(count(graph.sandboxes), areAllFound, 'sandbox').replace(/xs$/, 'xes'),
    atLeastWords(count(graph.endpoints), isAll, 'endpoint'),
  ].join('  ')
}

function networkRows(data: Data, network: Network, isAll: boolean): Row[] {
  const { graph } = data
  const services = sortedByName(network.services.flatMap(id => graph.services[id] ?? []))
  const subnets = network.subnets.map(({ subnet }) => subnet).join(' ')
  const vni = network.vnis.length === 0 ? '' : `VNI ${network.vnis.join(' ')}`
  const where = onNode(data, network.node)
  const about = [where.trim(), subnets, vni, atLeastWords(network.endpoints.length, isAll, 'endpoint')]
    .filter(Boolean)
    .join('  ')
  return [
    objectRow(
      network,
      [worldCell(network.name, 'strong'), networkKind(network), { text: '' }, worldCell(about, 'dim')],
      { label: `${network.name}${where}` },
    ),
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

/** A line of its own: its words would take the room of the columns above. Enter leads to the object's own row. */
function problemRow(graph: Graph, object: GraphObject, code: string, message: string): Row {
  const target = placeOfObject(graph, object.id)
  const line: Span[] = [
    { text: sanitise(`${typeWords[object.type]} ${object.name}`), tone: 'warn' },
    { text: `  ${code}: `, tone: 'dim' },
    { text: sanitise(message) },
  ]
  const row = lineRow(`${object.id}${SEPARATOR}problem ${code}`, 1, line, object)
  const leads = target !== undefined && target.view !== 'overview'
  return { ...row, isProblem: true, label: object.name, alias: object.id, ...(leads && { target }) }
}
