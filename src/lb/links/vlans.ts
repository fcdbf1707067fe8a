import type { BridgeVlan, Link } from '../../snapshot/index.ts'
import { portVlansKey } from '../../snapshot/row-keys.ts'
import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import type { RowRef } from '../evidence.ts'
import type { Tag } from '../packet.ts'
import type { View } from '../view.ts'
import { infoOf, slaveInfoOf, textOf } from './kind.ts'

/**
 * What a bridge makes of VLANs (net/bridge/br_vlan.c). The bridge's own device is a port as well: what it sends comes in by it, and
 * what is for the host goes out by it.
 */

/** How a frame is inside of a bridge. */
export type Lane = {
  /** Null where the bridge does not filter: then its forwarding entries are those without a VLAN. */
  readonly vlan: number | null
  /** As it came in; only a bridge that does not filter leaves it as it is. */
  readonly tag: Tag | null
}

export type LaneOrNone =
  | { readonly kind: 'in'; readonly lane: Lane }
  /** `why` stands alone. */
  | { readonly kind: 'dropped' | 'unknown'; readonly why: string }

/** How a frame leaves by a port: not at all where the port is not in its VLAN (`why` stands alone). */
export type Exit =
  | { readonly kind: 'out'; readonly tag: Tag | null }
  | { readonly kind: 'outside' | 'unknown'; readonly why: string }

/** br_allowed_ingress: the VLAN of a frame that comes in by a port. */
export function laneOf(view: View, bridge: Link, port: string, tag: Tag | null): LaneOrNone {
  if (!filtersByVlan(bridge)) return { kind: 'in', lane: { vlan: null, tag } }
  const rows = view.vlans(port)
  if (!rows) return unread(bridge, port)
  if (isTunnel(view, port))
    return { kind: 'unknown', why: `${port} maps VLANs to tunnels, which is not followed` }
  if (tag && tag.protocol !== protocolOf(bridge)) {
    const why = `a tag of ${tag.protocol} comes to ${bridge.ifname}, which filters by ${protocolOf(bridge)}: two tags are not followed`
    return { kind: 'unknown', why }
  }
  // A tag with VLAN 0 has a priority only.
  if (tag && tag.vlan !== 0) {
    if (rowOf(rows, tag.vlan)) return { kind: 'in', lane: { vlan: tag.vlan, tag } }
    return {
      kind: 'dropped',
      why: `it comes in by ${port} with a tag, and ${port} is not in VLAN ${tag.vlan}`,
    }
  }
  const pvid = rows.find(({ flags }) => flags?.includes('PVID'))?.vlan
  if (pvid !== undefined) return { kind: 'in', lane: { vlan: pvid, tag: null } }
  return { kind: 'dropped', why: `it comes in by ${port} without a tag, and ${port} has no PVID` }
}

/** br_allowed_egress and br_handle_vlan: how a frame goes out by a port. */
export function exitBy(view: View, bridge: Link, port: string, { vlan, tag }: Lane): Exit {
  if (vlan === null) return { kind: 'out', tag }
  const rows = view.vlans(port)
  if (!rows) return unread(bridge, port)
  if (isTunnel(view, port))
    return { kind: 'unknown', why: `${port} maps VLANs to tunnels, which is not followed` }
  const row = rowOf(rows, vlan)
  const tagged = { vlan, protocol: protocolOf(bridge) }
  if (row) return { kind: 'out', tag: row.flags?.includes('Egress Untagged') ? null : tagged }
  // br_pass_frame_up lets all pass where somebody listens to everything.
  if (port === bridge.ifname && (bridge.promiscuity ?? 0) > 0) return { kind: 'out', tag: tagged }
  return { kind: 'outside', why: `${port} is not in VLAN ${vlan}` }
}

/** The row that says which VLANs a port is in; none where the bridge does not filter. */
export function vlanProof(view: View, bridge: Link, ...ports: readonly string[]): RowRef[] {
  if (!filtersByVlan(bridge)) return []
  return ports.flatMap(ifname => {
    if ((view.vlans(ifname)?.length ?? 0) > 0) return [view.ref('vlans', portVlansKey({ ifname }))]
    const link = view.link(ifname)
    return link ? [view.ref('links', String(link.ifindex))] : []
  })
}

const rowOf = (rows: readonly BridgeVlan[], id: number): BridgeVlan | undefined =>
  rows.find(({ vlan, vlanEnd = vlan }) => vlan <= id && id <= vlanEnd)

const protocolOf = (bridge: Link): string => textOf(infoOf(bridge, 'vlan_protocol')) ?? '802.1Q'

function isTunnel(view: View, port: string): boolean {
  const link = view.link(port)
  return link !== undefined && slaveInfoOf(link, 'vlan_tunnel') === true
}

function unread({ ifname }: Link, port: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why: `${ifname} filters by VLAN, and in which of them ${port} is was not read` }
}
