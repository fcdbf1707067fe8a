import type { Link } from '../../snapshot/index.ts'
import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import { infoOf, isUp, kindOf, slaveInfoOf } from './kind.ts'

/**
 * Short ways to what exploring a whole wire finds as well (domain.ts): a bridge of a large node has a thousand ports, and most
 * questions are about one sandbox that is alone in having an address or a MAC. Undefined: the wire has to be explored.
 */

type At = { readonly view: View; readonly link: Link }

/** The bridge that a device is, or that is on the other side of its veth pair. */
function bridgeBehind(world: World, { view, link }: At): At | undefined {
  if (!isUp(link)) return undefined
  if (kindOf(link) === 'bridge') return filtersByVlan(link) ? undefined : { view, link }
  const port = portBehind(world, { view, link })
  const master = port?.link.master === undefined ? undefined : port.view.link(port.link.master)
  // Where it filters by VLAN, being on the same bridge tells nothing.
  return port && master && kindOf(master) === 'bridge' && isUp(master) && !filtersByVlan(master)
    ? { view: port.view, link: master }
    : undefined
}

/** The other end of a veth pair, where it is a port that forwards. */
function portBehind(world: World, { view, link }: At): At | undefined {
  const peer = kindOf(link) === 'veth' ? world.peer(view, link) : undefined
  const port = peer?.view.link(peer.ifname)
  if (!peer || !port || !isUp(port) || slaveInfoOf(port, 'bcast_flood') === false) return undefined
  const state = slaveInfoOf(port, 'state')
  return state === undefined || state === 'forwarding' ? { view: peer.view, link: port } : undefined
}

/** The one device that answers for an address on the bridge that `ifname` leads to. */
export function nearestOwner(world: World, view: View, ifname: string, address: string): At | undefined {
  const owners = world.ownersOf(address).filter(owner => owner.view.snapshot === view.snapshot)
  const [owner] = owners
  const link = owner?.view.link(owner.row.ifname)
  const asking = view.link(ifname)
  if (!owner || !link || !asking || link === asking || owners.length > 1) return undefined
  if (link.flags.includes('NOARP')) return undefined
  const bridge = bridgeBehind(world, { view, link: asking })
  const theirs = bridgeBehind(world, { view: owner.view, link })
  if (!bridge || bridge.link !== theirs?.link || bridge.view !== theirs.view) return undefined
  const isDisputed = bridge.view
    .ports(bridge.link.ifname)
    .some(
      port =>
        kindOf(port) === 'vxlan' &&
        (infoOf(port, 'proxy') !== true || bridge.view.neighbour(port.ifname, address)),
    )
  return isDisputed ? undefined : { view: owner.view, link }
}

/** The port of a bridge behind which the one device with a MAC is. */
export function nearestPort(world: World, view: View, bridge: Link, mac: string): Link | undefined {
  const owners = world.linksOfMac(mac).filter(owner => owner.view.snapshot === view.snapshot)
  const [owner] = owners
  if (!owner || owners.length > 1 || !isUp(owner.link)) return undefined
  const port = portBehind(world, owner)
  return port?.view === view && port.link.master === bridge.ifname ? port.link : undefined
}
