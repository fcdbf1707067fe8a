import type { Link } from '../../snapshot/index.ts'
import { notFollowed, reachesSibling } from '../links/stacked.ts'
import {
  childrenOf,
  hasNoCarrier,
  ipvlanKinds,
  isUp,
  kindOf,
  macvlanKinds,
  parentOf,
  type StackedLink,
  tagOf,
  vlanOn,
} from '../links/kind.ts'
import { type Frame, type Packet, packetTypeOf, scrub } from '../packet.ts'
import type { View } from '../view.ts'
import { end, type Next, type NextAt } from './next.ts'
import { passDevice } from './size.ts'
import { addStep, type Walk } from './walk.ts'

/** A frame goes out of a device: where it comes in again depends on the kind of device. */
export function frameOut(walk: Walk, { view, ifname, frame }: NextAt<'frame-out'>): Next {
  const link = view.link(ifname)
  const { packet } = frame
  if (!link) return end(view, packet, 'insufficient-info', `there is no device ${ifname}`)
  const proof = [view.ref('links', String(link.ifindex))]
  if (!isUp(link)) return end(view, packet, 'dropped', `${ifname} is down`, proof)
  if (hasNoCarrier(link)) return end(view, packet, 'dropped', `${ifname} has no carrier`, proof)
  switch (kindOf(link)) {
    case 'veth':
      return overVeth(walk, view, link, frame)
    case 'bridge':
      return { at: 'bridge', view, bridge: ifname, port: null, frame }
    case 'vxlan':
      return { at: 'vxlan', view, ifname, frame }
    case 'macvlan':
    case 'macvtap':
    case 'ipvlan':
    case 'ipvtap':
      return outOfStacked(walk, view, link, frame)
    case 'vlan': {
      const parent = parentOf(walk.world, view, link)
      if (!parent)
        return end(view, packet, 'left-node', `by ${ifname}, whose parent is in no snapshot`, proof)
      if (frame.tag)
        return end(
          view,
          packet,
          'insufficient-info',
          `${ifname} adds a second tag: two are not followed`,
          proof,
        )
      const tag = tagOf(link)
      addStep(walk, view, {
        kind: 'link',
        action: 'forwarded',
        detail: `${ifname} to ${parent.ifname}, vlan ${tag.vlan}`,
        evidence: proof,
      })
      return { at: 'frame-out', view: parent.view, ifname: parent.ifname, frame: { ...frame, tag } }
    }
    case 'dummy':
      return end(view, packet, 'dropped', `${ifname} is a dummy, which discards what it is given`, proof)
    default:
      return { at: 'leave', view, ifname, frame }
  }
}

function overVeth(walk: Walk, view: View, link: Link, frame: Frame): Next {
  const peer = walk.world.peer(view, link)
  const proof = [view.ref('links', String(link.ifindex))]
  if (!peer) return { at: 'leave', view, ifname: link.ifname, frame }
  const leavesNamespace = peer.view !== view
  const detail = `${link.ifname} to ${peer.ifname} of ${peer.view.namespace.name}`
  addStep(walk, view, { kind: 'link', action: 'forwarded', detail, evidence: proof })
  const packet = scrub(frame.packet, leavesNamespace)
  const other = peer.view.link(peer.ifname)
  if (other) passDevice(walk, peer.view, other, packet)
  return { at: 'frame-in', view: peer.view, ifname: peer.ifname, frame: { ...frame, packet } }
}

/** macvlan_start_xmit and ipvlan_queue_xmit: siblings are reached directly (bridge mode), all else by the parent. */
function outOfStacked(walk: Walk, view: View, link: Link, frame: Frame): Next {
  const parent = parentOf(walk.world, view, link)
  const proof = [view.ref('links', String(link.ifindex))]
  if (!parent) return { at: 'leave', view, ifname: link.ifname, frame }
  const closed = notFollowed(link)
  if (closed !== undefined) return end(view, frame.packet, 'insufficient-info', closed, proof)
  const sibling = receiverOn(walk, parent.view, parent.ifname, frame, link)
  if (sibling && reachesSibling(link, sibling.link)) {
    const detail = `${link.ifname} to ${sibling.link.ifname} of ${sibling.view.namespace.name}, on ${parent.ifname}`
    addStep(walk, view, { kind: 'link', action: 'forwarded', detail, evidence: proof })
    return receive(sibling, frame, scrub(frame.packet, sibling.view !== view))
  }
  addStep(walk, view, {
    kind: 'link',
    action: 'forwarded',
    detail: `${link.ifname} to ${parent.ifname}`,
    evidence: proof,
  })
  // The host's own address on the parent is not reached by a macvlan.
  const packet = scrub(frame.packet, parent.view !== view)
  return { at: 'frame-out', view: parent.view, ifname: parent.ifname, frame: { ...frame, packet } }
}

/** The macvlan of a MAC, or the ipvlan of an address, on a device. */
function receiverOn(
  walk: Walk,
  view: View,
  ifname: string,
  frame: Frame,
  except?: Link,
): StackedLink | undefined {
  const macvlan = childrenOf(walk.world, view, ifname, macvlanKinds).find(
    ({ link }) => link !== except && link.address !== undefined && link.address === frame.destinationMac,
  )
  if (macvlan) return macvlan
  const { destination } = frame.packet
  if (destination === undefined) return undefined
  return childrenOf(walk.world, view, ifname, ipvlanKinds).find(
    ({ view: other, link }) =>
      link !== except && other.addressRows(destination).some(row => row.ifname === link.ifname),
  )
}

/** A macvlan or ipvlan takes a frame. */
function receive({ view, link }: StackedLink, frame: Frame, packet: Packet): Next {
  const proof = [view.ref('links', String(link.ifindex))]
  if (!isUp(link)) return end(view, packet, 'dropped', `${link.ifname} is down`, proof)
  const closed = notFollowed(link)
  if (closed !== undefined) return end(view, packet, 'insufficient-info', closed, proof)
  return ipIn(view, link.ifname, frame, packet)
}

function ipIn(view: View, ifname: string, frame: Frame, packet: Packet): Next {
  const packetType = packetTypeOf(frame.destinationMac)
  return {
    at: 'ip-in',
    view,
    packet: { ...packet, inDevice: ifname, sourceMac: frame.sourceMac, packetType },
  }
}

/** __netif_receive_skb_core: a bridge, a vlan or a macvlan may take it before the IP layer does. */
export function frameIn(walk: Walk, { view, ifname, frame }: NextAt<'frame-in'>): Next {
  const link = view.link(ifname)
  const { packet, tag } = frame
  if (!link) return end(view, packet, 'insufficient-info', `there is no device ${ifname}`)
  const proof = [view.ref('links', String(link.ifindex))]
  if (!isUp(link)) return end(view, packet, 'dropped', `${ifname} is down`, proof)
  const child = tag && vlanOn(walk.world, view, ifname, tag)
  if (child)
    return { at: 'frame-in', view: child.view, ifname: child.link.ifname, frame: { ...frame, tag: null } }
  const master = link.master === undefined ? undefined : view.link(link.master)
  if (master && kindOf(master) === 'bridge')
    return { at: 'bridge', view, bridge: master.ifname, port: ifname, frame }
  if (master && kindOf(master) === 'vrf')
    return end(view, packet, 'insufficient-info', 'vrf is not followed', proof)
  if (master) return { at: 'frame-in', view, ifname: master.ifname, frame }
  // A tag with VLAN 0 has a priority only.
  if (tag && tag.vlan !== 0)
    return end(view, packet, 'dropped', `${ifname} has no interface for vlan ${tag.vlan}`, proof)
  const receiver = receiverOn(walk, view, ifname, frame)
  if (receiver) return receive(receiver, frame, scrub(packet, receiver.view !== view))
  const { destinationMac } = frame
  if (
    destinationMac !== undefined &&
    packetTypeOf(destinationMac) === 'unicast' &&
    link.address !== destinationMac &&
    kindOf(link) !== 'ipip'
  ) {
    return end(view, packet, 'dropped', `${ifname} is not ${destinationMac}`, proof)
  }
  return ipIn(view, ifname, frame, packet)
}
