import { plural } from '../../../util/format.ts'
import type { Data } from '../data.ts'
import { endpointSources, gapsOf } from '../gaps.ts'
import { objectOf } from '../../../graph/query.ts'
import { type Row, worldCell } from '../table.ts'
import { objectView } from './object-view.ts'
import { nodeCell, objectRow, sandboxName, sortedByName, withNodeColumn } from './words.ts'

/** Where sandboxes and networks meet: each endpoint with its interface, addresses and the other end of its pair. */
export const endpointsView = objectView({
  id: 'endpoints',
  key: '4',
  title: 'Endpoints',
  short: 'Endp',
  singular: 'endpoint',
  description: 'Endpoints: interfaces, addresses, VIPs, MACs, veth pairs',
  share: 0.6,
  sortable: ['network', 'sandbox', 'interface', 'address', 'vip', 'mac', 'peer', 'node'],
  columns: withNodeColumn([
    { id: 'network', title: 'NETWORK', max: 24 },
    { id: 'sandbox', title: 'SANDBOX', grow: true, isId: true },
    { id: 'interface', title: 'IFACE', hide: 2, max: 15 },
    { id: 'address', title: 'ADDRESS', hide: 1, max: 43 },
    { id: 'vip', title: 'VIP', hide: 3, max: 32 },
    { id: 'mac', title: 'MAC', hide: 4 },
    { id: 'peer', title: 'PEER', hide: 5, max: 28 },
  ]),
  rows: endpointRows,
  empty: whyNothing,
  visible: (id, { graph }) => {
    const object = id === undefined ? undefined : objectOf(graph, id)
    const namespaceId = object?.type === 'endpoint' ? object.link?.namespace : undefined
    return { namespaceId, tab: namespaceId === undefined ? undefined : 'interfaces' }
  },
})

/** No endpoints, or nobody knows. */
function whyNothing({ nodes }: Data): string {
  const gaps = nodes.reduce((sum, node) => sum + gapsOf(node, endpointSources).size, 0)
  if (gaps === 0) return 'No endpoints. They appear when a container joins a network.'
  const total = nodes.reduce((sum, { namespaces }) => sum + namespaces.length, 0)
  return `Interfaces could not be read in ${gaps} of ${plural(total, 'namespace')}: their Sources tell why.`
}

function endpointRows({ graph }: Data): Row[] {
  const named = Object.values(graph.endpoints).map(endpoint => {
    const network = graph.networks[endpoint.network]?.name ?? endpoint.network
    const owner = graph.sandboxes[endpoint.sandbox]
    const sandbox = owner ? sandboxName(graph, owner) : endpoint.sandbox
    return { endpoint, network, sandbox, name: `${network} ${sandbox}` }
  })
  return sortedByName(named).map(({ endpoint, network, sandbox }) => {
    const { link, peer, addresses } = endpoint
    const of = (role: string): string =>
      addresses
        .filter(address => address.role === role)
        .map(({ address }) => address)
        .join(' ')
    return objectRow(
      endpoint,
      [
        worldCell(network, 'overlay'),
        worldCell(sandbox, 'strong'),
        worldCell(link?.ifname),
        worldCell(of('own')),
        worldCell(of('vip'), 'accent'),
        worldCell(endpoint.mac, 'dim'),
        worldCell(peer && `${peer.ifname}${peer.bridge === undefined ? '' : ` in ${peer.bridge}`}`, 'dim'),
        nodeCell(graph, endpoint.node),
      ],
      { label: `${sandbox} on ${network}`, alias: `${endpoint.name} ${endpoint.endpointId ?? ''}` },
    )
  })
}
