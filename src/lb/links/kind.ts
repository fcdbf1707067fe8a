import type { Link } from '../../snapshot/index.ts'
import type { Tag } from '../packet.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'

export function kindOf(link: Link): string {
  return link.linkinfo?.info_kind ?? ''
}

export function isUp(link: Link): boolean {
  return link.flags.includes('UP')
}

/** Nothing that it is given goes out: no cable, a parent that is down, no port that is up. */
export function hasNoCarrier({ flags }: Link): boolean {
  return flags.includes('NO-CARRIER') && !flags.includes('LOWER_UP')
}

export function infoOf(link: Link, key: string): unknown {
  return link.linkinfo?.info_data?.[key]
}

export function slaveInfoOf(link: Link, key: string): unknown {
  return link.linkinfo?.info_slave_data?.[key]
}

/** The device that a vlan, macvlan or ipvlan sits on, and its namespace. */
export function parentOf(
  world: World,
  view: View,
  link: Link,
): { readonly view: View; readonly ifname: string } | undefined {
  if (link.link) return { view, ifname: link.link }
  if (link.link_index === undefined) return undefined
  const other = link.link_netnsid === undefined ? view : world.byNsid(view, link.link_netnsid)
  const parent = other?.link(link.link_index)
  return other && parent && { view: other, ifname: parent.ifname }
}

export type StackedLink = { readonly view: View; readonly link: Link }

const stackedKinds = ['vlan', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap']
const stacked = new WeakMap<
  World,
  ReadonlyMap<View, readonly (StackedLink & { readonly parent: string })[]>
>()

/** The vlans, macvlans and ipvlans that sit on a device, in any namespace of the node. */
export function childrenOf(
  world: World,
  view: View,
  ifname: string,
  kinds: ReadonlySet<string>,
): StackedLink[] {
  let byParent = stacked.get(world)
  if (!byParent) stacked.set(world, (byParent = findStacked(world)))
  return (byParent.get(view) ?? []).filter(({ parent, link }) => parent === ifname && kinds.has(kindOf(link)))
}

/** Most nodes have none, and they are asked for with every frame: found once. */
function findStacked(world: World): Map<View, (StackedLink & { parent: string })[]> {
  const found = new Map<View, (StackedLink & { parent: string })[]>()
  for (const { view, link } of stackedKinds.flatMap(kind => world.linksOfKind(kind))) {
    const parent = parentOf(world, view, link)
    if (!parent) continue
    const list = found.get(parent.view)
    const row = { view, link, parent: parent.ifname }
    if (list) list.push(row)
    else found.set(parent.view, [row])
  }
  return found
}

export const macvlanKinds: ReadonlySet<string> = new Set(['macvlan', 'macvtap'])
export const ipvlanKinds: ReadonlySet<string> = new Set(['ipvlan', 'ipvtap'])
const vlanKinds: ReadonlySet<string> = new Set(['vlan'])

/** vlan_do_receive: the VLAN device of a device that takes what has a tag. */
export function vlanOn(world: World, view: View, ifname: string, tag: Tag): StackedLink | undefined {
  return childrenOf(world, view, ifname, vlanKinds).find(
    ({ link }) => Number(infoOf(link, 'id')) === tag.vlan && protocolOfVlan(link) === tag.protocol,
  )
}

/** The tag that a VLAN device puts on what it sends. */
export function tagOf(link: Link): Tag {
  return { vlan: Number(infoOf(link, 'id')), protocol: protocolOfVlan(link) }
}

/** A value that is a word, as most of `info_data` are. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const protocolOfVlan = (link: Link): string => textOf(infoOf(link, 'protocol')) ?? '802.1Q'
