import type { Link } from '../../snapshot/index.ts'
import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import { isUp, kindOf, parentOf, tagOf } from '../links/kind.ts'
import { exitBy, laneOf, vlanProof } from '../links/vlans.ts'
import type { Tag } from '../packet.ts'
import { quoted } from '../../util/shell.ts'
import type { Cause } from '../trace.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import { causeIn } from './cause.ts'

/** Where a device meets a bridge: by a port, or as the bridge itself, with the tag that it sends and takes. */
type Seat = {
  readonly view: View
  readonly bridge: Link
  readonly port: string
  readonly tag: Tag | null
}

/** Nobody answers for an address because who has it, on the same bridge, is in another VLAN, or expects another tag. */
export function causeOfOtherVlan(
  world: World,
  view: View,
  ifname: string,
  address: string,
): Cause | undefined {
  const asking = seatOf(world, view, ifname)
  if (!asking || !filtersByVlan(asking.bridge)) return undefined
  const { view: at, bridge, port } = asking
  const entered = laneOf(at, bridge, port, asking.tag)
  if (entered.kind === 'dropped') {
    const detail = `what ${ifname} asks is dropped: ${entered.why}`
    return causeIn(at, detail, vlanProof(at, bridge, port))
  }
  if (entered.kind !== 'in') return undefined
  for (const { view: theirs, row } of world.ownersOf(address)) {
    const seat = seatOf(world, theirs, row.ifname)
    if (seat?.bridge !== bridge) continue
    const evidence = vlanProof(at, bridge, port, seat.port)
    const exit = exitBy(at, bridge, seat.port, entered.lane)
    const whose = `${address} is ${seat.port === bridge.ifname ? 'on' : 'behind'} ${seat.port}`
    if (exit.kind === 'outside') {
      const self = seat.port === bridge.ifname ? ' self' : ''
      const fix = `bridge vlan add dev ${quoted(seat.port)} vid ${entered.lane.vlan}${self}`
      return causeIn(at, `${whose}, and ${exit.why}`, evidence, fix)
    }
    if (exit.kind === 'out' && exit.tag?.vlan !== seat.tag?.vlan) {
      const [sent, taken] = [exit.tag, seat.tag].map(tag =>
        tag ? `with the tag of VLAN ${tag.vlan}` : 'without a tag',
      )
      return causeIn(
        at,
        `${whose}, which sends VLAN ${entered.lane.vlan} ${sent}, and ${row.ifname} takes what comes ${taken}`,
        evidence,
      )
    }
  }
  return undefined
}

function seatOf(world: World, view: View, ifname: string, tag: Tag | null = null): Seat | undefined {
  const link = view.link(ifname)
  if (!link || !isUp(link)) return undefined
  switch (kindOf(link)) {
    case 'bridge':
      return { view, bridge: link, port: ifname, tag }
    case 'vlan': {
      const parent = tag ? undefined : parentOf(world, view, link)
      return parent && seatOf(world, parent.view, parent.ifname, tagOf(link))
    }
    case 'veth': {
      const peer = world.peer(view, link)
      const master = peer?.view.link(peer.ifname)?.master
      const bridge = master === undefined ? undefined : peer?.view.link(master)
      return peer && bridge && kindOf(bridge) === 'bridge'
        ? { view: peer.view, bridge, port: peer.ifname, tag }
        : undefined
    }
    default:
      return undefined
  }
}
