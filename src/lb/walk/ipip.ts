import type { Link } from '../../snapshot/index.ts'
import { infoOf, isUp } from '../links/kind.ts'
import { IPPROTO_IPIP, type Packet, scrub } from '../packet.ts'
import type { View } from '../view.ts'
import { end, type Next } from './next.ts'
import { addStep, changed, type Walk } from './walk.ts'

/** struct iphdr without options: what IPIP puts before a packet. */
const IPIP_HEADER = 20

/**
 * IPv4 in IPv4, as ip_vs_tunnel_xmit wraps a packet; time to live, type of service and mark stay the same.
 *
 * @param ends `isCutUp`: what is too large is sent in fragments, where else the sender is told
 */
export function wrapIpip(
  packet: Packet,
  {
    source,
    destination,
    isCutUp,
  }: { readonly source: string; readonly destination: string; readonly isCutUp: boolean },
): Packet {
  return {
    ...packet,
    protocol: IPPROTO_IPIP,
    source,
    destination,
    sourcePort: null,
    destinationPort: null,
    icmpType: null,
    icmpCode: null,
    tcpFlags: null,
    length: packet.length === undefined ? undefined : packet.length + IPIP_HEADER,
    isFragment: false,
    connection: null,
    connectionInfo: 'none',
    zone: null,
    rerouted: null,
    inner: { kind: 'ipip', packet, overhead: isCutUp ? null : IPIP_HEADER },
  }
}

type Taker = { readonly view: View; readonly link: Link }

/**
 * tunnel4_rcv, ipip_tunnel_rcv: the interface that takes an IPIP packet off. What was inside comes in there, with the mark of what
 * it was in, and is a packet that nothing of the namespace has seen.
 *
 * @returns undefined when it is no IPIP packet with one inside
 */
export function unwrapIpip(walk: Walk, view: View, packet: Packet): Next | undefined {
  const { inner } = packet
  if (inner?.kind !== 'ipip') return undefined
  const taker = tunnelFor(devicesOf(walk, view), packet, view.link(packet.inDevice ?? ''))
  if (!taker) return nobodyTakesIt(walk, view, packet)
  const { view: other, link } = taker
  const proof = [other.ref('links', String(link.ifindex))]
  if (infoOf(link, 'proto') === 'mplsip')
    return end(other, packet, 'dropped', `${link.ifname} takes MPLS alone`, proof)
  const leavesNamespace = other !== view
  const carried = { ...inner.packet, mark: packet.mark, ipvs: packet.ipvs }
  const bare = { ...scrub(carried, leavesNamespace), inDevice: link.ifname, sourceMac: null }
  const detail = `IPIP of ${packet.source} to ${link.ifname}`
  addStep(walk, view, {
    kind: 'link',
    action: 'decapsulated',
    detail: leavesNamespace ? `${detail} of ${other.namespace.name}` : detail,
    evidence: proof,
    ...changed(packet, bare),
  })
  return { at: 'ip-in', view: other, packet: bare }
}

/** Where nothing was read of the interfaces, one of them may take it; else the sender is told that nobody does. */
function nobodyTakesIt({ world }: Walk, view: View, packet: Packet): Next {
  const unread = world.unread(view.snapshot, 'rtnl.links')
  if (unread) {
    const detail = `the interfaces of ${unread.namespace.name} were not read: one may take IPIP`
    return end(view, packet, 'insufficient-info', detail)
  }
  const sit = view.namespace.links.find(
    link => isUp(link) && link.linkinfo?.info_kind === 'sit' && infoOf(link, 'proto') !== 'ip6ip',
  )
  const evidence = [view.ref('links', sit ? String(sit.ifindex) : '')]
  if (sit)
    return end(view, packet, 'insufficient-info', `whether ${sit.ifname} takes it is not followed`, evidence)
  const down = view.namespace.links.find(link => link.linkinfo?.info_kind === 'ipip' && !isUp(link))
  if (down) {
    const why = `${down.ifname}, which would take IPIP, is down`
    return end(view, packet, 'dropped', why, [view.ref('links', String(down.ifindex))])
  }
  const what = `no interface that is up takes IPIP of ${packet.source} for ${packet.destination}`
  return end(view, packet, 'dropped', what, evidence)
}

/** IPIP interfaces that were made in a namespace; one may have been moved to another since, and still takes what comes in here. */
function devicesOf({ world }: Walk, view: View): Taker[] {
  return world
    .linksOfKind('ipip')
    .filter(({ view: owner, link }) => madeIn(world, owner, link) === view)
    .map(({ view: owner, link }) => ({ view: owner, link }))
}

function madeIn(world: Walk['world'], owner: View, { link_netnsid: nsid }: Link): View | undefined {
  return nsid === undefined ? owner : world.byNsid(owner, nsid)
}

/**
 * ip_tunnel_lookup: both ends as told, then the other end alone, then this end alone, then neither (tunl0, behind an `external`
 * one). Among equals one that is bound to the device by which the packet came in comes first; others are taken all the same.
 */
function tunnelFor(devices: readonly Taker[], packet: Packet, cameIn: Link | undefined): Taker | undefined {
  const up = devices.filter(({ link }) => isUp(link))
  const passes = [
    [packet.destination, packet.source],
    ['any', packet.source],
    [packet.destination, 'any'],
    ['any', 'any'],
  ]
  let candidate: Taker | undefined
  for (const [local, remote] of passes) {
    const fitting = up.filter(
      ({ link }) => endOf(link, 'local') === local && endOf(link, 'remote') === remote,
    )
    const bound = fitting.find(({ link }) => cameIn !== undefined && infoOf(link, 'link') === cameIn.ifname)
    if (bound) return bound
    candidate ??= fitting.find(({ link }) => infoOf(link, 'external') === true) ?? fitting[0]
  }
  return candidate
}

function endOf(link: Link, key: 'local' | 'remote'): unknown {
  return infoOf(link, key) ?? 'any'
}
