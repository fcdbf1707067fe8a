import type { Socket } from '../../snapshot/index.ts'
import { causeOfStrayAnswer } from '../cause/answer.ts'
import { causeOfNoListener, causeOfReservedPort } from '../cause/rule.ts'
import {
  endpoint,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Packet,
  protocolText,
} from '../packet.ts'
import { parseIp } from '../../util/prefix.ts'
import { routesFor } from '../routing/fib.ts'
import type { View } from '../view.ts'
import { because, end, type Next, type NextAt } from './next.ts'
import { unwrapIpip } from './ipip.ts'
import { decrypt, isEncrypted, refusedByPolicy } from './ipsec.ts'
import { unservedMark } from './ipvs.ts'
import { decapsulate } from './vxlan.ts'
import { addStep, type Walk } from './walk.ts'

/** Behind the INPUT hook: a tunnel, a socket, or the kernel itself. */
export function deliver(walk: Walk, { view, packet }: NextAt<'deliver'>): Next {
  if (isEncrypted(packet)) return decrypt(walk, view, packet)
  const refused = refusedByPolicy(view, packet, 'in')
  if (refused) return refused
  const inner =
    packet.protocol === IPPROTO_UDP ? decapsulate(walk, view, packet) : unwrapIpip(walk, view, packet)
  if (inner) return inner
  if (walk.direction === 'reply') return answerArrives(walk, view, packet)
  const { protocol } = packet
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) return toKernel(walk, view, packet)
  if (protocol === IPPROTO_TCP) return toSocket(walk, view, packet, 'tcp')
  if (protocol === IPPROTO_UDP) return toSocket(walk, view, packet, 'udp')
  return end(view, packet, 'insufficient-info', `who takes ${protocolText(protocol)} here was not read`)
}

function toKernel(walk: Walk, view: View, packet: Packet): Next {
  const isEcho = packet.icmpType === (packet.protocol === IPPROTO_ICMP ? 8 : 128)
  if (!isEcho)
    return end(view, packet, 'insufficient-info', 'what becomes of this ICMP message is not followed')
  const setting =
    packet.protocol === IPPROTO_ICMP ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all'
  // Off nearly everywhere, and so it is taken where it was not read.
  if (view.sysctl(setting) === 1)
    return end(view, packet, 'dropped', `${setting} is 1`, [view.ref('sysctls', setting)])
  addStep(walk, view, {
    kind: 'socket',
    action: 'delivered',
    detail: 'the kernel answers the ping',
    evidence: [],
  })
  return arrive(
    walk,
    view,
    packet,
    `to the kernel of ${view.owner ?? view.namespace.name}, which answers pings`,
    [],
  )
}

function arrive(
  walk: Walk,
  view: View,
  packet: Packet,
  detail: string,
  evidence: NextAt<'end'>['evidence'],
  isUnbound = false,
): Next {
  walk.arrival = { view, packet, isUnbound }
  return end(view, packet, 'delivered', detail, evidence)
}

function toSocket(walk: Walk, view: View, packet: Packet, protocol: 'tcp' | 'udp'): Next {
  // tcp_v4_rcv, tcp_v6_rcv.
  if (protocol === 'tcp' && packet.packetType !== 'unicast')
    return end(view, packet, 'dropped', `it came as a ${packet.packetType} frame, and TCP takes none`)
  const port = packet.destinationPort
  if (typeof port !== 'number') return end(view, packet, 'insufficient-info', 'the port is not known')
  const missing = view.missing('sockets')
  if (missing !== undefined)
    return end(view, packet, 'insufficient-info', `the sockets were not read: ${missing}`)
  const fitting = view.sockets(protocol, port).filter(socket => takes(socket, packet, cameBy(view, packet)))
  const socket = fitting.toSorted((a, b) => rank(b) - rank(a))[0]
  if (!socket) {
    const unserved = unservedMark(view, packet)
    if (unserved !== undefined) {
      addStep(walk, view, {
        kind: 'ipvs',
        action: 'rejected',
        detail: unserved,
        evidence: [view.ref('ipvs', '')],
      })
      return end(view, packet, 'no-virtual-service', unserved, [view.ref('ipvs', '')])
    }
    const detail = `nobody listens on ${protocol} ${endpoint(packet.destination, port)}`
    addStep(walk, view, { kind: 'socket', action: 'rejected', detail, evidence: [view.ref('sockets', '')] })
    const stop = end(view, packet, 'no-listener', detail, [view.ref('sockets', '')])
    return because(stop, causeOfNoListener(view, packet))
  }
  const owner = socket.processes?.map(({ name, pid }) => `${name} (${pid})`).join(', ')
  const where = endpoint(socket.address, socket.port)
  const evidence = [view.ref('sockets', socket.inode)]
  const detail = `${protocol} socket ${where}${owner === undefined ? '' : ` of ${owner}`}`
  if (isPlaceholder(socket, packet)) {
    addStep(walk, view, {
      kind: 'socket',
      action: 'dropped',
      detail: `${detail} only reserves the port`,
      evidence,
    })
    const why = `by dockerd's socket on ${where}, which reserves the port and never answers`
    return because(end(view, packet, 'dropped', why, evidence), causeOfReservedPort(view, packet))
  }
  addStep(walk, view, { kind: 'socket', action: 'delivered', detail, evidence })
  const isUnbound = protocol === 'udp' && isWildcard(socket)
  return arrive(
    walk,
    view,
    packet,
    `to ${detail} in ${view.owner ?? view.namespace.name}`,
    evidence,
    isUnbound,
  )
}

/** dockerd holds every port that is published through the mesh (plumbIngressPortsProxy of libnetwork). */
function isPlaceholder({ processes, address, port }: Socket, { destination }: Packet): boolean {
  const isDockerd = processes?.length === 1 && processes[0]!.name === 'dockerd'
  // The embedded resolver is dockerd's too.
  const isResolver = address === '127.0.0.11' || destination === '127.0.0.11'
  // Its API, and what swarm listens on.
  return isDockerd && !isResolver && ![2375, 2376, 2377, 7946].includes(port)
}

/** inet_lookup_listener, udp4_lib_lookup: bound to the address or to none, and to the device or to none. */
function takes(socket: Socket, packet: Packet, device: string | null): boolean {
  if (typeof socket.ifname === 'string' && socket.ifname !== device) return false
  if (socket.family === 'inet') {
    return packet.family === 'inet' && (socket.address === '0.0.0.0' || socket.address === packet.destination)
  }
  if (packet.family === 'inet') {
    if (socket.v6only === true) return false
    return socket.address === '::' || socket.address === `::ffff:${packet.destination}`
  }
  return socket.address === '::' || socket.address === packet.destination
}

/**
 * The interface that a bound socket compares: what this namespace sent to itself over `lo` counts as having come by the one whose address
 * it was sent to (`orig_oif` in ip_route_output_key_hash_rcu, `IP6CB(skb)->iif` in ip6_rcv_core).
 */
function cameBy(view: View, { family, destination, inDevice }: Packet): string | null {
  const ip = inDevice === 'lo' && destination !== undefined ? parseIp(destination) : undefined
  if (!ip) return inDevice
  const [own] = routesFor(view.fib(family), 'local', ip)
  return own?.route.dev ?? inDevice
}

/** The more it is bound to, the better it fits (compute_score). */
function rank(socket: Socket): number {
  return (
    (isWildcard(socket) ? 0 : 4) +
    (typeof socket.ifname === 'string' ? 2 : 0) +
    (socket.family === 'inet' ? 1 : 0)
  )
}

const isWildcard = ({ address }: Socket): boolean => address === '0.0.0.0' || address === '::'

/** The answer is for the socket that asked, not for one that listens. */
function answerArrives(walk: Walk, view: View, packet: Packet): Next {
  const { origin, flow } = walk
  const isHome =
    origin.ifname === null &&
    view === origin.view &&
    packet.destination === origin.packet.source &&
    packet.destinationPort === origin.packet.sourcePort
  if (!isHome) {
    const why = `nobody waits for ${endpoint(packet.destination, packet.destinationPort)}`
    return because(end(view, packet, 'dropped', why), causeOfStrayAnswer(walk))
  }
  const isRecognised =
    packet.source === flow.destination && packet.sourcePort === origin.packet.destinationPort
  if (!isRecognised) {
    const from = endpoint(packet.source, packet.sourcePort)
    const stop = end(view, packet, 'dropped', `it comes from ${from}, which was not asked`)
    return because(stop, causeOfStrayAnswer(walk))
  }
  return end(view, packet, 'delivered', `it is back in ${view.owner ?? view.namespace.name}`)
}
