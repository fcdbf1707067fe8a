import type { Container, Endpoint, Graph, Sandbox } from '../../../graph/model.ts'
import { placeOfRow } from '../objects.ts'
import { worldCell } from '../table.ts'
import { addressesOf, linkFact } from './network.ts'
import { type Fact, fact, type Group, relation, relations } from './rows.ts'

export function describeSandbox(graph: Graph, sandbox: Sandbox): Group[] {
  const containers = sandbox.containers.flatMap(id => graph.containers[id] ?? [])
  return [
    {
      title: 'Sandbox',
      facts: [
        fact('kind', sandbox.kind, { evidence: sandbox.evidence }),
        relation(graph, 'node', sandbox.node),
        namespaceFact(sandbox),
        fact('path', sandbox.sandboxKey, { evidence: sandbox.evidence }),
        relation(graph, sandbox.kind === 'overlay' ? 'holds' : 'balances', sandbox.network),
        relation(graph, 'task', sandbox.task),
      ],
    },
    ...containers.map(container => containerGroup(graph, container)),
    { title: 'Endpoints', facts: sandbox.endpoints.flatMap(id => endpointFacts(graph, id)) },
    {
      title: 'Load balancing',
      facts: relations(graph, 'virtual service', sandbox.virtualServices, id => serverCount(graph, id)),
    },
  ]
}

function namespaceFact({ namespace, evidence }: Sandbox): Fact | undefined {
  if (namespace === undefined) return undefined
  return {
    label: 'namespace',
    value: worldCell(`${namespace}  all of its rows`, 'accent'),
    target: { view: 'namespaces', id: namespace },
    evidence,
  }
}

export function containerGroup(graph: Graph, container: Container): Group {
  const { evidence } = container
  return {
    title: 'Container',
    facts: [
      fact('name', container.name, { evidence }),
      fact('image', container.image, { evidence }),
      fact('state', container.state, { evidence }),
      fact('health', container.health, { evidence }),
      fact('pid', container.pid || undefined, { evidence }),
      fact('network mode', container.networkMode, { evidence }),
      fact('stack', container.stack, { evidence }),
      fact('id', container.containerId, { tone: 'dim', evidence }),
      ...container.publishedPorts.map(id => portFact(graph, id)),
    ],
  }
}

function endpointFacts(graph: Graph, id: string): (Fact | undefined)[] {
  const endpoint = graph.endpoints[id]
  if (!endpoint) return []
  const network = graph.networks[endpoint.network]?.name ?? endpoint.network
  return [
    relation(graph, endpoint.link?.ifname ?? 'endpoint', id, {
      suffix: `${addressesOf(graph, id)} on ${network}`,
    }),
  ]
}

/** `8080 -> 80/tcp ingress` */
export function portFact(graph: Graph, id: string): Fact | undefined {
  const port = graph.ports[id]
  if (!port) return undefined
  const to = port.targetPort === undefined ? '' : ` -> ${port.targetPort}`
  const [evidence = port.evidence[0]] = port.bindings.flatMap(binding => binding.evidence)
  return {
    label: 'published port',
    value: worldCell(
      `${port.hostIp === undefined ? '' : `${port.hostIp}:`}${port.port}${to}/${port.protocol} ${port.mode}`,
    ),
    evidence: [...port.evidence, ...port.bindings.flatMap(binding => binding.evidence)],
    ...(evidence && { target: placeOfRow(evidence) }),
    datum: port,
    isProblem: port.warnings.length > 0,
  }
}

function serverCount(graph: Graph, id: string): string {
  const count = graph.virtualServices[id]?.realServers.length ?? 0
  return `${count} real server${count === 1 ? '' : 's'}`
}

export function describeEndpoint(graph: Graph, endpoint: Endpoint): Group[] {
  const { evidence, link, peer, parent } = endpoint
  return [
    {
      title: 'Endpoint',
      facts: [
        relation(graph, 'network', endpoint.network),
        relation(graph, 'sandbox', endpoint.sandbox),
        relation(graph, 'task', graph.sandboxes[endpoint.sandbox]?.task),
        relation(graph, 'node', endpoint.node),
        fact('default route', endpoint.isGateway || undefined),
        fact('id', endpoint.endpointId, { tone: 'dim', evidence }),
      ],
    },
    {
      title: 'Addresses',
      facts: [
        ...endpoint.addresses.map((address): Fact => {
          const service =
            address.service === undefined ? '' : `  ${graph.services[address.service]?.name ?? ''}`
          const where = address.ifname === undefined ? '' : `  on ${address.ifname}`
          return {
            label: address.role === 'own' ? address.family : address.role,
            value: worldCell(`${address.address}/${address.prefixlen}${service}${where}`),
            evidence: [address.evidence],
            target: placeOfRow(address.evidence),
            datum: address,
          }
        }),
        fact('mac', endpoint.mac, { evidence }),
        fact('mtu', endpoint.mtu, { evidence }),
      ],
    },
    {
      title: 'Links',
      facts: [
        link && linkFact('interface', link),
        peer && linkFact('veth peer', peer, peer.bridge === undefined ? '' : `port of ${peer.bridge}`),
        parent && linkFact('parent', parent),
      ],
    },
  ]
}
