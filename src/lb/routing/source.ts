import type { Address, Link } from '../../snapshot/index.ts'
import {
  type Ip,
  isInPrefix,
  isLinkLocal6,
  isLoopback,
  isMulticast,
  parseIp,
  parsePrefix,
} from '../../util/prefix.ts'
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

/**
 * ipv6_dev_get_saddr of addrconf.c: towards a link-local address one of the interface, else one of all that the namespace has. Rule
 * after rule decides (ipv6_get_saddr_eval), and of equals the first one is taken: the kernel's list, which is that of the snapshot,
 * begins with the newest.
 */
function selectIpv6(view: View, ifname: string, towards: Ip | undefined): string | undefined {
  const isNear = towards !== undefined && (isLinkLocal6(towards) || isMulticast(towards))
  const rows = isNear ? view.addressesOf(ifname) : view.namespace.addresses
  let best: { readonly address: Address; readonly scores: readonly number[] } | undefined
  for (const address of rows) {
    if (address.family !== 'inet6' || !isUsable6(address)) continue
    const scores = scoresOf(address, ifname, towards)
    if (!best || isAbove(scores, best.scores)) best = { address, scores }
  }
  return best?.address.local
}

/** The destination itself, its scope, not deprecated, of the interface, of the same label, the longest common prefix. */
function scoresOf(address: Address, ifname: string, towards: Ip | undefined): number[] {
  const own = parseIp(address.local)
  const scope = own ? scope6(own) : 0
  const wanted = towards ? scope6(towards) : GLOBAL
  return [
    Number(own !== undefined && own.value === towards?.value),
    scope >= wanted ? -scope : scope - 128,
    Number(address.deprecated === undefined),
    Number(address.ifname === ifname),
    Number(own !== undefined && towards !== undefined && labelOf(own) === labelOf(towards)),
    own && towards ? Math.min(commonBits(own, towards), address.prefixlen) : 0,
  ]
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((score, i) => score !== b[i])
  return at >= 0 && a[at]! > b[at]!
}

/** IPV6_ADDR_SCOPE_* (net/ipv6.h); ::1 counts as link-local. */
const GLOBAL = 14

function scope6(ip: Ip): number {
  if (isMulticast(ip)) return Number((ip.value >> 112n) & 15n)
  if (isLoopback(ip) || isLinkLocal6(ip)) return 2
  return ip.value >> 118n === 0x3fbn ? 5 : GLOBAL
}

/** ip6addrlbl_init_table of addrlabel.c, the longest prefix first; `ip addrlabel` may have others, which nobody changes. */
const labels = ['::1/128', '::ffff:0:0/96', '::/96', '2001::/32', '2001:10::/28', '3ffe::/16', '2002::/16']
  .concat(['fec0::/10', 'fc00::/7'])
  .map(text => parsePrefix(text)!)

const labelOf = (ip: Ip): number => labels.findIndex(prefix => isInPrefix(ip, prefix))

function commonBits(a: Ip, b: Ip): number {
  const difference = a.value ^ b.value
  return difference === 0n ? 128 : 128 - difference.toString(2).length
}
