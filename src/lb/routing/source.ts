import type { Address, Link } from '../../snapshot/index.ts'
import { type Ip, isLinkLocal6, parseIp } from '../../util/prefix.ts'
import type { IpFamily } from '../packet.ts'
import { isInSubnet, type View } from '../view.ts'

/** enum rt_scope_t (linux/rtnetlink.h): the higher the nearer. */
const scopes: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 }
const scopeNumber = (scope: string) => scopes[scope] ?? Number(scope)

/**
 * The address that a packet gets which has none yet: inet_select_addr of devinet.c, and for IPv6 the rules of RFC 6724
 * that decide between the addresses of one link (scope, deprecated, longest common prefix).
 */
export function selectSource(
  view: View,
  ifname: string,
  towards: Ip | undefined,
  family: IpFamily,
  scope = 'global',
): string | undefined {
  return family === 'inet' ? selectIpv4(view, ifname, towards, scope) : selectIpv6(view, ifname, towards)
}

function selectIpv4(view: View, ifname: string, towards: Ip | undefined, scope: string): string | undefined {
  const own = primaries(view, ifname, scope)
  const near = towards && own.find(address => isInSubnet(towards, address))
  if (near) return near.local
  if (own[0]) return own[0].local
  for (const link of view.namespace.links as readonly Link[]) {
    const other = primaries(view, link.ifname, scope).find(address => address.scope !== 'link')
    if (other) return other.local
  }
  return undefined
}

function primaries(view: View, ifname: string, scope: string): Address[] {
  const widest = scopeNumber(scope)
  return view
    .addressesOf(ifname)
    .filter(
      ({ family, secondary, scope: own }) =>
        family === 'inet' && secondary === undefined && scopeNumber(own) <= widest,
    )
}

/** The first address of a link that is not secondary: what REDIRECT takes (nf_nat_redirect_ipv4). */
export function primaryAddress(view: View, ifname: string, family: IpFamily): string | undefined {
  const fitting = view.addressesOf(ifname).filter(address => address.family === family)
  if (family === 'inet') return fitting.find(address => address.secondary === undefined)?.local
  return fitting.find(isUsable6)?.local
}

const isUsable6 = (address: Address) => address.tentative === undefined && address.dadfailed === undefined

function selectIpv6(view: View, ifname: string, towards: Ip | undefined): string | undefined {
  const wantsLinkLocal = towards !== undefined && isLinkLocal6(towards)
  const usable = view
    .addressesOf(ifname)
    .filter(address => address.family === 'inet6' && isUsable6(address))
    .filter(address => (address.scope === 'link') === wantsLinkLocal)
  let best: { readonly address: Address; readonly rank: number } | undefined
  for (const address of usable) {
    const ip = parseIp(address.local)
    const rank = (address.deprecated === undefined ? 1000 : 0) + (ip && towards ? commonBits(ip, towards) : 0)
    if (!best || rank > best.rank) best = { address, rank }
  }
  return best?.address.local
}

function commonBits(a: Ip, b: Ip): number {
  const difference = a.value ^ b.value
  return difference === 0n ? 128 : 128 - difference.toString(2).length
}
