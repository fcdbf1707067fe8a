import type { Address } from './schema/address.ts'
import type { RealServer, VirtualService } from './schema/ipvs.ts'
import type { Link } from './schema/link.ts'
import type { XfrmPolicy, XfrmState } from './schema/misc.ts'
import type { FdbEntry, Neighbour, Nsid } from './schema/neighbour.ts'
import type { PortVlans } from './schema/vlan.ts'
import type { NetfilterRule, NetfilterTable, NftTable } from './schema/netfilter.ts'
import type { PolicyRule, Route } from './schema/route.ts'

/**
 * What a row of a namespace is called: the same while it lives, on the screen, in evidence and between two snapshots. A
 * key is unique within its part of the namespace; rows that are equal stay apart by a count (`uniqueKeys`).
 */

export function linkKey(link: Pick<Link, 'ifindex'>): string {
  return String(link.ifindex)
}

export function addressKey({ ifindex, local, prefixlen }: Address): string {
  return `${ifindex} ${local}/${prefixlen}`
}

export function neighbourKey({ dev, dst }: Neighbour): string {
  return `${dev} ${dst}`
}

export function fdbKey({ ifname, mac, vlan, dst, flags }: FdbEntry): string {
  return `${ifname} ${mac} ${vlan ?? ''} ${dst ?? ''} ${flags.join()}`
}

/** `vlan eth0`: the VLANs of one port. */
export function portVlansKey({ ifname }: Pick<PortVlans, 'ifname'>): string {
  return `vlan ${ifname}`
}

/** `default dev eth0`, `10.0.0.0/8 dev eth1 table 100 metric 5`: what the kernel takes one route of a table for. */
export function routeKey({ family, type, dst, table = 'main', dev, metric, tos }: Route): string {
  const words = type === 'unicast' ? [dst] : [type, dst]
  if (dev !== undefined) words.push('dev', dev)
  if (table !== 'main') words.push('table', table)
  if (metric !== undefined) words.push('metric', String(metric))
  if (tos !== undefined) words.push('tos', tos)
  if (family === 'inet6' && !dst.includes(':')) words.push('inet6')
  return words.join(' ')
}

/** `100: from all fwmark 0x1 lookup 100` */
export function policyRuleKey({ family, priority, src, srclen, fwmark, iif, table }: PolicyRule): string {
  const words = [`${priority}:`, 'from', srclen === undefined ? src : `${src}/${srclen}`]
  if (fwmark !== undefined) words.push('fwmark', fwmark)
  if (iif !== undefined) words.push('iif', iif)
  if (table !== undefined) words.push('lookup', table)
  if (family === 'inet6') words.push('inet6')
  return words.join(' ')
}

export function nsidKey({ nsid }: Nsid): string {
  return String(nsid)
}

/** `state 10.0.0.1 -> 10.0.0.2 esp 0x00000101` */
export function xfrmStateKey({ src, dst, proto, spi }: XfrmState): string {
  return `state ${src} -> ${dst} ${proto} ${spi}`
}

/** `policy out 10.0.0.1/32 -> 10.0.0.2/32` */
export function xfrmPolicyKey({ dir, src, dst }: XfrmPolicy): string {
  return `policy ${dir} ${src} -> ${dst}`
}

/** How many connections are tracked, and how many may be: one row. */
export const CONNTRACK_KEY = 'conntrack entries'

/** `FWM 276`, or `TCP 10.0.0.2:80`. */
export function virtualServiceKey(service: VirtualService): string {
  if (service.fwmark !== undefined) return `FWM ${service.fwmark}${service.family === 'inet6' ? ' IPv6' : ''}`
  return `${(service.protocol ?? '').toUpperCase()} ${socketAddress(service.address ?? '', service.port ?? 0)}`
}

/** `FWM 276 -> 10.0.0.5:0` */
export function realServerKey(service: VirtualService, { address, port }: RealServer): string {
  return serverKeyAt(virtualServiceKey(service), socketAddress(address, port))
}

/** The same, of a virtual service whose key is known, and a server whose socket address is. */
export function serverKeyAt(serviceKey: string, place: string): string {
  return `${serviceKey} -> ${place}`
}

/** `10.0.0.2:80`, `[fd00::2]:80`. */
export function socketAddress(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** iptables gives rules no identity: chain and text, and how many times before. Ask for all rules in their order. */
export function netfilterRuleKeys({
  backend,
  family,
  table,
}: NetfilterTable): (rule: NetfilterRule) => string {
  const unique = uniqueKeys()
  const prefix = `${backend} ${family} ${table} `
  return rule => unique(prefix + rule.text)
}

export function nftRuleKey(
  { family, table }: Pick<NftTable, 'family' | 'table'>,
  rule: Pick<NftTable['rules'][number], 'chain' | 'handle'>,
): string {
  return `nft ${family} ${table} ${rule.chain} ${rule.handle}`
}

/** A table of nf_tables, or a chain of it. */
export function nftTableKey({ family, table }: Pick<NftTable, 'family' | 'table'>, chain?: string): string {
  return `nft ${family} ${table}${chain === undefined ? '' : ` :${chain}`}`
}

/** Keys that stay apart when rows are equal: the second `a` is `a#2`. */
export function uniqueKeys(): (key: string) => string {
  const seen = new Map<string, number>()
  return key => {
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return times === 1 ? key : `${key}#${times}`
  }
}
