/**
 * Docker's netfilter rules and IPVS services of each place, as the texts that iptables-restore and ipvsadm -R read.
 *
 * Rules are written the way iptables-save prints them, in the order in which Docker leaves them: `old` is Docker 17.06,
 * `lb` is Docker 20.10.
 */
import { gatewayOf, isOverlay, type LabNode, networkOf, type Overlay, type Sandbox } from './topology.ts'

/** A chain with a policy is built in; the others are the user's. */
type Table = {
  readonly table: 'mangle' | 'nat' | 'filter'
  readonly chains?: readonly string[]
  readonly policies?: Readonly<Record<string, string>>
  readonly rules: readonly string[]
}

/** What the kernel under the lab can do; without IPVS the rules that match on it are left out. */
export type Abilities = { readonly ipvs: boolean }

/** The tables as one text for iptables-restore; empty when there is no rule at all. */
function restoreText(tables: readonly Table[]): string {
  return tables
    .filter(
      ({ chains = [], policies = {}, rules }) =>
        rules.length + chains.length + Object.keys(policies).length > 0,
    )
    .map(({ table, chains = [], policies = {}, rules }) =>
      [
        `*${table}`,
        ...Object.entries(policies).map(([chain, policy]) => `:${chain} ${policy} [0:0]`),
        ...chains.map(chain => `:${chain} - [0:0]`),
        ...rules,
        'COMMIT',
        '',
      ].join('\n'),
    )
    .join('')
}

/** Rules of a container's, the mesh's or a load balancer's sandbox. */
export function sandboxRules(node: LabNode, sandbox: Sandbox, abilities: Abilities): string {
  const dnat = '-j DNAT --to-destination 127.0.0.11'
  const { tcp, udp } = sandbox.dns
  const tables: Table[] = [
    { table: 'mangle', rules: markRules(node, sandbox) },
    {
      table: 'nat',
      chains: ['DOCKER_OUTPUT', 'DOCKER_POSTROUTING'],
      rules: [
        ...redirectRules(sandbox),
        '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
        ...echoRules(node, sandbox),
        '-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING',
        ...(abilities.ipvs ? balancedRules(node, sandbox) : []),
        `-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 ${dnat}:${tcp}`,
        `-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 ${dnat}:${udp}`,
        `-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport ${tcp} -j SNAT --to-source :53`,
        `-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport ${udp} -j SNAT --to-source :53`,
      ],
    },
    { table: 'filter', rules: fenceRules(node, sandbox) },
  ]
  return restoreText(tables)
}

/** The overlays whose services a sandbox's own IPVS serves: all it is on, or in `lb` only those of a balancer. */
function balancedOverlays(node: LabNode, sandbox: Sandbox): { overlay: Overlay; address: string }[] {
  if (node.generation === 'lb' && sandbox.kind === 'container') return []
  return sandbox.endpoints.flatMap(({ network, address }) =>
    isOverlay(network) ? { overlay: network, address } : [],
  )
}

function markRules(node: LabNode, sandbox: Sandbox): string[] {
  const mark = (value: number) => `-j MARK --set-xmark 0x${value.toString(16)}/0xffffffff`
  const chain = node.generation === 'old' ? 'OUTPUT' : 'INPUT'
  const services = balancedOverlays(node, sandbox).flatMap(({ overlay }) => overlay.services)
  return [
    ...(sandbox.kind === 'ingress' ? services : []).flatMap(service =>
      service.ports.map(
        ({ published }) => `-A PREROUTING -p tcp -m tcp --dport ${published} ${mark(service.mark)}`,
      ),
    ),
    ...services.flatMap(({ vip, mark: value }) =>
      vip === undefined ? [] : `-A ${chain} -d ${vip}/32 ${mark(value)}`,
    ),
  ]
}

/** Docker 17 answers a ping to a VIP in the client's own sandbox. */
function echoRules(node: LabNode, sandbox: Sandbox): string[] {
  if (node.generation !== 'old') return []
  return balancedOverlays(node, sandbox).flatMap(({ overlay }) =>
    overlay.services.flatMap(({ vip }) =>
      vip === undefined
        ? []
        : `-A OUTPUT -d ${vip}/32 -p icmp -m icmp --icmp-type 8 -j DNAT --to-destination 127.0.0.1`,
    ),
  )
}

function balancedRules(node: LabNode, sandbox: Sandbox): string[] {
  return balancedOverlays(node, sandbox).map(
    ({ overlay, address }) =>
      `-A POSTROUTING -d ${networkOf(overlay.subnet)} -m ipvs --ipvs -j SNAT --to-source ${address}`,
  )
}

function meshAddress(sandbox: Sandbox): string | undefined {
  if (sandbox.kind !== 'container') return undefined
  return sandbox.endpoints.find(({ network }) => network.name === 'ingress')?.address
}

/** A task on the mesh turns the published port into the one that it listens on. */
function redirectRules(sandbox: Sandbox): string[] {
  const address = meshAddress(sandbox)
  return address === undefined
    ? []
    : sandbox.ports.map(
        ({ published, target }) =>
          `-A PREROUTING -d ${address}/32 -p tcp -m tcp --dport ${published} -j REDIRECT --to-ports ${target}`,
      )
}

/** On its ingress address a task is reachable on its published ports only; SCTP is fenced since Docker 18.03. */
function fenceRules(node: LabNode, sandbox: Sandbox): string[] {
  const address = meshAddress(sandbox)
  if (address === undefined) return []
  const protocols = node.generation === 'old' ? ['udp', 'tcp'] : ['sctp', 'udp', 'tcp']
  return [
    ...sandbox.ports.map(
      ({ target }) =>
        `-A INPUT -d ${address}/32 -p tcp -m tcp --dport ${target} -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT`,
    ),
    ...protocols.map(protocol => `-A INPUT -d ${address}/32 -p ${protocol} -j DROP`),
    ...sandbox.ports.map(
      ({ target }) =>
        `-A OUTPUT -s ${address}/32 -p tcp -m tcp --sport ${target} -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
    ),
    ...protocols.map(protocol => `-A OUTPUT -s ${address}/32 -p ${protocol} -j DROP`),
  ]
}

/** Rules of the node's own namespace. */
export function hostRules(node: LabNode): string {
  const mesh = node.sandboxes.find(sandbox => sandbox.kind === 'ingress')
  const target = mesh === undefined ? '' : (gatewayOf(mesh)?.address ?? '')
  const published = node.overlays
    .flatMap(overlay => overlay.services)
    .flatMap(service => service.ports.map(port => port.published))
  // Docker inserts at the head of a chain, so the port that was published last comes first.
  published.reverse()
  const local = '-m addrtype --dst-type LOCAL'
  return restoreText([
    {
      table: 'nat',
      chains: ['DOCKER', 'DOCKER-INGRESS'],
      rules: [
        `-A PREROUTING ${local} -j DOCKER-INGRESS`,
        `-A PREROUTING ${local} -j DOCKER`,
        `-A OUTPUT ${local} -j DOCKER-INGRESS`,
        `-A OUTPUT ! -d 127.0.0.0/8 ${local} -j DOCKER`,
        '-A POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE',
        ...node.bridges.map(
          ({ subnet, device }) => `-A POSTROUTING -s ${networkOf(subnet)} ! -o ${device} -j MASQUERADE`,
        ),
        ...hostPorts(node).map(
          ({ address, port }) =>
            `-A POSTROUTING -s ${address}/32 -d ${address}/32 -p tcp -m tcp --dport ${port.target} -j MASQUERADE`,
        ),
        ...node.bridges.map(({ device }) => `-A DOCKER -i ${device} -j RETURN`),
        ...hostPorts(node).map(
          ({ device, address, port }) =>
            `-A DOCKER ! -i ${device} -p tcp -m tcp --dport ${port.published} -j DNAT --to-destination ${address}:${port.target}`,
        ),
        ...published.map(
          port =>
            `-A DOCKER-INGRESS -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${target}:${port}`,
        ),
        '-A DOCKER-INGRESS -j RETURN',
      ],
    },
    hostFilter(node, published),
  ])
}

function hostPorts(node: LabNode) {
  return node.sandboxes.flatMap(sandbox => {
    const endpoint = gatewayOf(sandbox)
    if (endpoint === undefined) return []
    const { network, address } = endpoint
    return sandbox.hostPorts.map(port => ({ device: network.device, address, port }))
  })
}

function hostFilter(node: LabNode, published: readonly number[]): Table {
  const isolation = isolationOf(node)
  return {
    table: 'filter',
    // Docker drops what is forwarded when it was Docker that turned ip_forward on.
    policies: { FORWARD: 'DROP' },
    chains: ['DOCKER', 'DOCKER-INGRESS', ...isolation.chains, 'DOCKER-USER'],
    rules: [
      '-A FORWARD -j DOCKER-USER',
      '-A FORWARD -j DOCKER-INGRESS',
      `-A FORWARD -j ${isolation.chains[0]}`,
      ...node.bridges.flatMap(({ device, icc }) => [
        `-A FORWARD -o ${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
        `-A FORWARD -o ${device} -j DOCKER`,
        `-A FORWARD -i ${device} ! -o ${device} -j ACCEPT`,
        ...(icc ? [`-A FORWARD -i ${device} -o ${device} -j ACCEPT`] : []),
      ]),
      ...node.bridges
        .filter(({ icc }) => !icc)
        .map(({ device }) => `-A FORWARD -i ${device} -o ${device} -j DROP`),
      ...hostPorts(node).map(
        ({ device, address, port }) =>
          `-A DOCKER -d ${address}/32 ! -i ${device} -o ${device} -p tcp -m tcp --dport ${port.target} -j ACCEPT`,
      ),
      ...published.flatMap(port => [
        `-A DOCKER-INGRESS -p tcp -m tcp --dport ${port} -j ACCEPT`,
        `-A DOCKER-INGRESS -p tcp -m state --state RELATED,ESTABLISHED -m tcp --sport ${port} -j ACCEPT`,
      ]),
      '-A DOCKER-INGRESS -j RETURN',
      ...isolation.rules,
      '-A DOCKER-USER -j RETURN',
    ],
  }
}

/** What keeps bridges apart: a drop for each ordered pair of them in Docker 17, two stages since 18.03.1. */
function isolationOf(node: LabNode): { chains: readonly [string, ...string[]]; rules: string[] } {
  const devices = node.bridges.map(bridge => bridge.device)
  if (node.generation === 'old') {
    const chain = 'DOCKER-ISOLATION'
    return {
      chains: [chain],
      rules: [
        ...devices.flatMap(a => devices.filter(b => b !== a).map(b => `-A ${chain} -i ${b} -o ${a} -j DROP`)),
        `-A ${chain} -j RETURN`,
      ],
    }
  }
  const first = 'DOCKER-ISOLATION-STAGE-1'
  const second = 'DOCKER-ISOLATION-STAGE-2'
  return {
    chains: [first, second],
    rules: [
      ...devices.map(device => `-A ${first} -i ${device} ! -o ${device} -j ${second}`),
      `-A ${first} -j RETURN`,
      ...devices.map(device => `-A ${second} -o ${device} -j DROP`),
      `-A ${second} -j RETURN`,
    ],
  }
}

/** Virtual services of a sandbox's load balancer, as `ipvsadm -R` reads them; empty where there are none. */
export function virtualServices(node: LabNode, sandbox: Sandbox): string {
  return balancedOverlays(node, sandbox)
    .flatMap(({ overlay }) => overlay.services)
    .filter(service => service.vip !== undefined)
    .flatMap(({ mark, realServers }) => [
      `-A -f ${mark} -s rr`,
      ...realServers.map(address => `-a -f ${mark} -r ${address}:0 -m -w 1`),
    ])
    .map(line => `${line}\n`)
    .join('')
}
