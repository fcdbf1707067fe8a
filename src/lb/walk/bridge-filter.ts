import type { Link } from '../../snapshot/index.ts'
import { nftTableKey } from '../../snapshot/row-keys.ts'
import { infoOf, vlanOn } from '../links/kind.ts'
import type { Maybe } from '../maybe.ts'
import type { Frame, Packet } from '../packet.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import { end, type Next } from './next.ts'

/** Tables of nf_tables' family `bridge` decide about frames, and are not evaluated here. */
export function bridgeFilter(view: View): ((packet: Packet) => Next) | undefined {
  const table = view.namespace.nft.find(({ family, chains, rules }) => {
    return family === 'bridge' && (rules.length > 0 || chains.some(({ policy }) => policy === 'drop'))
  })
  if (!table) return undefined
  const proof = [view.ref('nft', nftTableKey(table))]
  return packet =>
    end(view, packet, 'insufficient-info', `nft table bridge ${table.table} is not evaluated`, proof)
}

/** Whether a frame goes through iptables, and by which device it then has come in. */
export type Asking =
  | { readonly kind: 'no' }
  | { readonly kind: 'yes'; readonly device: string }
  /** `why` stands alone. */
  | { readonly kind: 'unknown'; readonly why: string }

/** br_netfilter: of frames with a tag only where `bridge-nf-filter-vlan-tagged` says so (is_vlan_ip, brnf_get_logical_dev). */
export function asksIptables(world: World, view: View, link: Link, { tag, packet }: Frame): Asking {
  const isAsked = asksWithoutTag(view, link, packet)
  if (isAsked === false) return { kind: 'no' }
  const { ifname } = link
  if (isAsked === undefined) {
    const why = `whether what ${ifname} bridges goes through iptables (bridge-nf-call-iptables) was not read`
    return { kind: 'unknown', why }
  }
  if (!tag) return { kind: 'yes', device: ifname }
  const filtersTagged = view.sysctl('net.bridge.bridge-nf-filter-vlan-tagged')
  if (filtersTagged === 0) return { kind: 'no' }
  const passesDevice = view.sysctl('net.bridge.bridge-nf-pass-vlan-input-dev')
  if (filtersTagged === undefined || passesDevice === undefined) {
    const why = `whether frames of ${ifname} with a VLAN tag go through iptables (bridge-nf-filter-vlan-tagged) was not read`
    return { kind: 'unknown', why }
  }
  const above = passesDevice === 1 ? vlanOn(world, view, ifname, tag) : undefined
  return { kind: 'yes', device: above?.link.ifname ?? ifname }
}

/** Bridged packets go through iptables where this sysctl, or the bridge itself, says so. */
function asksWithoutTag(view: View, link: Link, packet: Packet): Maybe {
  const [name, own] =
    packet.family === 'inet'
      ? ['bridge-nf-call-iptables', 'nf_call_iptables']
      : ['bridge-nf-call-ip6tables', 'nf_call_ip6tables']
  const value = view.sysctl(`net.bridge.${name}`)
  if (value === 1 || Number(infoOf(link, own) ?? 0) === 1) return true
  // Without br_netfilter the setting is not there, and none of the others is missing.
  if (value !== undefined || view.sysctl('net.ipv4.ip_forward') !== undefined) return false
  return view.namespace.netfilter.length + view.namespace.nft.length > 0 ? undefined : false
}
