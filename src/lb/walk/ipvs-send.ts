import type { RealServer, VirtualService } from '../../snapshot/index.ts'
import { realServerKey } from '../../snapshot/row-keys.ts'
import { isLoopback, parseIp } from '../../util/prefix.ts'
import { inverse } from '../connection.ts'
import type { RowRef } from '../evidence.ts'
import { endpoint, type Packet } from '../packet.ts'
import type { NoRoute, Way } from '../routing/lookup.ts'
import { routeOutput } from '../routing/output.ts'
import type { View } from '../view.ts'
import { wrapIpip } from './ipip.ts'
import { end, type Next, overWays } from './next.ts'
import { passRouter } from './size.ts'
import { addStep, changed, confirm, type IpvsConnection, type Walk } from './walk.ts'

/** Where IPVS looks at what may be for a virtual service. */
export type InHook = 'INPUT' | 'OUTPUT'

/** What a real server's forwarding method makes of a packet (ip_vs_xmit.c). */
export function send(
  walk: Walk,
  view: View,
  packet: Packet,
  { service, server, hook }: { service: VirtualService; server: RealServer; hook: InHook },
): Next {
  const method = methodOf(server)
  const { source, sourcePort, destination, destinationPort, protocol } = packet
  const realPort = server.port === 0 ? destinationPort : server.port
  const setting = view.sysctl('net.ipv4.vs.conntrack')
  const missing = setting === undefined ? whyNoSysctls(view) : undefined
  if (missing !== undefined && method === 'masq') {
    const detail = `whether connection tracking knows of what IPVS sends (net.ipv4.vs.conntrack) was not read: ${missing}`
    return end(view, packet, 'insufficient-info', detail)
  }
  const isTracked = setting === 1
  const connection: IpvsConnection = {
    view,
    protocol,
    client: source,
    clientPort: sourcePort,
    virtualAddress: destination,
    virtualPort: destinationPort,
    realServer: server.address,
    realPort,
    method,
    isTracked,
  }
  walk.ipvsConnections = [...walk.ipvsConnections, connection]
  const ipvs = {
    protocol,
    virtualAddress: destination,
    virtualPort: destinationPort,
    method,
    direction: 'original',
  } as const
  const handled = isTracked ? { ...packet, ipvs } : untrack({ ...packet, ipvs })
  const evidence = [view.ref('ipvs', realServerKey(service, server))]
  const to = { realServer: server.address, hook }
  switch (method) {
    case 'local':
      return stay(view, handled, hook)
    case 'masq': {
      const rewritten = { ...handled, destination: server.address, destinationPort: realPort }
      const tracked = isTracked ? updateConntrack(rewritten, server.address, realPort) : rewritten
      const detail = `to ${endpoint(server.address, realPort)} (masq)`
      addStep(walk, view, { kind: 'ipvs', action: 'dnat', detail, evidence, ...changed(packet, tracked) })
      return route(view, tracked, to, sendTo(view, server.address))
    }
    case 'droute': {
      const detail = `to ${server.address} as it is (direct routing)`
      addStep(walk, view, { kind: 'ipvs', action: 'forwarded', detail, evidence })
      return route(view, handled, to, sendTo(view, server.address))
    }
    case 'tunnel':
      return tunnel(view, handled, { ...to, server, isTracked, evidence })
    default:
      return end(
        view,
        packet,
        'insufficient-info',
        `IPVS sends by ${server.forwarding}, which is not followed`,
        evidence,
      )
  }
}

/** On a live node sysctls are read of few namespaces: of what was never read there is no report either. */
function whyNoSysctls(view: View): string | undefined {
  const source = 'proc.sysctls'
  const isTold = view.namespace.sources.some(report => report.source === source)
  return isTold ? view.missing(source) : 'nobody looked at them yet'
}

function methodOf({ forwarding }: RealServer): IpvsConnection['method'] {
  const known = (['masq', 'local', 'tunnel', 'droute', 'bypass'] as const).find(word => word === forwarding)
  return known ?? 'bypass'
}

/**
 * ip_vs_tunnel_xmit: what is inside is as it came in; what is outside is from the address that the route to the real server
 * proposes, and goes through OUTPUT and POSTROUTING as a packet that connection tracking has not seen.
 */
function tunnel(
  view: View,
  packet: Packet,
  {
    server,
    hook,
    isTracked,
    evidence,
  }: Pick<Destination, 'hook'> & {
    readonly server: RealServer
    readonly isTracked: boolean
    readonly evidence: readonly RowRef[]
  },
): Next {
  const type = server.tunnel?.type ?? 'ipip'
  const isIpv4 = packet.family === 'inet' && !server.address.includes(':')
  if (type !== 'ipip' || !isIpv4) {
    const what = type === 'ipip' ? 'a tunnel of IPv6' : `a tunnel of ${type}`
    return end(view, packet, 'insufficient-info', `IPVS sends by ${what}, which is not followed`, evidence)
  }
  const missing = view.missing('rtnl.addresses')
  if (missing !== undefined)
    return end(view, packet, 'insufficient-info', `the addresses were not read: ${missing}`)
  return route(view, packet, { realServer: server.address, hook }, (branch, sent, _, source) => {
    if (source === undefined) return end(view, sent, 'no-route', `no source address for ${server.address}`)
    const outer = wrapIpip(isTracked ? confirm(branch, sent) : sent, {
      source,
      destination: server.address,
      isCutUp: view.sysctl('net.ipv4.vs.pmtu_disc') === 0,
    })
    const detail = `to ${server.address} as it is, in IPIP of ${source}`
    addStep(branch, view, { kind: 'ipvs', action: 'encapsulated', detail, evidence, ...changed(sent, outer) })
    // The route is looked up again with the source that it has proposed.
    const again = routeOutput(view, { ...outer, ...plainQuery })
    if (again.kind !== 'route') return noWay(view, sent, server.address, again)
    return overWays(view, again.ways, way => ({
      at: 'resume',
      packet: outer,
      goOn: walk => onTheWay(walk, view, outer, way),
    }))
  })
}

/** ip_vs_notrack: without vs/conntrack nat never sees what IPVS sends. */
export function untrack(packet: Packet): Packet {
  return { ...packet, connection: null, connectionInfo: 'untracked' }
}

/** ip_vs_update_conntrack: the answer is expected from the real server. */
function updateConntrack(packet: Packet, address: string, port: number | null | undefined): Packet {
  const { connection } = packet
  if (!connection || connection.isConfirmed) return packet
  const current = inverse(connection.reply)
  const reply = inverse({ ...current, destination: address, destinationPort: port })
  return { ...packet, connection: { ...connection, reply } }
}

/** What a route is asked for by IPVS: neither by mark nor by what the packet holds. */
const plainQuery = { mark: 0, tos: 0, protocol: 0, sourcePort: null, destinationPort: null } as const

type Destination = { readonly realServer: string; readonly hook: InHook }
type Send = (walk: Walk, packet: Packet, way: Way, source: string | undefined) => Next

/** __ip_vs_get_out_rt: the route to the real server, whatever the packet says. Only what stays here keeps its time to live. */
function route(view: View, packet: Packet, { realServer, hook }: Destination, send: Send): Next {
  const answer = routeOutput(view, { ...packet, ...plainQuery, destination: realServer, source: undefined })
  if (answer.kind !== 'route') return noWay(view, packet, realServer, answer)
  const refused = crossesBoundary(view, packet, answer.isLocal)
  if (refused !== undefined) return end(view, packet, 'dropped', refused, answer.evidence)
  if (answer.isLocal) return stay(view, packet, hook)
  if (packet.ttl !== undefined && packet.ttl <= 1) return end(view, packet, 'dropped', 'its TTL has run out')
  const sent = { ...packet, ttl: packet.ttl === undefined ? undefined : packet.ttl - 1 }
  return overWays(view, answer.ways, way => ({
    at: 'resume',
    packet: sent,
    goOn: (walk, after) => send(walk, after, way, answer.source(way)),
  }))
}

function noWay(view: View, packet: Packet, realServer: string, answer: NoRoute): Next {
  return answer.kind === 'unknown'
    ? end(view, packet, 'insufficient-info', answer.reason, answer.evidence)
    : end(view, packet, 'no-route', `to real server ${realServer}: ${answer.detail}`, answer.evidence)
}

/** crosses_local_route_boundary. */
function crossesBoundary(
  { namespace }: View,
  { source, outDevice, ipvs }: Packet,
  staysHere: boolean,
): string | undefined {
  const isOver = outDevice === null || outDevice === 'lo'
  const ip = source === undefined ? undefined : parseIp(source)
  if (!staysHere && isOver && ip && isLoopback(ip))
    return `IPVS does not send what comes from ${source} out of ${namespace.name}`
  if (staysHere && !isOver && ipvs?.method !== 'masq')
    return `the real server is ${namespace.name} itself, which does not have the virtual address`
  return undefined
}

/** ip_vs_send_or_cont: what is for this very namespace goes on behind IPVS, as if there was none. */
function stay(view: View, packet: Packet, hook: InHook): Next {
  if (hook === 'INPUT') return { at: 'local-in', view, packet, isBehindIpvs: true }
  const way = { dev: 'lo', gateway: undefined, weight: 1 }
  return { at: 'output', view, packet: { ...packet, outDevice: 'lo' }, way, isBehindIpvs: true }
}

/** Direct routing leaves the destination as it is: the next hop is the real server. */
const sendTo =
  (view: View, realServer: string): Send =>
  (walk, packet, way) =>
    onTheWay(walk, view, packet, { ...way, gateway: way.gateway ?? realServer })

/** What is too large for the way is told to the sender, as a router does (ensure_mtu_is_adequate). */
function onTheWay(walk: Walk, view: View, packet: Packet, way: Way): Next {
  passRouter(walk, view, view.link(way.dev), packet)
  return {
    at: 'output',
    view,
    packet: { ...packet, inDevice: null, outDevice: way.dev },
    way,
    isIpvs: true,
  }
}
