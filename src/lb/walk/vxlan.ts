import type { FdbEntry, Link } from '../../snapshot/index.ts'
import { causeOfWrongSource } from '../cause/answer.ts'
import { infoOf } from '../links/kind.ts'
import { isMulticast, parseIp } from '../../util/prefix.ts'
import { IPPROTO_UDP, type Packet, scrub } from '../packet.ts'
import type { View } from '../view.ts'
import { fdbKey } from '../../snapshot/row-keys.ts'
import { routeOutput } from '../routing/output.ts'
import { because, end, type Next, type NextAt } from './next.ts'
import { addStep, type Walk } from './walk.ts'

/** IANA's port; iproute2's default is Linux' own. */
const DEFAULT_PORT = 4789
/** Outer Ethernet, IPv4, UDP and VXLAN headers without the outer Ethernet one: what the inner frame grows by. */
const HEADERS = 50

/** vxlan_xmit: which tunnel end gets the frame, and from which namespace the packet leaves. */
export function vxlanOut(walk: Walk, { view, ifname, frame }: NextAt<'vxlan'>): Next {
  const link = view.link(ifname)!
  const { packet, destinationMac } = frame
  const proof = [view.ref('links', String(link.ifindex))]
  const vni = Number(infoOf(link, 'id'))
  const odd = notFollowed(link, packet)
  if (odd !== undefined) return end(view, packet, 'insufficient-info', odd, proof)
  const entry = forwardingEntry(view, link, destinationMac)
  if (entry === 'several') {
    return end(
      view,
      packet,
      'insufficient-info',
      `${ifname} sends ${destinationMac} to several tunnel ends`,
      proof,
    )
  }
  const remote = entry?.dst ?? remoteOf(link)
  if (remote === undefined) {
    const missing = view.missing('rtnl.fdb')
    if (missing !== undefined) {
      const unread = `where ${ifname} sends ${destinationMac ?? 'its MAC'} was not read: ${missing}`
      return end(view, packet, 'insufficient-info', unread, proof)
    }
    const detail = `${ifname} has no forwarding entry for ${destinationMac ?? 'its MAC'}`
    addStep(walk, view, { kind: 'vxlan', action: 'dropped', detail, evidence: proof })
    return end(view, packet, 'dropped', detail, proof)
  }
  const evidence = entry ? [view.ref('fdb', fdbKey(entry))] : proof
  const port = entry?.port ?? Number(infoOf(link, 'port') ?? DEFAULT_PORT)
  addStep(walk, view, {
    kind: 'vxlan',
    action: 'encapsulated',
    detail: `${ifname}: VNI ${vni} to ${remote}:${port}`,
    evidence,
  })
  if (entry) walk.tunnelled = { view, entry }
  const underlay = underlayOf(walk, view, link, entry)
  const outer = wrap(packet, {
    source: stringOf(infoOf(link, 'local')),
    remote,
    port,
    isLeaving: underlay !== view,
    ttl: ttlOf(link, packet, remote),
  })
  const wrapped = {
    ...outer,
    inner: { kind: 'vxlan', vni: entry?.vni ?? vni, frame } as const,
  }
  if (!underlay) {
    return end(
      view,
      wrapped,
      'left-for-peer',
      `for ${remote} (VNI ${vni}), by a namespace that is in no snapshot`,
      evidence,
    )
  }
  const via = deviceOf(view, underlay, link, entry)
  if (via !== undefined && !leadsBy(underlay, wrapped, via)) {
    const detail = `${ifname} sends by ${via}, and whom it finds there is not followed`
    return end(view, wrapped, 'insufficient-info', detail, evidence)
  }
  return { at: 'local-out', view: underlay, packet: wrapped, hasDefaultTtl: outer.ttl === undefined }
}

/** What is not read, or goes with a packet from outside of what is followed. */
function notFollowed(link: Link, { mark }: Packet): string | undefined {
  const { ifname } = link
  if (infoOf(link, 'external') === true)
    return `${ifname} is told by each packet where to send it, which is not followed`
  if (infoOf(link, 'gpe') === true)
    return `${ifname} uses vxlan's generic protocol extension, which is not followed`
  if (infoOf(link, 'remcsum_tx') === true)
    return `${ifname} offloads checksums to the other end, which is not followed`
  return infoOf(link, 'gbp') === true && mark !== 0
    ? `${ifname} sends the mark along as a group policy, which is not followed`
    : undefined
}

/** The device that an entry, or else the tunnel, sends by. An index of a namespace that was left behind is not told. */
function deviceOf(view: View, underlay: View, link: Link, entry: FdbEntry | undefined): string | undefined {
  const index = entry?.viaIfIndex
  if (index !== undefined) return underlay.link(index)?.ifname
  return underlay === view ? stringOf(entry ? entry.viaIf : infoOf(link, 'link')) : undefined
}

function leadsBy(underlay: View, packet: Packet, device: string): boolean {
  const answer = routeOutput(underlay, packet)
  return answer.kind === 'route' && answer.ways.every(({ dev }) => dev === device)
}

function wrap(
  packet: Packet,
  {
    source,
    remote,
    port,
    isLeaving,
    ttl,
  }: {
    source: string | undefined
    remote: string
    port: number
    isLeaving: boolean
    ttl: number | undefined
  },
): Packet {
  return {
    ...scrub(packet, isLeaving),
    family: remote.includes(':') ? 'inet6' : 'inet',
    protocol: IPPROTO_UDP,
    source: source === '0.0.0.0' || source === '::' ? undefined : source,
    destination: remote,
    // A hash of the inner headers.
    sourcePort: undefined,
    destinationPort: port,
    icmpType: null,
    icmpCode: null,
    tcpFlags: null,
    ttl,
    tos: 0,
    length: packet.length === undefined ? undefined : packet.length + HEADERS,
    isFragment: false,
  }
}

/** vxlan_xmit_one: that of the device, of the packet inside, or for a group 1. Undefined: as for any other packet that is sent here. */
function ttlOf(link: Link, { ttl }: Packet, remote: string): number | undefined {
  const own = infoOf(link, 'ttl')
  if (own === 'inherit') return ttl
  if (typeof own === 'number' && own > 0) return own
  const to = parseIp(remote)
  return to && isMulticast(to) ? 1 : undefined
}

const stringOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** vxlan_find_mac, else the default entry (00:00:00:00:00:00). */
function forwardingEntry(view: View, link: Link, mac: string | undefined): FdbEntry | 'several' | undefined {
  const rows = (of: string) => view.fdb(of).filter(row => row.ifname === link.ifname && row.dst !== undefined)
  const own = mac === undefined ? [] : rows(mac)
  const found = own.length > 0 ? own : rows('00:00:00:00:00:00')
  return found.length > 1 ? 'several' : found[0]
}

function remoteOf(link: Link): string | undefined {
  const remote = stringOf(infoOf(link, 'remote')) ?? stringOf(infoOf(link, 'remote6'))
  return remote ?? stringOf(infoOf(link, 'group'))
}

/** Where the tunnel's socket is: the namespace in which the device was made. */
export function underlayOf(walk: Walk, view: View, link: Link, entry?: FdbEntry): View | undefined {
  const nsid = entry?.linkNetNsId ?? link.link_netnsid
  if (nsid === undefined) return view
  return (
    walk.world.byNsid(view, nsid) ?? ownerOfSocket(walk, view, Number(infoOf(link, 'port') ?? DEFAULT_PORT))
  )
}

/** Where nsids were not read: the one namespace of the node that holds a socket on the tunnel's port. */
function ownerOfSocket(walk: Walk, view: View, port: number): View | undefined {
  const owners = walk.world.onUdpPort(view.snapshot, port).filter(other => other !== view)
  return owners.length === 1 ? owners[0] : undefined
}

/** vxlan_rcv: the tunnel of a VNI whose socket is in this namespace. */
export function decapsulate(walk: Walk, view: View, packet: Packet): Next | undefined {
  const { inner, destinationPort } = packet
  if (inner?.kind !== 'vxlan') return undefined
  for (const { view: other, link } of walk.world.linksOfKind('vxlan')) {
    if (other.snapshot !== view.snapshot) continue
    const port = Number(infoOf(link, 'port') ?? DEFAULT_PORT)
    if (Number(infoOf(link, 'id')) !== inner.vni || port !== destinationPort) continue
    if (underlayOf(walk, other, link) === view)
      return unwrap(walk, view, packet, inner, { view: other, link })
  }
  const any = walk.world
    .linksOfKind('vxlan')
    .find(
      ({ view: other, link }) => takesAny(link, destinationPort) && underlayOf(walk, other, link) === view,
    )
  if (any) {
    const detail = `${any.link.ifname} of ${any.view.namespace.name} takes every VNI, and what becomes of it is not followed`
    return end(view, packet, 'insufficient-info', detail, [any.view.ref('links', String(any.link.ifindex))])
  }
  const unread = walk.world.unread(view.snapshot, 'rtnl.links')
  if (unread) {
    const detail = `the interfaces of ${unread.namespace.name} were not read: it may have the vxlan of VNI ${inner.vni}`
    return end(view, packet, 'insufficient-info', detail)
  }
  return end(view, packet, 'dropped', `no vxlan here has VNI ${inner.vni}`)
}

function takesAny(link: Link, port: Packet['destinationPort']): boolean {
  return infoOf(link, 'external') === true && Number(infoOf(link, 'port') ?? DEFAULT_PORT) === port
}

function unwrap(
  walk: Walk,
  view: View,
  packet: Packet,
  { vni, frame }: Extract<NonNullable<Packet['inner']>, { kind: 'vxlan' }>,
  { view: other, link }: { readonly view: View; readonly link: Link },
): Next {
  addStep(walk, view, {
    kind: 'vxlan',
    action: 'decapsulated',
    detail: `VNI ${vni} to ${link.ifname} of ${other.namespace.name}`,
    evidence: [other.ref('links', String(link.ifindex))],
  })
  const moved = movedEntry(other, link, frame.sourceMac, packet.source)
  if (moved) {
    const { mac, dst } = moved
    const why = `${link.ifname} takes frames of ${mac} from ${dst} alone, and this one is from ${packet.source}`
    const stop = end(other, packet, 'dropped', why, [other.ref('fdb', fdbKey(moved))])
    return because(stop, causeOfWrongSource(walk, other, packet.source ?? '', dst ?? ''))
  }
  const inside = { ...frame, packet: scrub(frame.packet, true) }
  return { at: 'frame-in', view: other, ifname: link.ifname, frame: inside }
}

/** vxlan_snoop: with learning on, a permanent entry of the sender's MAC that names another VTEP makes the frame be dropped. */
function movedEntry(
  view: View,
  link: Link,
  mac: string | undefined,
  source: string | undefined,
): FdbEntry | undefined {
  if (mac === undefined || source === undefined || infoOf(link, 'learning') === false) return undefined
  const rows = view.fdb(mac).filter(row => row.ifname === link.ifname && row.dst !== undefined)
  const isFixed = rows.length > 0 && rows.every(({ dst, state }) => dst !== source && state === 'permanent')
  return isFixed ? rows[0] : undefined
}
