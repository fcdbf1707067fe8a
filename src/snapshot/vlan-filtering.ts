import type { Link } from './schema/link.ts'

/** Whether a bridge goes by VLANs (`vlan_filtering` of `ip -d link`): of the others nobody needs to know them. */
export function filtersByVlan(bridge: Link): boolean {
  return Number(bridge.linkinfo?.info_data?.['vlan_filtering'] ?? 0) !== 0
}
