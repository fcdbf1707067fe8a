import type { Link } from '../../snapshot/index.ts'
import { IPPROTO_TCP, type Packet } from '../packet.ts'
import type { Ending, FullSize } from '../trace.ts'
import type { View } from '../view.ts'
import { endingOf, type Walk } from './walk.ts'

/** is_skb_forwardable lets a VLAN's tag be more than the MTU. */
const VLAN_HLEN = 4

/** A device on the way that takes packets up to a size. */
export type Limit = {
  readonly view: View
  readonly link: Link
  /** Whether who sent it is told (ICMP "fragmentation needed"), and sends smaller packets from then on. */
  readonly isTold: boolean
  /** Bytes that a tunnel on the way has put before the packet. */
  readonly overhead: number
}

/**
 * A bridge drops what is larger than its port takes, and a veth pair what is larger than its other end does
 * (is_skb_forwardable of net/core/dev.c), without a word. What a vxlan has wrapped is cut up below, and what IPVS has is not.
 */
export function passDevice(walk: Walk, view: View, link: Link, packet: Packet): void {
  const overhead = overheadOf(packet)
  if (overhead !== null) walk.limits = [...walk.limits, { view, link, isTold: false, overhead }]
}

/** ip_forward tells the sender, where a packet may not be cut up, as those of TCP may not. */
export function passRouter(walk: Walk, view: View, link: Link | undefined, packet: Packet): void {
  const overhead = overheadOf(packet)
  if (overhead !== null && link) walk.limits = [...walk.limits, { view, link, isTold: true, overhead }]
}

/** Null for what is cut up on its way. */
function overheadOf({ inner }: Packet): number | null {
  if (inner === null) return 0
  return inner.kind === 'ipip' ? inner.overhead : null
}

/** The device that a connection's end sends by: both ends tell each other what they take (the MSS of TCP). */
export function leaveBy(walk: Walk, link: Link | undefined): void {
  walk.mtu ??= link?.mtu
}

const headersOf = ({ family }: Packet): number => (family === 'inet' ? 40 : 60)

/**
 * What becomes of packets that are as large as both ends of a connection agree on, or as was asked for, when small ones come
 * through in both directions. Undefined: they do too.
 */
export function fullSizeOf(forward: Walk, reply: Walk, answered: Ending): FullSize | undefined {
  const asked = forward.flow.length
  const { arrival } = forward
  if (!arrival || (asked === undefined && arrival.packet.protocol !== IPPROTO_TCP)) return undefined
  const taken = [forward.mtu, reply.mtu].filter(mtu => mtu !== undefined)
  if (taken.length === 0) return undefined
  const agreed = Math.min(...taken)
  const isTcp = arrival.packet.protocol === IPPROTO_TCP
  // Each side of a connection keeps to the MSS that it was told. Of other protocols each knows its own interface alone.
  const sizeFor = (mss: number | null, own: number | undefined): number => {
    const most = isTcp ? agreed : (own ?? agreed)
    return Math.min(asked ?? most, most, mss === null ? most : mss + headersOf(arrival.packet))
  }
  return (
    tooLarge(forward, sizeFor(answered.packet.mss, forward.mtu), arrival.packet, 'forward') ??
    tooLarge(reply, sizeFor(arrival.packet.mss, reply.mtu), answered.packet, 'reply')
  )
}

function tooLarge(
  walk: Walk,
  full: number,
  packet: Packet,
  direction: FullSize['direction'],
): FullSize | undefined {
  const { limits } = walk
  const told = limits.filter(({ isTold }) => isTold).map(({ link, overhead }) => link.mtu - overhead)
  const bytes = Math.min(full, ...told)
  const narrow = limits.find(
    ({ link, isTold, overhead }) => !isTold && bytes + overhead > link.mtu + VLAN_HLEN,
  )
  if (!narrow) return undefined
  const { view, link, overhead } = narrow
  const detail = `${link.ifname} takes ${link.mtu} bytes (MTU), and these have ${bytes + overhead}`
  const evidence = [view.ref('links', String(link.ifindex))]
  return { bytes, direction, end: endingOf(walk, view, packet, { disposition: 'dropped', detail, evidence }) }
}
