import type { Link } from '../../snapshot/index.ts'
import type { RowRef } from '../evidence.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import { arpFilter, replyOf } from './answers.ts'
import { type DeviceFilter, type DeviceHook, filterOn } from './filters.ts'
import { nearestOwner } from './nearby.ts'
import { hearsBroadcast, notFollowed, reachesSibling } from './stacked.ts'
import {
  childrenOf,
  hasNoCarrier,
  infoOf,
  ipvlanKinds,
  isUp,
  kindOf,
  macvlanKinds,
  parentOf,
  slaveInfoOf,
} from './kind.ts'

/** Who hears a broadcast that a device sends: the same Ethernet, across veth pairs, bridges and macvlans. */
export type Domain = {
  readonly endpoints: readonly { readonly view: View; readonly link: Link }[]
  /** Tunnels that answer for what is behind them, or lead on. */
  readonly tunnels: readonly { readonly view: View; readonly link: Link }[]
  /** Devices whose other side no snapshot holds. */
  readonly openEnds: readonly { readonly view: View; readonly ifname: string }[]
  /** What is not followed on a device within, and may lead elsewhere. */
  readonly filters: readonly DeviceFilter[]
}

type Explored = {
  readonly world: World
  /** The device that sends. */
  readonly origin: Link | undefined
  readonly sent: Set<Link>
  readonly heard: Set<Link>
  readonly endpoints: { view: View; link: Link }[]
  readonly tunnels: { view: View; link: Link }[]
  readonly openEnds: { view: View; ifname: string }[]
  readonly filters: DeviceFilter[]
}

const domains = new WeakMap<World, Map<Link, Domain>>()

/** Everything that a frame sent by this device can reach. A world does not change: each is explored once. */
export function exploreDomain(world: World, view: View, ifname: string): Domain {
  let known = domains.get(world)
  if (!known) domains.set(world, (known = new Map()))
  const link = view.link(ifname)
  const same = link && known.get(link)
  if (same) return same
  const explored: Explored = {
    world,
    origin: link,
    sent: new Set(),
    heard: new Set(),
    endpoints: [],
    tunnels: [],
    openEnds: [],
    filters: [],
  }
  sendOut(explored, view, ifname)
  if (link) known.set(link, explored)
  return explored
}

function sendOut(explored: Explored, view: View, ifname: string): void {
  const link = view.link(ifname)
  if (!link || !isUp(link) || hasNoCarrier(link) || isSeen(explored.sent, link)) return
  noteFilter(explored, view, ifname, 'egress')
  const { world } = explored
  switch (kindOf(link)) {
    case 'veth': {
      const peer = world.peer(view, link)
      if (peer) arrive(explored, peer.view, peer.ifname)
      else explored.openEnds.push({ view, ifname })
      return
    }
    case 'bridge':
      for (const port of view.ports(ifname)) sendOutPort(explored, view, port)
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
        sendOut(explored, parent.view, parent.ifname)
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

function isSeen(seen: Set<Link>, link: Link): boolean {
  if (seen.has(link)) return true
  seen.add(link)
  return false
}

function sendOutPort(explored: Explored, view: View, port: Link): void {
  const state = slaveInfoOf(port, 'state')
  // What asks for an address is a broadcast.
  if (slaveInfoOf(port, 'bcast_flood') === false) return
  if (state === undefined || state === 'forwarding') sendOut(explored, view, port.ifname)
}

function arrive(explored: Explored, view: View, ifname: string): void {
  const link = view.link(ifname)
  if (!link || !isUp(link) || isSeen(explored.heard, link)) return
  noteFilter(explored, view, ifname, 'ingress')
  const master = link.master === undefined ? undefined : view.link(link.master)
  if (master && kindOf(master) === 'bridge') {
    explored.endpoints.push({ view, link: master })
    addStacked(explored, view, master.ifname)
    for (const port of view.ports(master.ifname))
      if (port.ifname !== ifname || slaveInfoOf(port, 'hairpin') === true) sendOutPort(explored, view, port)
    return
  }
  explored.endpoints.push({ view, link })
  addStacked(explored, view, ifname)
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

/** Who answers "who has ADDRESS?". */
export type Resolution = {
  readonly answers: readonly {
    readonly mac: string
    readonly by: string
    readonly evidence: readonly RowRef[]
  }[]
  /** False when some of those asked are not in the snapshots, so that silence proves nothing. */
  readonly isComplete: boolean
  /** Why somebody may answer of whom that is not known; stands alone. */
  readonly doubt?: string
  /** What says that there is no answer. */
  readonly evidence: readonly RowRef[]
  readonly detail: string
}

/** Predicts ARP and neighbour discovery. */
export function resolveByAsking(world: World, view: View, ifname: string, address: string): Resolution {
  const nearest = nearestOwner(world, view, ifname, address)
  const { endpoints, tunnels, openEnds, filters } = nearest
    ? { endpoints: [nearest], tunnels: [], openEnds: [], filters: [] }
    : exploreDomain(world, view, ifname)
  const answers: { mac: string; by: string; evidence: readonly RowRef[] }[] = []
  const evidence: RowRef[] = []
  let doubt = address.includes(':') ? undefined : arpFilter(view)
  if (doubt !== undefined) return { answers, isComplete: false, evidence, detail: doubt, doubt }
  for (const { view: other, link } of endpoints) {
    const reply = replyOf(other, link, address, { view, ifname })
    if (reply.kind === 'unknown') doubt = reply.why
    if (reply.kind !== 'yes' || link.address === undefined) continue
    const { row } = reply
    const proof = row
      ? other.ref('addresses', `${row.ifindex} ${row.local}/${row.prefixlen}`)
      : other.ref('links', String(link.ifindex))
    answers.push({ mac: link.address, by: `${link.ifname} of ${other.namespace.name}`, evidence: [proof] })
  }
  let isComplete = openEnds.length === 0
  let detail = `nobody has ${address}`
  for (const { view: other, link } of tunnels) {
    if (infoOf(link, 'proxy') !== true) {
      isComplete = false
      continue
    }
    const row = other.neighbour(link.ifname, address)
    const name = `${link.ifname} of ${other.namespace.name}`
    if (row?.lladdr !== undefined) {
      answers.push({
        mac: row.lladdr,
        by: name,
        evidence: [other.ref('neighbours', `${link.ifname} ${address}`)],
      })
    } else {
      detail = `${name} has no neighbour entry for ${address}, and answers for nobody else`
      evidence.push(other.ref('links', String(link.ifindex)))
    }
  }
  const [filter] = filters
  if (answers.length === 0 && filter) {
    doubt ??= `${detail}, but ${filter.detail}`
    evidence.push(...filter.evidence)
  }
  return { answers, isComplete, evidence, detail, ...(doubt !== undefined && { doubt }) }
}

/**
 * Who have one address, where several do that would answer for it on this wire: containers of a node, or one of them and what a
 * tunnel was told of another node. Undefined: nobody disputes it.
 */
export function rivalsFor(
  world: World,
  view: View,
  ifname: string,
  address: string,
):
  | {
      readonly by: readonly string[]
      readonly evidence: readonly RowRef[]
      /** Who has it on this node, where a tunnel was told that it is elsewhere. */
      readonly intruder?: View
    }
  | undefined {
  const owners = world.ownersOf(address).filter(({ view: other }) => other.snapshot === view.snapshot)
  // Nearly always there is one, and nobody needs to be asked.
  if (
    owners.length < 2 &&
    !owners.some(owner => isToldOtherwise(world, owner.view, owner.row.ifname, address))
  )
    return undefined
  const { answers } = resolveByAsking(world, view, ifname, address)
  const byMac = new Map(answers.map(answer => [answer.mac, answer]))
  if (byMac.size < 2) return undefined
  const rivals = [...byMac.values()]
  const [owner] = owners
  return {
    ...(owners.length === 1 && owner && { intruder: owner.view }),
    by: rivals.map(({ by, mac }) => `${by} (${mac})`),
    evidence: rivals.flatMap(({ evidence }) => evidence),
  }
}

/** A tunnel on the other side of an owner's veth pair has another MAC for the address. */
function isToldOtherwise(world: World, owner: View, ifname: string, address: string): boolean {
  const link = owner.link(ifname)
  const peer = link && world.peer(owner, link)
  if (!peer) return false
  return peer.view.namespace.links.some(
    other =>
      kindOf(other) === 'vxlan' &&
      ![undefined, link.address].includes(peer.view.neighbour(other.ifname, address)?.lladdr),
  )
}
