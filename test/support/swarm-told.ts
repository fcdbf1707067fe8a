/**
 * What docker, ipvsadm, iproute2 and iptables told of a swarm (lab/capture/raw.ts), and what its graph says, both as lines
 * that must be the same: each thing once, with what it is joined to. The tools' words are read with nothing of ours.
 */
import type { Graph } from '../../src/graph/model.ts'

/** Texts of one node by file name: `netns/ingress_sbox/ipvs.txt`, `cli/containers.json`. */
export type ToolTexts = Readonly<Record<string, string>>

export type ToldNode = { readonly name: string; readonly texts: ToolTexts }

/** Sorted lines by what they are of. Services and tasks are of managers only. */
export type Lines = Readonly<Record<string, readonly string[]>>

type Ports = Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>
type Container = {
  readonly Id: string
  readonly NetworkSettings: { readonly SandboxKey: string; readonly Ports: Ports }
}
type NetworkAnswer = {
  readonly Id: string
  readonly Name: string
  readonly Driver: string
  readonly Services?: Readonly<
    Record<
      string,
      {
        readonly VIP: string
        readonly Tasks: readonly { readonly Name: string; readonly EndpointIP: string }[]
      }
    >
  >
}
type Task = {
  readonly ID: string
  readonly ServiceID: string
  readonly NodeID: string
  readonly Status: {
    readonly State: string
    readonly ContainerStatus?: { readonly ContainerID?: string }
  }
}
type Service = {
  readonly ID: string
  readonly Endpoint: {
    readonly VirtualIPs?: readonly { readonly NetworkID: string; readonly Addr: string }[]
    readonly Ports?: readonly {
      readonly PublishedPort: number
      readonly TargetPort: number
      readonly Protocol: string
      readonly PublishMode: string
    }[]
  }
}

/** What the docker command printed of a kind; in captures from before it was kept, what the API answered. */
function told<Kind>(texts: ToolTexts, kind: string, path: RegExp): Kind[] {
  const printed = texts[`cli/${kind}.json`]
  if (printed !== undefined) return JSON.parse(printed) as Kind[]
  const answers = Object.entries(texts).filter(([name]) => path.test(name))
  return answers.flatMap(([, text]) => {
    const answer = JSON.parse(text) as Kind | Kind[] | { refused: string }
    if (Array.isArray(answer)) return answer
    return 'refused' in (answer as object) ? [] : [answer as Kind]
  })
}

const containersOf = (texts: ToolTexts): Container[] =>
  told(texts, 'containers', /^api\/containers\/[0-9a-f]{64}\/json$/)
const networksOf = (texts: ToolTexts): NetworkAnswer[] =>
  told(texts, 'networks', /^api\/networks\/\w+\?verbose=true$/)
const servicesOf = (texts: ToolTexts): Service[] => told(texts, 'services', /^api\/services$/)
const tasksOf = (texts: ToolTexts): Task[] => told(texts, 'tasks', /^api\/tasks$/)

/** Whether its daemon told of services: a manager. */
export function isManager(texts: ToolTexts): boolean {
  return !(texts['api/services'] ?? '').startsWith('{"refused"')
}

/** @param nodes those that the graph was built from; their names are the hosts' */
export function toldLines(nodes: readonly ToldNode[]): Lines {
  const of = (lines: (node: ToldNode) => string[]): string[] => nodes.flatMap(lines).toSorted()
  const manager = nodes.find(({ texts }) => isManager(texts))
  return {
    containers: of(({ name, texts }) =>
      containersOf(texts).map(
        ({ Id, NetworkSettings: { SandboxKey } }) => `${Id} on ${name} in ${inodeOf(texts, SandboxKey)}`,
      ),
    ),
    networks: [...new Set(of(({ texts }) => networksOf(texts).map(({ Id }) => Id)))],
    overlays: of(overlayLines),
    vips: of(vipLines),
    containerPorts: of(({ texts }) => containersOf(texts).flatMap(portLines)),
    meshRules: of(meshRules),
    realServers: of(realServerLines),
    ...(manager && managerLines(manager.texts, nodes)),
  }
}

function managerLines(texts: ToolTexts, nodes: readonly ToldNode[]): Lines {
  const services = servicesOf(texts)
  const ports = services
    .flatMap(({ ID, Endpoint }) => (Endpoint.Ports ?? []).map(port => ({ ID, ...port })))
    .map(
      ({ ID, Protocol, PublishedPort, TargetPort, PublishMode }) =>
        `${ID} ${PublishMode} ${PublishedPort}:${TargetPort}/${Protocol}`,
    )
    .toSorted()
  return {
    tasks: tasksOf(texts)
      .filter(({ Status }) => Status.State === 'running')
      .flatMap(({ ID, ServiceID, Status: { ContainerStatus } }) => {
        const container = ContainerStatus?.ContainerID ?? '?'
        const where = nodes.find(node => containersOf(node.texts).some(({ Id }) => Id === container))
        // The other nodes' containers are not in the graph of one node.
        return [`${ID} of ${ServiceID}${where ? ` runs ${container} on ${where.name}` : ''}`]
      })
      .toSorted(),
    virtualAddresses: services
      .flatMap(({ ID, Endpoint }) =>
        (Endpoint.VirtualIPs ?? []).map(({ NetworkID, Addr }) => `${ID} on ${NetworkID} has ${bare(Addr)}`),
      )
      .toSorted(),
    servicePorts: ports,
    // Ports in mode host are those of containers.
    meshPorts: ports.filter(line => line.includes(' ingress ')),
  }
}

/** The same lines of a graph of these snapshots. @param withManager whether one of them is a manager's */
export function graphLines(graph: Graph, withManager: boolean): Lines {
  const { nodes, networks, sandboxes, endpoints, services, tasks, containers, ports } = graph
  const lines: Record<string, string[]> = {
    containers: Object.values(containers).map(
      ({ containerId, node, sandbox }) =>
        `${containerId} on ${nodes[node]?.name} in ${sandboxes[sandbox ?? '']?.namespace}`,
    ),
    networks: Object.values(networks).flatMap(({ networkId }) => networkId ?? []),
    overlays: Object.values(networks)
      .filter(({ driver }) => driver === 'overlay')
      .flatMap(({ networkId, instances }) =>
        instances.flatMap(({ node, namespace, loadBalancer }) =>
          namespace === undefined
            ? []
            : [
                `${networkId} on ${nodes[node]?.name} in ${namespace} balanced by ${sandboxes[loadBalancer ?? '']?.namespace}`,
              ],
        ),
      ),
    vips: Object.values(endpoints).flatMap(({ node, sandbox, addresses }) =>
      isBalancer(sandboxes[sandbox]?.kind)
        ? addresses
            .filter(({ role }) => role === 'vip')
            .map(
              ({ address, service }) =>
                `${address} of ${services[service ?? '']?.name} on ${nodes[node]?.name} in ${sandboxes[sandbox]?.namespace}`,
            )
        : [],
    ),
    containerPorts: [
      ...new Set(
        Object.values(ports)
          .filter(({ container }) => container !== undefined)
          .map(
            ({ container, port, targetPort, protocol }) =>
              `${containers[container ?? '']?.containerId} ${port}:${targetPort}/${protocol}`,
          ),
      ),
    ],
    meshRules: Object.values(ports)
      .filter(({ mode }) => mode === 'ingress')
      .flatMap(({ port, protocol, bindings }) =>
        bindings.flatMap(({ node, to }) =>
          to ? [`${nodes[node]?.name} ${port}/${protocol} to ${to.address}:${to.port}`] : [],
        ),
      ),
    realServers: Object.values(graph.realServers).map(({ node, virtualService, address, weight, task }) => {
      const virtual = graph.virtualServices[virtualService]
      const namespace = sandboxes[virtual?.sandbox ?? '']?.namespace
      return `${nodes[node]?.name} ${namespace} ${virtual?.fwmark} to ${address} weight ${weight} of ${tasks[task ?? '']?.taskId}`
    }),
  }
  if (withManager) {
    lines['tasks'] = Object.values(tasks)
      .filter(({ state }) => state === 'running')
      .map(({ taskId, service, container, node }) => {
        const runs = container
          ? ` runs ${containers[container]?.containerId} on ${nodes[node ?? '']?.name}`
          : ''
        return `${taskId} of ${services[service ?? '']?.serviceId}${runs}`
      })
    lines['virtualAddresses'] = Object.values(services).flatMap(({ serviceId, networks: on }) =>
      on.flatMap(({ network, vip }) =>
        vip === undefined ? [] : [`${serviceId} on ${networks[network]?.networkId} has ${vip}`],
      ),
    )
    lines['servicePorts'] = Object.values(services).flatMap(({ serviceId, ports: of }) =>
      of.map(
        ({ publishMode, publishedPort, targetPort, protocol }) =>
          `${serviceId} ${publishMode} ${publishedPort}:${targetPort}/${protocol}`,
      ),
    )
    lines['meshPorts'] = Object.values(ports)
      .filter(({ mode }) => mode === 'ingress')
      .map(
        ({ service, mode, protocol, port, targetPort }) =>
          `${services[service ?? '']?.serviceId} ${mode} ${port}:${targetPort}/${protocol}`,
      )
  }
  return Object.fromEntries(Object.entries(lines).map(([what, each]) => [what, each.toSorted()]))
}

/** `net:[4026532281]` of a file in Docker's folder, by its path or name. */
function inodeOf(texts: ToolTexts, path: string): string {
  return texts[`netns/${path.split('/').at(-1)}/inode.txt`]?.trim() ?? 'undefined'
}

function netnsNames(texts: ToolTexts): string[] {
  return Object.keys(texts).flatMap(file => /^netns\/([^/]+)\/inode\.txt$/.exec(file)?.[1] ?? [])
}

function overlayLines({ name, texts }: ToldNode): string[] {
  return networksOf(texts).flatMap(({ Id, Name, Driver }) => {
    // In front stands how often the node has made the network's namespace.
    const netns = netnsNames(texts).find(each => each.replace(/^\d+-/, '') === Id.slice(0, 10))
    if (Driver !== 'overlay' || netns === undefined) return []
    const balancer = Name === 'ingress' ? 'ingress_sbox' : `lb_${Id.slice(0, 9)}`
    return [`${Id} on ${name} in ${inodeOf(texts, netns)} balanced by ${inodeOf(texts, balancer)}`]
  })
}

/** The network that a namespace balances. */
function balanced(texts: ToolTexts, netns: string): NetworkAnswer | undefined {
  return networksOf(texts).find(({ Id, Name, Driver }) =>
    netns === 'ingress_sbox' ? Name === 'ingress' && Driver === 'overlay' : netns === `lb_${Id.slice(0, 9)}`,
  )
}

/** /32 addresses that `ip addr` shows on the links of balancers. */
function vipLines({ name, texts }: ToldNode): string[] {
  return netnsNames(texts).flatMap(netns => {
    const network = balanced(texts, netns)
    if (network === undefined) return []
    const links = JSON.parse(texts[`netns/${netns}/addr.json`] ?? '[]') as {
      ifname: string
      addr_info: { local: string; prefixlen: number }[]
    }[]
    return links
      .flatMap(({ addr_info }) => addr_info)
      .filter(({ prefixlen }) => prefixlen === 32)
      .map(({ local }) => {
        const service = Object.entries(network.Services ?? {}).find(([, { VIP }]) => VIP === local)?.[0]
        return `${local} of ${service} on ${name} in ${inodeOf(texts, netns)}`
      })
  })
}

function portLines({ Id, NetworkSettings: { Ports } }: Container): string[] {
  const lines = Object.entries(Ports ?? {}).flatMap(([target, bindings]) =>
    (bindings ?? []).map(({ HostPort }) => `${Id} ${HostPort}:${target}`),
  )
  // One binding for IPv4 and one for IPv6.
  return [...new Set(lines)]
}

function meshRules({ name, texts }: ToldNode): string[] {
  const saved = `${texts['host/iptables-legacy.txt'] ?? ''}${texts['host/iptables-nft.txt'] ?? ''}`
  return Array.from(
    saved.matchAll(
      /-A DOCKER-INGRESS -p (\w+) -m \w+ --dport (\d+) -j DNAT --to-destination ([\d.]+:\d+)$/gm,
    ),
    ([, protocol, port, to]) => `${name} ${port}/${protocol} to ${to}`,
  )
}

function realServerLines({ name, texts }: ToldNode): string[] {
  return netnsNames(texts).flatMap(netns => {
    const tasks = Object.values(balanced(texts, netns)?.Services ?? {}).flatMap(({ Tasks }) => Tasks)
    const saved = texts[`netns/${netns}/ipvs.txt`] ?? ''
    return Array.from(saved.matchAll(/^-a -f (\d+) -r ([\d.]+):0 -m -w (\d+)/gm), row => {
      const [, mark, address, weight] = row
      // `web.1.2dapryyssdufi3ydphw3ssos3`
      const task = tasks
        .find(({ EndpointIP }) => EndpointIP === address)
        ?.Name.split('.')
        .at(-1)
      return `${name} ${inodeOf(texts, netns)} ${mark} to ${address} weight ${weight} of ${task}`
    })
  })
}

function isBalancer(kind: string | undefined): boolean {
  return kind === 'load-balancer' || kind === 'ingress'
}

function bare(address: string): string {
  return address.split('/')[0] ?? ''
}
