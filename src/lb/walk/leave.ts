import { causeOfDetour, causeOfNoWay } from '../cause/address.ts'
import { causeOfStrayAnswer } from '../cause/answer.ts'
import { causeOfNoMasquerade } from '../cause/masquerade.ts'
import { type Packet, scrub } from '../packet.ts'
import { because, end, type Next, type NextAt } from './next.ts'
import { addStep, type Walk } from './walk.ts'

/** A packet leaves by a device whose other side is in no namespace of its node: another node may have it. */
export function leave(walk: Walk, { view, ifname, frame, nextHop }: NextAt<'leave'>): Next {
  const { packet } = frame
  const link = view.link(ifname)
  const proof = link ? [view.ref('links', String(link.ifindex))] : []
  const address = nextHop ?? packet.destination
  const other = address === undefined ? undefined : walk.world.across(view, address)
  const unmasked =
    walk.direction === 'forward' && packet.inner === null
      ? causeOfNoMasquerade(view, ifname, packet)
      : undefined
  if (unmasked) walk.unmasked = unmasked
  if (other) {
    const detail = `${ifname} to ${other.ifname} of ${other.view.snapshot.host.hostname}`
    addStep(walk, view, { kind: 'link', action: 'forwarded', detail, evidence: proof })
    const received = { ...scrub(packet, true), inDevice: other.ifname, sourceMac: frame.sourceMac }
    return { at: 'ip-in', view: other.view, packet: received }
  }
  addStep(walk, view, { kind: 'link', action: 'sent', detail: `out by ${ifname}`, evidence: proof })
  if (walk.direction === 'reply') return answerLeaves(walk, { view, ifname, packet })
  if (packet.inner) {
    const detail = `for ${packet.destination}${tunnelText(packet.inner)}, which is not in this snapshot`
    return end(view, packet, 'left-for-peer', detail, proof)
  }
  walk.left = { view, ifname, frame }
  const stop = end(view, packet, 'left-node', `by ${ifname} for ${packet.destination}`, proof)
  const { destination } = packet
  return because(stop, causeOfNoWay(walk, view, destination) ?? causeOfDetour(walk, destination))
}

function tunnelText(inner: NonNullable<Packet['inner']>): string {
  if (inner.kind === 'vxlan') return ` (VNI ${inner.vni})`
  return inner.kind === 'ipip' ? ' (IPIP)' : ''
}

/** The answer is on its way to whoever asked from outside; anybody else would not know what to do with it. */
function answerLeaves(
  walk: Walk,
  {
    view,
    ifname,
    packet,
  }: Pick<NextAt<'leave'>, 'view' | 'ifname'> & { packet: NextAt<'leave'>['frame']['packet'] },
): Next {
  const { origin, flow } = walk
  const isHome =
    packet.inner === null &&
    packet.destination === origin.packet.source &&
    packet.destinationPort === origin.packet.sourcePort
  if (packet.inner) {
    return end(view, packet, 'left-for-peer', `for ${packet.destination}, which is not in this snapshot`)
  }
  if (!isHome) {
    const stop = end(view, packet, 'left-node', `by ${ifname} for ${packet.destination}`)
    return because(stop, causeOfStrayAnswer(walk) ?? causeOfNoWay(walk, view, packet.destination))
  }
  const isRecognised =
    packet.source === flow.destination && packet.sourcePort === origin.packet.destinationPort
  if (!isRecognised) {
    const detail = `it comes from ${packet.source}:${packet.sourcePort}, which ${packet.destination} did not ask`
    return because(end(view, packet, 'dropped', detail), causeOfStrayAnswer(walk))
  }
  return end(view, packet, 'delivered', `it leaves by ${ifname} for ${packet.destination}, which asked`)
}
