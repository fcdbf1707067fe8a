import type { Link } from '../../snapshot/index.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import type { Tag } from '../packet.ts'
import { type DeviceFilter, type DeviceHook, filterOn } from './filters.ts'
import { hearsBroadcast, notFollowed, reachesSibling } from './stacked.ts'
import {
  childrenOf,
  hasNoCarrier,
  ipvlanKinds,
  isUp,
  kindOf,
  macvlanKinds,
  parentOf,
  slaveInfoOf,
  tagOf,
  vlanOn,
} from './kind.ts'
import { exitBy, type Lane, laneOf } from './vlans.ts'

/** Who hears a broadcast that a device sends: the same Ethernet, across veth pairs, bridges and macvlans. */
export type Domain = {
  readonly endpoints: readonly { readonly view: View; readonly link: Link }[]
  /** Tunnels that answer for what is behind them, or lead on. */
  readonly tunnels: readonly { readonly view: View; readonly link: Link }[]
  /** Devices whose other side no snapshot holds. */
  readonly openEnds: readonly { readonly view: View; readonly ifname: string }[]
  /** What is not followed on a device within, and may lead elsewhere. */
  readonly filters: readonly DeviceFilter[]
  /** A bridge on the way filters by VLAN: the way back may be in another one. */
  readonly isFiltered: boolean
}

type Explored = {
  readonly world: World
  /** The device that sends. */
  readonly origin: Link | undefined
  readonly sent: Seen
  readonly heard: Seen
  readonly endpoints: { view: View; link: Link }[]
  readonly tunnels: { view: View; link: Link }[]
  readonly openEnds: { view: View; ifname: string }[]
  readonly filters: DeviceFilter[]
  isFiltered: boolean
}

/** Devices by the VLAN of the tag that a frame has there; 0 for none. */
type Seen = Map<number, Set<Link>>

const domains = new WeakMap<World, Map<Link, Map<string, Domain>>>()

/** Everything that a frame sent by this device, with a tag or without, can reach. A world does not change: each is explored once. */
export function exploreDomain(world: World, view: View, ifname: string, tag: Tag | null = null): Domain {
  let known = domains.get(world)
  if (!known) domains.set(world, (known = new Map()))
  const link = view.link(ifname)
  const lane = tag ? `${tag.protocol} ${tag.vlan}` : ''
  const same = link && known.get(link)?.get(lane)
  if (same) return same
  const explored: Explored = {
    world,
    origin: link,
    sent: new Map(),
    heard: new Map(),
    endpoints: [],
    tunnels: [],
    openEnds: [],
    filters: [],
    isFiltered: false,
  }
  sendOut(explored, view, ifname, tag)
  if (link) known.set(link, new Map(known.get(link)).set(lane, explored))
  return explored
}

function sendOut(explored: Explored, view: View, ifname: string, tag: Tag | null): void {
  const link = view.link(ifname)
  if (!link || !isUp(link) || hasNoCarrier(link) || isSeen(explored.sent, link, tag)) return
  noteFilter(explored, view, ifname, 'egress')
  const { world } = explored
  switch (kindOf(link)) {
    case 'veth': {
      const peer = world.peer(view, link)
      if (peer) arrive(explored, peer.view, peer.ifname, tag)
      else explored.openEnds.push({ view, ifname })
      return
    }
    case 'bridge':
      overBridge(explored, view, link, ifname, tag)
      return
    case 'vxlan':
      explored.tunnels.push({ view, link })
      return
    case 'macvlan':
    case 'macvtap':
    case 'ipvlan':
    case 'ipvtap':
    case 'vlan': {
      const parent = parentOf(world, view, link)
      if (!parent) explored.openEnds.push({ view, ifname })
      else {
        if (kindOf(link) !== 'vlan') addStacked(explored, parent.view, parent.ifname, link)
        // What has two tags is not followed.
        if (kindOf(link) === 'vlan' && tag) explored.openEnds.push({ view, ifname })
        else sendOut(explored, parent.view, parent.ifname, kindOf(link) === 'vlan' ? tagOf(link) : tag)
      }
      return
    }
    case 'dummy':
      return
    default:
      explored.openEnds.push({ view, ifname })
  }
}

function noteFilter({ filters }: Explored, view: View, ifname: string, hook: DeviceHook): void {
  const filter = filterOn(view, ifname, hook)
  if (filter) filters.push(filter)
}

function isSeen(seen: Seen, link: Link, tag: Tag | null): boolean {
  const vlan = tag?.vlan ?? 0
  const links = seen.get(vlan)
  if (links?.has(link)) return true
  if (links) links.add(link)
  else seen.set(vlan, new Set([link]))
  return false
}

/** From one port of a bridge, which may be the bridge itself, to the others; gives how it is inside. */
function overBridge(
  explored: Explored,
  view: View,
  bridge: Link,
  from: string,
  tag: Tag | null,
): Lane | undefined {
  const entered = laneOf(view, bridge, from, tag)
  if (entered.kind === 'unknown') explored.openEnds.push({ view, ifname: from })
  if (entered.kind !== 'in') {
    explored.isFiltered = true
    return undefined
  }
  const { lane } = entered
  if (lane.vlan !== null) explored.isFiltered = true
  for (const port of view.ports(bridge.ifname)) {
    if (port.ifname === from && slaveInfoOf(port, 'hairpin') !== true) continue
    const exit = exitBy(view, bridge, port.ifname, lane)
    if (exit.kind === 'out') sendOutPort(explored, view, port, exit.tag)
    else if (exit.kind === 'unknown') explored.openEnds.push({ view, ifname: port.ifname })
  }
  return lane
}

function sendOutPort(explored: Explored, view: View, port: Link, tag: Tag | null): void {
  const state = slaveInfoOf(port, 'state')
  // What asks for an address is a broadcast.
  if (slaveInfoOf(port, 'bcast_flood') === false) return
  if (state === undefined || state === 'forwarding') sendOut(explored, view, port.ifname, tag)
}

function arrive(explored: Explored, view: View, ifname: string, tag: Tag | null): void {
  const link = view.link(ifname)
  if (!link || !isUp(link) || isSeen(explored.heard, link, tag)) return
  noteFilter(explored, view, ifname, 'ingress')
  const above = tag && vlanOn(explored.world, view, ifname, tag)
  if (above) {
    arrive(explored, above.view, above.link.ifname, null)
    return
  }
  const master = link.master === undefined ? undefined : view.link(link.master)
  if (master && kindOf(master) === 'bridge') {
    const lane = overBridge(explored, view, master, ifname, tag)
    const exit = lane && exitBy(view, master, master.ifname, lane)
    if (exit?.kind === 'unknown') explored.openEnds.push({ view, ifname: master.ifname })
    if (exit?.kind === 'out') hear(explored, view, master, exit.tag)
    return
  }
  hear(explored, view, link, tag)
}

/** A device, and what sits on it, take a frame; one with a tag only a VLAN device does. */
function hear(explored: Explored, view: View, link: Link, tag: Tag | null): void {
  if (tag && tag.vlan !== 0) {
    const above = vlanOn(explored.world, view, link.ifname, tag)
    if (above) arrive(explored, above.view, above.link.ifname, null)
    return
  }
  explored.endpoints.push({ view, link })
  addStacked(explored, view, link.ifname)
}

/** Macvlans and ipvlans on a device that hear what it hears, or what one of them sends. */
function addStacked(explored: Explored, view: View, ifname: string, sibling?: Link): void {
  const children = [macvlanKinds, ipvlanKinds].flatMap(kinds =>
    childrenOf(explored.world, view, ifname, kinds),
  )
  const sender = children.find(({ link }) => link === explored.origin)?.link
  for (const child of children) {
    const { link } = child
    if (link === sender || !isUp(link)) continue
    const hears = sibling ? reachesSibling(sibling, link) : hearsBroadcast(link, sender)
    if (hears) explored.endpoints.push(child)
    const detail = notFollowed(link)
    if (detail !== undefined)
      explored.filters.push({ detail, evidence: [child.view.ref('links', String(link.ifindex))] })
  }
}
