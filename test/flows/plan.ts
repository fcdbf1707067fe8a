/** Which connections are made: everybody who may asks everything that there is, in the swarm of all scenarios. */
import type { Facts, World } from '../../lab/scenarios/facts.ts'
import { containerOf, host, type Place } from '../../lab/scenarios/scenario.ts'

/** Who asks what. Each is asked several times where a balancer chooses. */
export type Asked = {
  /** `vip`, `ingress` and so on; `outbound` and `resolver` come with every scenario. */
  readonly scenario: string
  /** `web@node2`, `host node1`, `client`. */
  readonly who: string
  readonly from: Place
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** What is behind it: `port 80 of node1`, `virtual address of api`. */
  readonly what: string
  /** The asking socket is bound to it. */
  readonly source?: string
  /** The name that a resolver is asked for. */
  readonly query?: string
  /** Of a client outside: by which interface of which namespace it comes in. */
  readonly enters?: { readonly node: string; readonly netns: string | undefined; readonly ifname: string }
  readonly times: number
}

/** The client outside listens there, for what containers ask of the world. */
export const outsidePort = 7777
const firstPort = 20_001
const balanced = 4

/** Mesh and host ports of lab/scenarios, by the service that has them. */
const meshPorts = [
  { scenario: 'ingress', service: 'web', port: 80 },
  { scenario: 'ingress', service: 'web', port: 8080 },
  { scenario: 'draining', service: 'queue', port: 8070 },
] as const
const scenarioOf: Readonly<Record<string, string>> = {
  api: 'vip',
  client: 'vip',
  direct: 'dnsrr',
  web: 'ingress',
  edge: 'host-mode',
  spy: 'encrypted',
  vault: 'encrypted',
  queue: 'draining',
}

/** @param clientAddress that of the guest itself, a client outside of the swarm */
export function planFlows({ facts, sandboxes }: World, clientAddress: string): Asked[] {
  const nodes = Object.keys(facts).filter(name => /^node\d+$/.test(name))
  const members = Object.keys(facts).flatMap(name => {
    const [kind, service = '', node = '', network = ''] = name.split('.')
    return kind === 'task' && network !== 'ingress' ? [{ service, node, network, address: facts[name]! }] : []
  })
  const tcp = { protocol: 'tcp', port: 80, times: 1 } as const
  const asked: Asked[] = []
  for (const { scenario, service, port } of meshPorts) {
    if (facts[`vip.${service}.ingress`] === undefined) continue
    for (const node of nodes) {
      const target = {
        scenario,
        protocol: 'tcp',
        port,
        what: `port ${port} of ${node}`,
        times: balanced,
      } as const
      const address = facts[node]!
      asked.push({ ...target, ...outside(node), address })
      asked.push({ ...target, who: `host ${node}`, from: host(node), address: '127.0.0.1' })
      for (const other of nodes) asked.push({ ...target, who: `host ${other}`, from: host(other), address })
      asked.push(...someMember(members, node).map(from => ({ ...target, ...from, address })))
    }
  }
  for (const member of members) {
    const from = { who: `${member.service}@${member.node}`, from: containerOf(member.service, member.node) }
    for (const [name, address] of Object.entries(facts)) {
      const [kind, service = '', ...rest] = name.split('.')
      const scenario = scenarioOf[service] ?? service
      if (kind === 'vip' && rest[0] === member.network) {
        asked.push({
          ...tcp,
          ...from,
          scenario,
          address,
          what: `virtual address of ${service}`,
          times: balanced,
        })
      }
      if (kind === 'task' && rest[1] === member.network) {
        asked.push({ ...tcp, ...from, scenario, address, what: `${service} on ${rest[0]}` })
      }
    }
    asked.push({
      ...tcp,
      ...from,
      scenario: 'outbound',
      address: clientAddress,
      port: outsidePort,
      what: 'the world',
    })
    asked.push({
      ...from,
      scenario: 'resolver',
      protocol: 'udp',
      address: '127.0.0.11',
      port: 53,
      what: '127.0.0.11',
      query: member.service,
      times: 1,
    })
  }
  asked.push(...single(facts, sandboxes, nodes))
  return asked
}

const outside = (node: string) =>
  ({ who: 'client', from: 'client', enters: { node, netns: undefined, ifname: 'eth0' } }) as const

function someMember(
  members: readonly { readonly service: string; readonly node: string }[],
  node: string,
): Pick<Asked, 'who' | 'from'>[] {
  const member = members.find(each => each.node === node)
  return member ? [{ who: `${member.service}@${node}`, from: containerOf(member.service, node) }] : []
}

/** What a scenario has that no other has. */
function single(facts: Facts, sandboxes: World['sandboxes'], nodes: readonly string[]): Asked[] {
  const tcp = { protocol: 'tcp', port: 80, times: 1 } as const
  const asked: Asked[] = []
  const edge = {
    ...tcp,
    scenario: 'host-mode',
    port: 8090,
    address: facts['node2']!,
    what: 'port 8090 of node2',
  }
  if (facts['id.edge.node2'] !== undefined) {
    asked.push({ ...edge, ...outside('node2') })
    for (const node of nodes) asked.push({ ...edge, who: `host ${node}`, from: host(node) })
    asked.push({ ...edge, who: 'host node2', from: host('node2'), address: '127.0.0.1' })
  }
  const shed = facts['container.shed.yard']
  const barn = { who: 'barn@node1', from: containerOf('barn', 'node1') }
  if (shed !== undefined) {
    const published = {
      ...tcp,
      scenario: 'bridge',
      port: 8100,
      address: facts['node1']!,
      what: 'port 8100 of node1',
    }
    const direct = { ...tcp, scenario: 'bridge', address: shed, what: 'shed' }
    asked.push({ ...published, ...outside('node1') }, { ...published, ...barn })
    for (const node of nodes) asked.push({ ...published, who: `host ${node}`, from: host(node) })
    asked.push({ ...direct, ...barn }, { ...direct, who: 'host node1', from: host('node1') })
  }
  const shop = facts['container.shop.street']
  const path = sandboxes.get('shop@node2')
  if (shop !== undefined && path !== undefined) {
    const target = { ...tcp, scenario: 'macvlan', address: shop, what: 'shop' }
    asked.push({ ...target, who: 'cafe@node2', from: containerOf('cafe', 'node2') })
    asked.push({
      ...target,
      who: 'client',
      from: 'client',
      enters: { node: 'node2', netns: path, ifname: 'eth0' },
    })
    asked.push({ ...target, who: 'host node1', from: host('node1') })
  }
  asked.push({
    ...tcp,
    scenario: 'two-wires',
    who: 'client',
    from: 'client',
    address: '192.168.78.1',
    source: '192.168.77.254',
    what: 'port 80 of node1 over the second wire',
    enters: { node: 'node1', netns: undefined, ifname: 'eth2' },
    times: balanced,
  })
  return asked
}

/** One connection: a port of its own tells it from all others in every table of the kernel. */
export type Planned = Asked & { readonly localPort: number }

export function eachFlow(asked: readonly Asked[]): Planned[] {
  return asked
    .flatMap(each => Array.from({ length: each.times }, () => each))
    .map((each, index) => ({ ...each, localPort: firstPort + index }))
}
