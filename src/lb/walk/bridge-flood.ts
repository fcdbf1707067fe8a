import type { Link } from '../../snapshot/index.ts'
import { causeOfUnknownMac } from '../cause/address.ts'
import type { RowRef } from '../evidence.ts'
import { exploreDomain } from '../links/domain.ts'
import { infoOf, isUp, kindOf, slaveInfoOf } from '../links/kind.ts'
import { nearestPort } from '../links/nearby.ts'
import { exitBy, type Lane, vlanProof } from '../links/vlans.ts'
import type { Frame } from '../packet.ts'
import type { View } from '../view.ts'
import { because, end, type NextAt } from './next.ts'
import { addStep, type Walk } from './walk.ts'

export type Bridging = {
  readonly link: Link
  readonly port: string | null
  readonly frame: Frame
  /** PREROUTING was run on behalf of the bridge. */
  readonly isAsked: boolean
}

/** Bridging with the VLAN that the frame is in. */
export type InLane = Bridging & { readonly lane: Lane }

/**
 * Unknown unicast goes to every port; the one behind which the MAC lives is the one that matters.
 *
 * @returns its name, or the end where there is none
 */
export function portByFlood(walk: Walk, view: View, bridging: InLane): string | NextAt<'end'> {
  const { link, port, frame, lane } = bridging
  const ports = view
    .ports(link.ifname)
    .filter(each => each.ifname !== port || slaveInfoOf(each, 'hairpin') === true)
    .filter(each => isUp(each) && slaveInfoOf(each, 'flood') !== false)
    .filter(each => !(isIsolated(view, port) && slaveInfoOf(each, 'isolated') === true))
  const nearest = nearestPort(walk.world, view, link, frame.destinationMac!)
  const asked = nearest && ports.includes(nearest) ? [nearest] : ports
  const leads = asked.map(each => ({
    port: each,
    leads: leadsTo(walk, view, { port: each, bridge: link, lane }, frame.destinationMac!),
  }))
  const sure = leads.filter(({ leads }) => leads === true)
  const open = leads.filter(({ leads }) => leads === undefined)
  const chosen = sure.length === 1 ? sure[0] : sure.length === 0 && open.length === 1 ? open[0] : undefined
  if (chosen) {
    const detail = `${frame.destinationMac} is not known to ${link.ifname}: goes to every port${lane.vlan === null ? '' : ` of VLAN ${lane.vlan}`}, ${chosen.port.ifname} among them`
    addStep(walk, view, {
      kind: 'bridge',
      action: 'forwarded',
      detail,
      evidence: linkProof(view, chosen.port),
    })
    return chosen.port.ifname
  }
  const mac = frame.destinationMac!
  const outside = mac === link.address && port !== null ? link : nearest
  const exit = outside && exitBy(view, link, outside.ifname, lane)
  const detail =
    exit?.kind === 'outside'
      ? `${mac} is ${outside === link ? 'that of' : 'behind'} ${outside?.ifname} of ${link.ifname}, and ${exit.why}`
      : `${mac} is not known to ${link.ifname}, and behind none of its ports${lane.vlan === null ? '' : ` in VLAN ${lane.vlan}`}`
  const proof = [
    ...(exit?.kind === 'outside' && outside ? vlanProof(view, link, outside.ifname) : []),
    ...linkProof(view, link),
  ]
  const missing = view.missing('rtnl.fdb')
  if (sure.length === 0 && missing !== undefined) {
    const unread = `where ${frame.destinationMac} is was not read: ${missing}`
    return end(view, frame.packet, 'insufficient-info', unread, linkProof(view, link))
  }
  if (sure.length === 0 && open.length === 0) {
    const stop = end(view, frame.packet, 'dropped', detail, proof)
    return because(stop, causeOfUnknownMac(walk, view, link.ifname, mac))
  }
  return end(
    view,
    frame.packet,
    'insufficient-info',
    `several ports of ${link.ifname} may lead to ${frame.destinationMac}`,
    linkProof(view, link),
  )
}

export const isIsolated = (view: View, port: string | null): boolean =>
  port !== null && slaveInfoOf(view.link(port)!, 'isolated') === true

type Way = { readonly port: Link; readonly bridge: Link; readonly lane: Lane }

/** True: that MAC is there. False: it is not. Undefined: what is there is in no snapshot. */
function leadsTo(walk: Walk, view: View, { port, bridge, lane }: Way, mac: string): boolean | undefined {
  const exit = exitBy(view, bridge, port.ifname, lane)
  if (exit.kind !== 'out') return exit.kind === 'unknown' ? undefined : false
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
  const { endpoints, openEnds, tunnels, filters } = exploreDomain(walk.world, view, port.ifname, exit.tag)
  if (endpoints.some(({ link }) => link.address === mac)) return true
  return openEnds.length + tunnels.length + filters.length > 0 ? undefined : false
}

export function linkProof(view: View, link: Link | undefined): RowRef[] {
  return link ? [view.ref('links', String(link.ifindex))] : []
}
