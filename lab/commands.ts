/**
 * The node as shell text: what creates its namespaces, joins them and fills them in.
 *
 * Each function gives the body of a script for `sh -e`. Namespaces are named by the path of their nsfs file, which ip
 * takes wherever it takes a name, so nothing appears in /run/netns.
 */
import { type Abilities, hostRules, sandboxRules, virtualServices } from './rules.ts'
import {
  type Bridge,
  type Endpoint,
  gatewayOf,
  isOverlay,
  type LabNode,
  macOf,
  type Overlay,
  type Sandbox,
} from './topology.ts'

export type Backend = 'nft' | 'legacy'

/** Where the namespaces' files are, and which tools fill them in. */
export type Site = {
  /** The directory with Docker's file names. */
  readonly directory: string
  /** File of the namespace at the other end of the uplink, which Docker would not know. */
  readonly wire: string
  readonly backend: Backend
  readonly abilities: Abilities
}

export const hostNetns = 'default'

/**
 * Creates a namespace with its sysctls. They are set before the first link: a device takes its own from them.
 * A new namespace has ip_forward of the initial one, which Docker sets to 1 on a real node.
 */
function makeNamespace(path: string, sysctls: Readonly<Record<string, string>>): string {
  const writes = Object.entries({ 'ipv4/ip_forward': '1', ...sysctls }).map(
    // IPVS' are absent when the kernel has none, as bridge's are.
    ([name, value]) => `f=/proc/sys/net/${name}; [ ! -e $f ] || echo ${value} >$f`,
  )
  return `: >${path}; unshare --net=${path} sh -ec '${writes.join('; ')}'`
}

/** One script line for each namespace of the node. */
export function namespaceLines(node: LabNode, site: Site): string[] {
  const noIpv6 = { 'ipv6/conf/all/disable_ipv6': '1' }
  // Docker has changed them in the load balancer's namespaces since 20.10; `vs/conntrack` in every generation.
  const balancer = {
    'ipv4/vs/conntrack': '1',
    ...(node.generation === 'lb'
      ? {
          'ipv4/vs/conn_reuse_mode': '0',
          'ipv4/vs/expire_nodest_conn': '1',
          'ipv4/vs/expire_quiescent_template': '1',
        }
      : {}),
  }
  return [
    makeNamespace(site.wire, noIpv6),
    makeNamespace(`${site.directory}/${hostNetns}`, {
      'bridge/bridge-nf-call-iptables': '1',
      // Each link asks for routers at 4, 8, 16 … seconds after it came, up to once an hour: this node stands for one that is long there.
      'ipv6/conf/default/router_solicitations': '0',
    }),
    ...node.overlays.map(overlay => makeNamespace(`${site.directory}/${overlay.netns}`, noIpv6)),
    ...node.sandboxes.map(sandbox =>
      makeNamespace(`${site.directory}/${sandbox.netns}`, {
        ...noIpv6,
        ...(sandbox.kind === 'container' && node.generation === 'lb' ? {} : balancer),
      }),
    ),
  ]
}

/** Runs commands inside a namespace; the first failure ends the script with the namespace's name on stderr. */
function inside(path: string, commands: string): string {
  return `nsenter --net=${path} sh -e <<'inside' || { echo "in namespace ${path}" >&2; exit 1; }\n${commands}\ninside`
}

function batch(tool: 'ip' | 'bridge', lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${tool} -batch - <<'batch'\n${lines.join('\n')}\nbatch`
}

/** Legacy iptables has one lock for the whole system; the namespace's own file is one that nobody else waits for. */
function restore(site: Site, path: string, text: string): string {
  return text === ''
    ? ''
    : `XTABLES_LOCKFILE=${path} iptables-${site.backend}-restore --wait 60 <<'rules'\n${text}rules`
}

/** The host's own links: an uplink, the bridges, and every vxlan device, which is made here and moved. */
export function hostLine(node: LabNode, site: Site): string {
  const { subnet, mac, gateway } = node.uplink
  const lines = [
    'link set lo up',
    `link add name eth0 address ${mac} type veth peer name eth0 netns ${site.wire}`,
    `addr add ${subnet.address}/${subnet.prefixlen} brd + dev eth0`,
    'link set eth0 up',
    `route add default via ${gateway}`,
    ...node.bridges.flatMap(bridgeLines),
    ...node.overlays.flatMap(overlay => {
      const made = `vx-${overlay.vni.toString(16).padStart(6, '0')}-${overlay.id.slice(0, 5)}`
      return [
        `link add name ${made} address ${overlay.mac} mtu ${overlay.mtu} txqueuelen 0 type vxlan ${tunnel(overlay)} proxy l2miss l3miss`,
        `link set ${made} netns ${site.directory}/${overlay.netns} name vxlan0`,
      ]
    }),
  ]
  const localnet = 'echo 1 >/proc/sys/net/ipv4/conf/docker_gwbridge/route_localnet'
  return inside(`${site.directory}/${hostNetns}`, `${batch('ip', lines)}\n${localnet}`)
}

function tunnel(overlay: Overlay): string {
  return `id ${overlay.vni} dstport 4789`
}

/** The wire: a client at the gateway's address, and the other node with one task on each of its overlays. */
export function wireLine({ uplink, remote, overlays, sandboxes }: LabNode, site: Site): string {
  const tasks = overlays.flatMap(overlay => {
    const address = remote.tasks.get(overlay.netns)
    if (address === undefined) return []
    const device = `vx${overlay.vni}`
    // ARP never crosses a tunnel of Docker's: the other node knows our endpoints as we know its.
    const neighbours = sandboxes
      .flatMap(sandbox => sandbox.endpoints)
      .filter(endpoint => endpoint.network === overlay)
      .map(endpoint => `neigh replace ${endpoint.address} lladdr ${endpoint.mac} dev ${device} nud permanent`)
    return [
      `link add name ${device} address ${macOf(address)} mtu ${overlay.mtu} type vxlan ${tunnel(overlay)} local ${remote.vtep} remote ${uplink.subnet.address}`,
      `addr add ${address}/${overlay.subnet.prefixlen} dev ${device}`,
      `link set ${device} up`,
      ...neighbours,
    ]
  })
  const lines = [
    'link set lo up',
    `addr add ${uplink.gateway}/${uplink.subnet.prefixlen} dev eth0`,
    `addr add ${remote.vtep}/${uplink.subnet.prefixlen} dev eth0`,
    'link set eth0 up',
    ...tasks,
  ]
  return inside(site.wire, batch('ip', lines))
}

function bridgeLines({ device, subnet, mac }: Bridge): string[] {
  return [
    `link add name ${device} address ${mac} txqueuelen 0 type bridge`,
    `addr add ${subnet.address}/${subnet.prefixlen} brd + dev ${device}`,
    `link set ${device} up`,
  ]
}

/** An overlay's bridge, its tunnel, and its peers on other nodes. */
export function overlayLine(overlay: Overlay, site: Site): string {
  const { subnet, peers } = overlay
  return inside(
    `${site.directory}/${overlay.netns}`,
    [
      batch('ip', [
        'link set lo up',
        `link add name br0 mtu ${overlay.mtu} txqueuelen 0 type bridge vlan_default_pvid 0`,
        `addr add ${subnet.address}/${subnet.prefixlen} dev br0`,
        'link set br0 up',
        'link set vxlan0 master br0 up',
        ...peers.map(
          ({ address }) => `neigh replace ${address} lladdr ${macOf(address)} dev vxlan0 nud permanent`,
        ),
      ]),
      batch(
        'bridge',
        peers.map(
          ({ address, vtep }) => `fdb replace ${macOf(address)} dev vxlan0 dst ${vtep} self permanent`,
        ),
      ),
    ].join('\n'),
  )
}

/**
 * The veth pairs, in rounds: a sandbox gets eth0 in the first round, eth1 in the second. So its nsids count up with its
 * interfaces, as they do when Docker joins one network after the other. Within a round each network is one batch.
 */
export function vethRounds(node: LabNode, site: Site): string[][] {
  const depth = Math.max(...node.sandboxes.map(sandbox => sandbox.endpoints.length))
  return Array.from({ length: depth }, (_, round) => {
    const batches = new Map<string, string[]>()
    for (const sandbox of node.sandboxes) {
      const endpoint = sandbox.endpoints[round]
      if (endpoint === undefined) continue
      const { network } = endpoint
      const netns = isOverlay(network) ? network.netns : hostNetns
      const lines = batches.get(netns) ?? []
      batches.set(netns, lines)
      lines.push(vethLine(endpoint, `${site.directory}/${sandbox.netns}`))
    }
    return [...batches].map(([netns, lines]) => inside(`${site.directory}/${netns}`, batch('ip', lines)))
  })
}

function vethLine(endpoint: Endpoint, sandbox: string): string {
  const { network, ifname, mac, peer, ifindex } = endpoint
  const common = `mtu ${network.mtu} txqueuelen 0`
  const master = isOverlay(network) ? 'br0' : network.device
  return (
    `link add name ${peer.ifname} index ${ifindex + 1} address ${peer.mac} ${common} ` +
    `master ${master} up type veth peer name ${ifname} index ${ifindex} address ${mac} ${common} netns ${sandbox}`
  )
}

/** What a sandbox holds besides its links: addresses, routes, rules, and where the kernel can, IPVS. */
export function sandboxLine(node: LabNode, sandbox: Sandbox, site: Site): string {
  // Docker 17 left the broadcast address unset.
  const broadcast = node.generation === 'lb' ? ' brd +' : ''
  const gateway = gatewayOf(sandbox)
  const services = site.abilities.ipvs ? virtualServices(node, sandbox) : ''
  const path = `${site.directory}/${sandbox.netns}`
  return inside(
    path,
    [
      batch('ip', [
        'link set lo up',
        ...sandbox.endpoints.flatMap(({ ifname, address, aliases, network }) => [
          `addr add ${address}/${network.subnet.prefixlen}${broadcast} dev ${ifname}`,
          ...aliases.map(alias => `addr add ${alias}/32 dev ${ifname}`),
          `link set ${ifname} up`,
        ]),
        ...(gateway === undefined ? [] : [`route add default via ${gateway.network.subnet.address}`]),
      ]),
      restore(site, path, sandboxRules(node, sandbox, site.abilities)),
      services === '' ? '' : `ipvsadm -R <<'services'\n${services}services`,
    ].join('\n'),
  )
}

export function hostRulesLine(node: LabNode, site: Site): string {
  const path = `${site.directory}/${hostNetns}`
  return inside(path, restore(site, path, hostRules(node)))
}
