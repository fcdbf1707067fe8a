import type { FdbEntry, Link } from '../../snapshot/index.ts'
import { fdbKey } from '../../snapshot/row-keys.ts'
import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import { isUp, slaveInfoOf, type StackedLink, textOf, vlanOn } from '../links/kind.ts'
import { type Exit, exitBy, type Lane, laneOf, vlanProof } from '../links/vlans.ts'
import { type Frame, type Packet, packetTypeOf } from '../packet.ts'
import { routeInput } from '../routing/input.ts'
import type { View } from '../view.ts'
import { asksIptables, bridgeFilter } from './bridge-filter.ts'
import { type Bridging, type InLane, isIsolated, linkProof, portByFlood } from './bridge-flood.ts'
import { end, type Next, type NextAt } from './next.ts'
import { passHook, wholeHook } from './pass-hook.ts'
import { passDevice } from './size.ts'
import { resolve } from './transmit.ts'
import { addStep, confirm, type Walk } from './walk.ts'

/** br_handle_frame_finish and br_dev_xmit: by forwarding entry, to the bridge itself, or to every port. */
export function bridge(walk: Walk, { view, bridge: name, port, frame }: NextAt<'bridge'>): Next {
  const link = view.link(name)
  if (!link) return end(view, frame.packet, 'insufficient-info', `there is no device ${name}`)
  if (!isUp(link)) return end(view, frame.packet, 'dropped', `${name} is down`, linkProof(view, link))
  const state = port === null ? undefined : textOf(slaveInfoOf(view.link(port)!, 'state'))
  if (state !== undefined && state !== 'forwarding') {
    return end(
      view,
      frame.packet,
      'dropped',
      `port ${port} of ${name} is ${state}`,
      linkProof(view, view.link(port!)),
    )
  }
  const filter = bridgeFilter(view)
  if (filter) return filter(frame.packet)
  const { packet } = frame
  const asking = port === null ? ({ kind: 'no' } as const) : asksIptables(walk.world, view, link, frame)
  if (asking.kind === 'unknown')
    return end(view, packet, 'insufficient-info', asking.why, linkProof(view, link))
  if (asking.kind === 'no') return enter(walk, view, { link, port, frame, isAsked: false })
  const entering = { ...packet, inDevice: asking.device, physIn: port, sourceMac: frame.sourceMac }
  return passHook(walk, { view, hook: 'PREROUTING' }, entering, wholeHook, (later, after) => {
    const bridging = { link, port, frame: { ...frame, packet: after }, isAsked: true }
    if (after.destination === packet.destination) return enter(later, view, bridging)
    const way = wayOverBridge(view, name, after)
    // It goes on as a frame for the bridge itself, which has to be in its VLAN.
    if (!way && filtersByVlan(link))
      return enter(later, view, { ...bridging, frame: { ...bridging.frame, destinationMac: link.address } })
    if (!way) return { at: 'route-in', view, packet: after }
    return resolve(later, view, after, { ifname: name, address: way }, (last, destinationMac) =>
      enter(last, view, { ...bridging, frame: { ...bridging.frame, destinationMac } }),
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

/** Behind PREROUTING: where a bridge filters by VLAN, the port decides whether the frame is let in. */
function enter(walk: Walk, view: View, bridging: Bridging): Next {
  const { link, port, frame } = bridging
  const entered = laneOf(view, link, port ?? link.ifname, frame.tag)
  if (entered.kind === 'in') {
    learn(walk, view, bridging, entered.lane)
    return decide(walk, view, { ...bridging, lane: entered.lane })
  }
  const proof = vlanProof(view, link, port ?? link.ifname)
  if (entered.kind === 'unknown')
    return end(view, frame.packet, 'insufficient-info', entered.why, [...proof, ...linkProof(view, link)])
  addStep(walk, view, { kind: 'bridge', action: 'dropped', detail: entered.why, evidence: proof })
  return end(view, frame.packet, 'dropped', entered.why, proof)
}

function learn(walk: Walk, view: View, { link, port, frame }: Bridging, { vlan }: Lane): void {
  if (port === null || slaveInfoOf(view.link(port)!, 'learning') === false) return
  walk.learned = [...(walk.learned ?? []), { bridge: link, vlan, mac: frame.sourceMac, port }]
}

/** The port that an entry leads to: one that somebody made moves like one that was learned, unless it is sticky. */
function portOf({ learned = [] }: Walk, bridge: Link, entry: FdbEntry): string {
  if (entry.flags.includes('sticky')) return entry.ifname
  const seen = learned.findLast(
    row => row.bridge === bridge && row.vlan === (entry.vlan ?? null) && row.mac === entry.mac,
  )
  return seen?.port ?? entry.ifname
}

function decide(walk: Walk, view: View, bridging: InLane): Next {
  const { link, port, frame, lane } = bridging
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
  if (packetTypeOf(destinationMac) === 'broadcast') return toBridge(walk, view, bridging)
  const entry = view.fdb(destinationMac).find(row => row.master === name && (row.vlan ?? null) === lane.vlan)
  const isOwn = destinationMac === link.address && exitBy(view, link, name, lane).kind !== 'outside'
  if (port !== null && (isOwn || entry?.state === 'permanent')) return toBridge(walk, view, bridging)
  if (entry && entry.state !== 'permanent' && entry.ifname !== name) {
    const out = portOf(walk, link, entry)
    const how = out !== entry.ifname ? ', by which it has come' : entry.state === 'static' ? ' (static)' : ''
    const detail = `${destinationMac} is behind ${out}${vlanText(lane)}${how}`
    addStep(walk, view, {
      kind: 'bridge',
      action: 'forwarded',
      detail,
      evidence: [view.ref('fdb', fdbKey(entry))],
    })
    return toPort(walk, view, bridging, out)
  }
  const found = portByFlood(walk, view, bridging)
  return typeof found === 'string' ? toPort(walk, view, bridging, found) : found
}

const vlanText = ({ vlan }: Lane) => (vlan === null ? '' : `, VLAN ${vlan}`)

/** br_pass_frame_up, and vlan_do_receive for what keeps its tag. */
function toBridge(walk: Walk, view: View, { link, port, frame, isAsked, lane }: InLane): Next {
  const { packet } = frame
  const exit = exitBy(view, link, link.ifname, lane)
  if (exit.kind !== 'out') return notOut(view, link, link.ifname, packet, exit)
  const { tag } = exit
  const above = tag && vlanOn(walk.world, view, link.ifname, tag)
  addStep(walk, view, {
    kind: 'bridge',
    action: 'received',
    detail: `${above ? above.link.ifname : link.ifname} takes it itself${vlanText(lane)}`,
    evidence: [...linkProof(view, link), ...vlanProof(view, link, link.ifname)],
  })
  if (tag && tag.vlan !== 0 && !above) {
    const why = `it has the tag of VLAN ${tag.vlan} for ${link.ifname}, on which there is no interface of that VLAN`
    return end(view, packet, 'dropped', why, [
      ...vlanProof(view, link, link.ifname),
      ...linkProof(view, link),
    ])
  }
  const packetType = packetTypeOf(frame.destinationMac)
  if (above) {
    // Its PREROUTING was run already (ip_sabotage_in).
    const isDone = isAsked && above.link.master === undefined && isFor(above, frame)
    if (isDone)
      return {
        at: 'route-in',
        view: above.view,
        packet: { ...packet, inDevice: above.link.ifname, physIn: port, packetType },
      }
    return { at: 'frame-in', view: above.view, ifname: above.link.ifname, frame: { ...frame, tag: null } }
  }
  const received = { ...packet, inDevice: link.ifname, packetType }
  if (isAsked) return { at: 'route-in', view, packet: { ...received, physIn: port } }
  return { at: 'ip-in', view, packet: { ...received, sourceMac: frame.sourceMac } }
}

const isFor = ({ link }: StackedLink, { destinationMac }: Frame) =>
  isUp(link) && (packetTypeOf(destinationMac) === 'broadcast' || destinationMac === link.address)

/** A port, or the bridge itself, is not in the VLAN of a frame. */
function notOut(
  view: View,
  bridge: Link,
  port: string,
  packet: Packet,
  { kind, why }: Exclude<Exit, { kind: 'out' }>,
): Next {
  const disposition = kind === 'unknown' ? 'insufficient-info' : 'dropped'
  return end(view, packet, disposition, why, [...vlanProof(view, bridge, port), ...linkProof(view, bridge)])
}

/** br_forward: FORWARD and POSTROUTING of iptables on the way, where br_netfilter is at work. */
function toPort(walk: Walk, view: View, { link, port, frame, isAsked, lane }: InLane, out: string): Next {
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
  const exit = exitBy(view, link, out, lane)
  if (exit.kind !== 'out') return notOut(view, link, out, packet, exit)
  passDevice(walk, view, outPort, packet)
  const leaving = { ...frame, tag: exit.tag }
  // br_nf_forward sees the frame as it goes out, and only what PREROUTING has seen.
  const asking = isAsked ? asksIptables(walk.world, view, link, leaving) : ({ kind: 'no' } as const)
  if (asking.kind === 'unknown')
    return end(view, packet, 'insufficient-info', asking.why, linkProof(view, link))
  if (asking.kind === 'no') return { at: 'frame-out', view, ifname: out, frame: leaving }
  const crossing = {
    ...packet,
    inDevice: asking.device,
    outDevice: link.ifname,
    physIn: port,
    physOut: out,
  }
  return passHook(walk, { view, hook: 'FORWARD' }, crossing, wholeHook, (later, after) =>
    passHook(later, { view, hook: 'POSTROUTING' }, after, wholeHook, (last, passed) => ({
      at: 'frame-out',
      view,
      ifname: out,
      frame: { ...leaving, packet: confirm(last, passed) },
    })),
  )
}
