import { causeOfSilence } from '../cause/address.ts'
import { causeIn } from '../cause/cause.ts'
import { causeOfOtherVlan } from '../cause/vlan.ts'
import type { RowRef } from '../evidence.ts'
import { resolveByAsking, rivalsFor } from '../links/ask.ts'
import { isUp, kindOf } from '../links/kind.ts'
import type { Frame, Packet } from '../packet.ts'
import type { Cause } from '../trace.ts'
import type { View } from '../view.ts'
import { overLoopback } from './ip.ts'
import { because, end, type Next, type NextAt } from './next.ts'
import { leaveBy } from './size.ts'
import { addStep, type Walk } from './walk.ts'

/** NUD states in which an entry is used without asking first. */
const usable = new Set(['PERMANENT', 'NOARP', 'REACHABLE', 'STALE', 'DELAY', 'PROBE'])

/** ip_finish_output2: from an address to a MAC, and to the device. */
export function transmit(walk: Walk, { view, packet, way }: NextAt<'transmit'>): Next {
  const link = view.link(way.dev)
  leaveBy(walk, link)
  if (way.dev === 'lo') return overLoopback(walk, view, packet)
  if (!link) return end(view, packet, 'insufficient-info', `there is no device ${way.dev}`)
  const proof = [view.ref('links', String(link.ifindex))]
  if (!isUp(link)) return end(view, packet, 'dropped', `${way.dev} is down`, proof)
  const nextHop = way.gateway ?? packet.destination
  if (nextHop === undefined)
    return end(view, packet, 'insufficient-info', 'the destination address is not known')
  const sourceMac = link.address
  if (link.flags.includes('NOARP') || link.flags.includes('POINTOPOINT')) {
    return {
      at: 'frame-out',
      view,
      ifname: way.dev,
      frame: { sourceMac, destinationMac: undefined, tag: null, packet },
    }
  }
  return resolve(walk, view, packet, { ifname: way.dev, address: nextHop }, (_, destinationMac) =>
    sendTo(view, way.dev, { sourceMac, destinationMac, tag: null, packet }, nextHop),
  )
}

function sendTo(view: View, ifname: string, frame: Frame, nextHop: string): Next {
  const link = view.link(ifname)
  const isOpen = link !== undefined && kindOf(link) === ''
  return isOpen ? { at: 'leave', view, ifname, frame, nextHop } : { at: 'frame-out', view, ifname, frame }
}

/** Whose MAC is looked for, and on which device. */
type Receiver = { readonly ifname: string; readonly address: string }
type WithMac = (walk: Walk, mac: string | undefined) => Next

/** neigh_resolve_output: goes on with the MAC of an address on a device; with none where somebody may have it that no snapshot holds. */
export function resolve(
  walk: Walk,
  view: View,
  packet: Packet,
  { ifname, address }: Receiver,
  then: WithMac,
): Next {
  const row = view.neighbour(ifname, address)
  if (row?.lladdr === undefined || !row.state?.some(state => usable.has(state)))
    return ask(walk, view, packet, { ifname, address }, then)
  const own = [view.ref('neighbours', `${ifname} ${address}`)]
  const rivals = rivalsFor(walk.world, view, ifname, address)
  if (rivals) {
    const detail = `${address} is an address of ${rivals.by.join(' and of ')}; here it is ${row.lladdr}`
    const proof = [...own, ...rivals.evidence]
    addStep(walk, view, { kind: 'neighbour', action: 'unknown', detail, evidence: proof })
    const { intruder } = rivals
    const why = `it has ${address}, which is told to be elsewhere`
    const stop = end(view, packet, 'duplicate-address', detail, proof)
    return because(
      stop,
      intruder && causeIn(intruder, why, [intruder.ref('addresses', ''), ...rivals.evidence]),
    )
  }
  const detail = `${address} is ${row.lladdr} (${row.state.join(' ').toLowerCase()})`
  addStep(walk, view, { kind: 'neighbour', action: 'forwarded', detail, evidence: own })
  return then(walk, row.lladdr)
}

/** No usable entry: the kernel will ask the network. */
function ask(walk: Walk, view: View, packet: Packet, { ifname, address }: Receiver, then: WithMac): Next {
  const missing = view.missing('rtnl.neighbours')
  const { answers, isComplete, evidence, detail, doubt } = resolveByAsking(walk.world, view, ifname, address)
  const macs = new Map(answers.map(answer => [answer.mac, answer]))
  if (macs.size === 1) {
    const [answer] = macs.values()
    const text = `${address} is ${answer!.mac}: ${answer!.by} would answer`
    addStep(walk, view, { kind: 'neighbour', action: 'forwarded', detail: text, evidence: answer!.evidence })
    return then(walk, answer!.mac)
  }
  if (macs.size > 1) {
    return {
      at: 'fork',
      reason: 'unknown',
      branches: [...macs.values()].map(({ mac, by, evidence: proof }) => ({
        label: `if ${by} answers for ${address}`,
        evidence: proof,
        view,
        steps: [],
        next: { at: 'resume', packet, goOn: later => then(later, mac) },
      })),
    }
  }
  if (doubt !== undefined) return end(view, packet, 'insufficient-info', doubt, evidence)
  if (isComplete && missing === undefined) {
    addStep(walk, view, { kind: 'neighbour', action: 'dropped', detail, evidence })
    const why = `nobody on ${ifname} answers for ${address}`
    const stop = end(view, packet, 'no-neighbour', why, evidence)
    const cause =
      causeOfSilence(walk, view, address) ??
      causeOfOtherVlan(walk.world, view, ifname, address) ??
      untoldNeighbour(walk, view, evidence, address) ??
      sentThere(walk, view, address)
    return because(stop, cause)
  }
  return then(walk, undefined)
}

/** A vxlan in another namespace, which answers for what is behind it, has no entry. */
function untoldNeighbour(
  { world }: Walk,
  view: View,
  evidence: readonly RowRef[],
  address: string,
): Cause | undefined {
  const [ref] = evidence
  const other = ref && ref.namespace !== view.namespace.id ? world.find(ref.namespace, ref.node) : undefined
  const tunnel = other?.namespace.links.find(({ ifindex }) => String(ifindex) === ref?.key)
  if (tunnel && kindOf(tunnel) !== 'vxlan') {
    const why = `${tunnel.ifname} has ${address}, and what it answers is in another VLAN`
    return other && causeIn(other, why, evidence)
  }
  const detail = `${tunnel?.ifname ?? 'its tunnel'} has no neighbour entry for ${address}, and answers for nobody else`
  return other && causeIn(other, detail, [other.ref('neighbours', ''), ...evidence])
}

/** A rule of NAT has put the address into the packet that nobody has. */
function sentThere({ hops }: Walk, view: View, address: string): Cause | undefined {
  const steps = hops.findLast(hop => hop.view === view)?.steps
  const rule = steps?.findLast(({ kind, action }) => kind === 'rule' && action === 'dnat')
  if (!rule?.packet?.includes(`> ${address}`)) return undefined
  return causeIn(view, `${rule.chain} sends it there: ${rule.detail}`, rule.evidence)
}
