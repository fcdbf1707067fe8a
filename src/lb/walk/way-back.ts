import { bridgeNetworkOf, causeOfNoMasquerade } from '../cause/masquerade.ts'
import { parseIp } from '../../util/prefix.ts'
import { type Packet, TCP_ACK, TCP_SYN, untouched } from '../packet.ts'
import type { Ending, Path } from '../trace.ts'
import { isInSubnet, ownAddress, type View } from '../view.ts'
import type { Next } from './next.ts'
import { runWalk } from './run.ts'
import { fullSizeOf } from './size.ts'
import { endingOf, type Walk } from './walk.ts'

/** The answer, from where the packet was delivered or from outside, with the connections that it has left on its way. */
export function wayBack(walk: Walk, { disposition, cause }: Ending): Pick<Path, 'reply'> {
  const { arrival, left } = walk
  if (disposition === 'delivered' && arrival) {
    const { view } = arrival
    const packet = answerTo(arrival.packet)
    const asked: Next = { at: 'local-out', view, packet, hasDefaultTtl: true }
    if (!arrival.isUnbound) return { reply: follow(walk, asked) }
    const routed: Next = { ...asked, packet: { ...packet, source: undefined } }
    const branches = [
      { label: 'if the program leaves its address to routing', next: routed },
      { label: `if it answers from ${packet.source}`, next: asked },
    ].map(each => ({ ...each, evidence: [], view, steps: [] }))
    return { reply: follow(walk, { at: 'fork', reason: 'unknown', branches }) }
  }
  const reply = disposition === 'left-node' && left && !cause ? fromOutside(walk, left) : undefined
  return reply ? { reply } : {}
}

function follow(walk: Walk, start: Next): Path {
  const back: Walk = {
    world: walk.world,
    flow: walk.flow,
    direction: 'reply',
    origin: { ...walk.origin, packet: withOriginalSource(walk) },
    hops: [],
    connections: walk.connections,
    ipvsConnections: walk.ipvsConnections,
    learned: walk.learned ?? [],
    limits: [],
    entries: 0,
    ...(walk.unmasked && { unmasked: walk.unmasked }),
  }
  return runWalk(back, start, (ended, ending) => {
    const fullSize = ending.disposition === 'delivered' ? fullSizeOf(walk, ended, ending) : undefined
    return fullSize ? { fullSize } : {}
  })
}

/** A flow without a source got one from routing: the connection of where it began has it. */
function withOriginalSource({ origin, connections }: Walk): Packet {
  if (origin.packet.source !== undefined) return origin.packet
  const first = connections.find(({ namespace }) => namespace === origin.view.key)
  return { ...origin.packet, source: first?.original.source }
}

function answerTo(packet: Packet): Packet {
  const icmpType = packet.icmpType === 8 ? 0 : packet.icmpType === 128 ? 129 : packet.icmpType
  return {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    icmpType,
    tcpFlags: packet.tcpFlags === null || packet.tcpFlags === undefined ? packet.tcpFlags : TCP_SYN | TCP_ACK,
    ttl: undefined,
    // An echo comes back with the TOS that it was asked with (icmp_reply, icmpv6_echo_reply); other answers have their socket's.
    tos: icmpType === null ? 0 : packet.tos,
    length: undefined,
    ...untouched,
  }
}

/**
 * Somebody outside answers. To an address of the interface, or of its subnet, it comes back the same way; to one that lies behind
 * the node only if the outside has a route there.
 */
function fromOutside(walk: Walk, { view, ifname, frame }: NonNullable<Walk['left']>): Path | undefined {
  const { packet, sourceMac } = frame
  const source = packet.source === undefined ? undefined : parseIp(packet.source)
  if (walk.origin.ifname !== null || packet.source === undefined || !source) return undefined
  const isNear =
    ownAddress(view, packet.source) !== undefined ||
    view.addressesOf(ifname).some(own => isInSubnet(source, own)) ||
    // A macvlan: the address is on the wire itself.
    view.link(ifname)?.address !== sourceMac
  if (isNear) {
    const back = answerTo({ ...packet, ttl: undefined })
    const answer = {
      sourceMac: undefined,
      destinationMac: sourceMac,
      tag: null,
      packet: { ...back, ttl: undefined },
    }
    return follow(walk, { at: 'frame-in', view, ifname, frame: answer })
  }
  return withoutMasquerade(walk, view, ifname, packet)
}

/** A packet has left with an address that lies behind the node. Whether the outside knows a way there is the network's to say. */
function withoutMasquerade(walk: Walk, view: View, ifname: string, packet: Packet): Path | undefined {
  const answer = answerTo(packet)
  const cause = causeOfNoMasquerade(view, ifname, packet)
  if (cause) {
    const detail = `nobody outside has a way to ${packet.source}`
    return {
      hops: [],
      end: endingOf(walk, view, answer, { disposition: 'no-route', detail, evidence: [], cause }),
    }
  }
  if (bridgeNetworkOf(view, packet)) return undefined
  const detail = `whether anybody outside has a way back to ${packet.source} is in no snapshot`
  return {
    hops: [],
    end: endingOf(walk, view, answer, { disposition: 'insufficient-info', detail, evidence: [] }),
  }
}
