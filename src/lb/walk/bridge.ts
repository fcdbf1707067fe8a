import type { FdbEntry, Link } from '../../snapshot/index.ts'
import { fdbKey, nftTableKey } from '../../snapshot/row-keys.ts'
import { causeOfUnknownMac } from '../cause/address.ts'
import type { RowRef } from '../evidence.ts'
import { exploreDomain } from '../links/domain.ts'
import { infoOf, isUp, kindOf, slaveInfoOf } from '../links/kind.ts'
import { nearestPort } from '../links/nearby.ts'
import type { Maybe } from '../maybe.ts'
import { type Frame, type Packet, packetTypeOf } from '../packet.ts'
import { routeInput } from '../routing/input.ts'
import type { View } from '../view.ts'
import { because, end, type Next, type NextAt } from './next.ts'
import { passHook, wholeHook } from './pass-hook.ts'
import { passDevice } from './size.ts'
import { resolve } from './transmit.ts'
import { addStep, confirm, type Walk } from './walk.ts'

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

/** br_handle_frame_finish and br_dev_xmit: by forwarding entry, to the bridge itself, or to every port. */
export function bridge(walk: Walk, { view, bridge: name, port, frame }: NextAt<'bridge'>): Next {
  const link = view.link(name)
  if (!link) return end(view, frame.packet, 'insufficient-info', `there is no device ${name}`)
  if (!isUp(link)) return end(view, frame.packet, 'dropped', `${name} is down`, linkProof(view, link))
  const state = port === null ? undefined : wordOf(slaveInfoOf(view.link(port)!, 'state'))
  if (state !== undefined && state !== 'forwarding') {
    return end(
      view,
      frame.packet,
      'dropped',
      `port ${port} of ${name} is ${state}`,
      linkProof(view, view.link(port!)),
    )
  }
  if (Number(infoOf(link, 'vlan_filtering') ?? 0) !== 0) {
    const detail = `${name} filters by VLAN, and which of its ports is in which was not read`
    return end(view, frame.packet, 'insufficient-info', detail, linkProof(view, link))
  }
  const filter = bridgeFilter(view)
  if (filter) return filter(frame.packet)
  const { packet } = frame
  const isAsked = port !== null && asksIptables(view, link, packet)
  if (isAsked === undefined) {
    const detail = `whether what ${name} bridges goes through iptables (bridge-nf-call-iptables) was not read`
    return end(view, packet, 'insufficient-info', detail, linkProof(view, link))
  }
  if (!isAsked) return decide(walk, view, { link, port, frame, isAsked: false })
  const entering = { ...packet, inDevice: name, physIn: port, sourceMac: frame.sourceMac }
  return passHook(walk, { view, hook: 'PREROUTING' }, entering, wholeHook, (later, after) => {
    const bridging = { link, port, frame: { ...frame, packet: after }, isAsked: true }
    if (after.destination === packet.destination) return decide(later, view, bridging)
    const way = wayOverBridge(view, name, after)
    if (!way) return { at: 'route-in', view, packet: after }
    return resolve(later, view, after, { ifname: name, address: way }, (last, destinationMac) =>
      decide(last, view, { ...bridging, frame: { ...bridging.frame, destinationMac } }),
    )
  })
}

/**
 * br_nf_pre_routing_finish: a new destination is routed as if the bridge had received it. Where the way leads out by the bridge again, the
 * frame is bridged to its new receiver and is not routed.
 *
 * @returns the address of the next hop; undefined where it goes up to the IP layer
 */
function wayOverBridge(view: View, bridge: string, packet: Packet): string | undefined {
  const answer = routeInput(view, packet, bridge)
  const [way, another] = answer.kind === 'forward' ? answer.ways : []
  if (!way || another || way.dev !== bridge) return undefined
  return way.gateway ?? packet.destination
}

const wordOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function linkProof(view: View, link: Link | undefined): RowRef[] {
  return link ? [view.ref('links', String(link.ifindex))] : []
}

/** Tables of nf_tables' family `bridge` decide about frames, and are not evaluated here. */
function bridgeFilter(view: View): ((packet: Packet) => Next) | undefined {
  const table = view.namespace.nft.find(({ family, chains, rules }) => {
    return family === 'bridge' && (rules.length > 0 || chains.some(({ policy }) => policy === 'drop'))
  })
  if (!table) return undefined
  const proof = [view.ref('nft', nftTableKey(table))]
  return packet =>
    end(view, packet, 'insufficient-info', `nft table bridge ${table.table} is not evaluated`, proof)
}

/** br_netfilter: bridged packets go through iptables where this sysctl, or the bridge itself, says so. */
function asksIptables(view: View, link: Link, packet: Packet): Maybe {
  const [name, own] =
    packet.family === 'inet'
      ? ['bridge-nf-call-iptables', 'nf_call_iptables']
      : ['bridge-nf-call-ip6tables', 'nf_call_ip6tables']
  const value = view.sysctl(`net.bridge.${name}`)
  if (value === 1 || Number(infoOf(link, own) ?? 0) === 1) return true
  // Without br_netfilter the setting is not there, and none of the others is missing.
  if (value !== undefined || view.sysctl('net.ipv4.ip_forward') !== undefined) return false
  return view.namespace.netfilter.length + view.namespace.nft.length > 0 ? undefined : false
}

type Bridging = {
  readonly link: Link
  readonly port: string | null
  readonly frame: Frame
  /** PREROUTING was run on behalf of the bridge. */
  readonly isAsked: boolean
}

function decide(walk: Walk, view: View, bridging: Bridging): Next {
  const { link, port, frame } = bridging
  const { destinationMac, packet } = frame
  const name = link.ifname
  if (destinationMac === undefined) {
    return end(
      view,
      packet,
      'insufficient-info',
      `the MAC of the next hop is not known on ${name}`,
      linkProof(view, link),
    )
  }
  if (destinationMac === BROADCAST) return toBridge(walk, view, bridging)
  const entry = view.fdb(destinationMac).find(row => row.master === name && matchesVlan(row, frame))
  if (port !== null && (destinationMac === link.address || entry?.state === 'permanent')) {
    return toBridge(walk, view, bridging)
  }
  if (entry && entry.state !== 'permanent' && entry.ifname !== name) {
    const detail = `${destinationMac} is behind ${entry.ifname}${entry.state === 'static' ? ' (static)' : ''}`
    addStep(walk, view, {
      kind: 'bridge',
      action: 'forwarded',
      detail,
      evidence: [view.ref('fdb', fdbKey(entry))],
    })
    return toPort(walk, view, bridging, entry.ifname)
  }
  return flood(walk, view, bridging)
}

function matchesVlan(row: FdbEntry, frame: Frame): boolean {
  return row.vlan === undefined || frame.vlan === null || row.vlan === frame.vlan
}

/** br_pass_frame_up. */
function toBridge(walk: Walk, view: View, { link, port, frame, isAsked }: Bridging): Next {
  const { packet } = frame
  addStep(walk, view, {
    kind: 'bridge',
    action: 'received',
    detail: `${link.ifname} takes it itself`,
    evidence: linkProof(view, link),
  })
  const received = { ...packet, inDevice: link.ifname, packetType: packetTypeOf(frame.destinationMac) }
  if (isAsked) return { at: 'route-in', view, packet: { ...received, physIn: port } }
  return { at: 'ip-in', view, packet: { ...received, sourceMac: frame.sourceMac } }
}

/** Unknown unicast goes to every port; the one behind which the MAC lives is the one that matters. */
function flood(walk: Walk, view: View, bridging: Bridging): Next {
  const { link, port, frame } = bridging
  const ports = view
    .ports(link.ifname)
    .filter(each => each.ifname !== port || slaveInfoOf(each, 'hairpin') === true)
    .filter(each => isUp(each) && slaveInfoOf(each, 'flood') !== false)
    .filter(each => !(isIsolated(view, port) && slaveInfoOf(each, 'isolated') === true))
  const nearest = nearestPort(walk.world, view, link, frame.destinationMac!)
  const asked = nearest && ports.includes(nearest) ? [nearest] : ports
  const leads = asked.map(each => ({ port: each, leads: leadsTo(walk, view, each, frame.destinationMac!) }))
  const sure = leads.filter(({ leads }) => leads === true)
  const open = leads.filter(({ leads }) => leads === undefined)
  const chosen = sure.length === 1 ? sure[0] : sure.length === 0 && open.length === 1 ? open[0] : undefined
  if (chosen) {
    const detail = `${frame.destinationMac} is not known to ${link.ifname}: goes to every port, ${chosen.port.ifname} among them`
    addStep(walk, view, {
      kind: 'bridge',
      action: 'forwarded',
      detail,
      evidence: linkProof(view, chosen.port),
    })
    return toPort(walk, view, bridging, chosen.port.ifname)
  }
  const detail = `${frame.destinationMac} is not known to ${link.ifname}, and behind none of its ports`
  const missing = view.missing('rtnl.fdb')
  if (sure.length === 0 && missing !== undefined) {
    const unread = `where ${frame.destinationMac} is was not read: ${missing}`
    return end(view, frame.packet, 'insufficient-info', unread, linkProof(view, link))
  }
  if (sure.length === 0 && open.length === 0) {
    const stop = end(view, frame.packet, 'dropped', detail, linkProof(view, link))
    return because(stop, causeOfUnknownMac(walk, view, link.ifname, frame.destinationMac!))
  }
  return end(
    view,
    frame.packet,
    'insufficient-info',
    `several ports of ${link.ifname} may lead to ${frame.destinationMac}`,
    linkProof(view, link),
  )
}

const isIsolated = (view: View, port: string | null) =>
  port !== null && slaveInfoOf(view.link(port)!, 'isolated') === true

/** True: that MAC is there. False: it is not. Undefined: what is there is in no snapshot. */
function leadsTo(walk: Walk, view: View, port: Link, mac: string): boolean | undefined {
  if (kindOf(port) === 'vxlan') {
    const rows = view.fdb(mac).filter(row => row.ifname === port.ifname && row.dst !== undefined)
    if (rows.length > 0) return true
    const floods = view
      .fdb('00:00:00:00:00:00')
      .some(row => row.ifname === port.ifname && row.dst !== undefined)
    return floods || infoOf(port, 'group') !== undefined || infoOf(port, 'remote') !== undefined
      ? undefined
      : false
  }
  const { endpoints, openEnds, tunnels, filters } = exploreDomain(walk.world, view, port.ifname)
  if (endpoints.some(({ link }) => link.address === mac)) return true
  return openEnds.length + tunnels.length + filters.length > 0 ? undefined : false
}

/** br_forward: FORWARD and POSTROUTING of iptables on the way, where br_netfilter is at work. */
function toPort(walk: Walk, view: View, { link, port, frame, isAsked }: Bridging, out: string): Next {
  const { packet } = frame
  const outPort = view.link(out)
  if (!outPort || !isUp(outPort))
    return end(view, packet, 'dropped', `port ${out} of ${link.ifname} is down`, linkProof(view, outPort))
  if (out === port && slaveInfoOf(outPort, 'hairpin') !== true) {
    return end(
      view,
      packet,
      'dropped',
      `it came in by ${out}, and would go out there again (no hairpin)`,
      linkProof(view, outPort),
    )
  }
  if (port !== null && isIsolated(view, port) && slaveInfoOf(outPort, 'isolated') === true) {
    return end(
      view,
      packet,
      'dropped',
      `ports ${port} and ${out} of ${link.ifname} are isolated from each other`,
      linkProof(view, outPort),
    )
  }
  passDevice(walk, view, outPort, packet)
  if (!isAsked) return { at: 'frame-out', view, ifname: out, frame }
  const name = link.ifname
  const crossing = { ...packet, inDevice: name, outDevice: name, physIn: port, physOut: out }
  return passHook(walk, { view, hook: 'FORWARD' }, crossing, wholeHook, (later, after) =>
    passHook(later, { view, hook: 'POSTROUTING' }, after, wholeHook, (last, passed) => ({
      at: 'frame-out',
      view,
      ifname: out,
      frame: { ...frame, packet: confirm(last, passed) },
    })),
  )
}
