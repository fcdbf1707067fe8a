import type { Graph, LinkEnd, Network, NetworkInstance, OverlayPeer } from '../../../graph/model.ts'
import { placeOfRow } from '../objects.ts'
import { worldCell } from '../table.ts'
import { type Fact, fact, type Group, relation, relations } from './rows.ts'

export function describeNetwork(graph: Graph, network: Network): Group[] {
  const { evidence } = network
  const several = network.instances.length > 1
  return [
    {
      title: 'Network',
      facts: [
        fact('driver', network.driver, { evidence }),
        fact('scope', network.scope, { evidence }),
        fact('role', network.role === 'user' ? undefined : network.role),
        ...network.subnets.map(({ subnet, gateway }) =>
          fact('subnet', gateway === undefined ? subnet : `${subnet}  gateway ${gateway}`, { evidence }),
        ),
        fact('vni', network.vnis.join(' ')),
        fact('mtu', network.mtu),
        fact('encrypted', network.isEncrypted || undefined),
        fact('attachable', network.isAttachable || undefined),
        fact('internal', network.isInternal || undefined),
        fact('load balancing', network.lbMode),
        fact('id', network.networkId && (network.isIdCut ? `${network.networkId}…` : network.networkId), {
          tone: 'dim',
        }),
        relation(graph, 'only on', network.node),
      ],
    },
    ...network.instances.map(instance => instanceGroup(graph, instance, several)),
    {
      title: 'Services',
      facts: relations(graph, 'service', network.services, id => vipOn(graph, id, network)),
    },
    {
      title: 'Endpoints',
      facts: relations(graph, 'endpoint', network.endpoints, id => {
        const node = several ? graph.nodes[graph.endpoints[id]?.node ?? '']?.name : undefined
        return `${addressesOf(graph, id)}${node === undefined ? '' : ` on ${node}`}`
      }),
    },
    ...peerGroups(graph, network, several),
  ]
}

function instanceGroup(graph: Graph, instance: NetworkInstance, several: boolean): Group {
  const node = graph.nodes[instance.node]
  return {
    title: several ? `On ${node?.name ?? instance.node}` : 'On this node',
    facts: [
      relation(graph, 'namespace', instance.sandbox),
      ...instance.bridges.map(bridge => linkFact('bridge', bridge)),
      ...instance.tunnels.map(tunnel => linkFact('vxlan', tunnel, `VNI ${tunnel.vni ?? '?'}`)),
      instance.parent && linkFact('parent', instance.parent),
      relation(graph, 'load balancer', instance.loadBalancer),
      fact('mtu', instance.mtu),
    ],
  }
}

/** A link, which leads to its row in the view of namespaces. */
export function linkFact(label: string, link: LinkEnd, suffix = ''): Fact {
  const mac = link.mac === undefined ? '' : `  ${link.mac}`
  return {
    label,
    value: worldCell(`${link.ifname}${suffix === '' ? '' : `  ${suffix}`}${mac}`, 'accent'),
    target: placeOfRow(link.evidence),
    evidence: [link.evidence],
    datum: link,
  }
}

function vipOn(graph: Graph, id: string, network: Network): string | undefined {
  const service = graph.services[id]
  const on = service?.networks.find(candidate => candidate.network === network.id)
  return on?.vip ?? service?.mode
}

/** The addresses of an endpoint, its own first. */
export function addressesOf(graph: Graph, id: string): string {
  const addresses = graph.endpoints[id]?.addresses ?? []
  return addresses
    .filter(({ role }) => role !== 'link-local')
    .map(({ address, role }) => (role === 'vip' ? `VIP ${address}` : address))
    .join(' ')
}

/** Each node has a forwarding table of its own. */
function peerGroups(graph: Graph, network: Network, several: boolean): Group[] {
  const peers = network.peers.flatMap(id => graph.peers[id] ?? [])
  return [...Map.groupBy(peers, ({ node }) => node)].map(([node, seen]) => ({
    title: several ? `Peers of ${graph.nodes[node]?.name ?? node}` : 'Peers',
    facts: seen.flatMap(peer => peerFacts(graph, peer)),
  }))
}

function peerFacts(graph: Graph, peer: OverlayPeer): (Fact | undefined)[] {
  const node = peer.peerNode === undefined ? undefined : graph.nodes[peer.peerNode]?.name
  const { evidence } = peer
  return [
    fact('vtep', node === undefined ? peer.vtep : `${peer.vtep}  ${node}`, { evidence }),
    ...peer.endpoints.map(({ mac, address, task, evidence: rows }): Fact => {
      const name = task === undefined ? '' : `  ${graph.tasks[task]?.name ?? task}`
      return {
        label: 'reaches',
        value: worldCell(`${address ?? '?'}  ${mac}${name}`),
        evidence: rows,
        ...(rows[0] && { target: placeOfRow(rows[0]) }),
        isProblem: address === undefined,
      }
    }),
  ]
}
