import type { Attributes } from 'netlink-codec'
import { AF_INET, AF_INET6 } from './names.ts'

/** linux/if_link.h, linux/ip.h (IPV4_DEVCONF_*, from 1), linux/ipv6.h (DEVCONF_*, from 0). */
const IFLA_AF_SPEC = 26
const IFLA_INET_CONF = 1
const IFLA_INET6_CONF = 2

const ipv4Settings = [
  [1, 'forwarding'],
  [8, 'rp_filter'],
  [18, 'arp_announce'],
  [19, 'arp_ignore'],
  [26, 'route_localnet'],
] as const
/** Off nearly everywhere, and then not told: each interface of a node would carry them. */
const seldomOn = [
  [3, 'proxy_arp'],
  [13, 'arp_filter'],
  [23, 'accept_local'],
  [24, 'src_valid_mark'],
] as const
const ipv6Settings = [
  [0, 'forwarding'],
  [26, 'disable_ipv6'],
] as const

/** DEVCONF_HOPLIMIT, and what it nearly always is: then it is not told. */
const HOP_LIMIT = 1
const USUAL_HOP_LIMIT = 64

/**
 * The sysctls of one interface, out of its link message: the kernel sends its whole array of settings along
 * (inet_fill_link_af, inet6_fill_ifla6_attrs), so no file has to be opened for them.
 *
 * Writes `net.ipv4.conf.eth0.rp_filter` and the like into `into`. As sysctl(8) has it, a dot in the interface's name
 * becomes a slash.
 */
export function addLinkSysctls(into: Record<string, string>, ifname: string, attributes: Attributes): void {
  const families = attributes.nested(IFLA_AF_SPEC)
  if (!families) return
  const name = ifname.replaceAll('.', '/')
  const { reader } = attributes
  const ipv4 = families.nested(AF_INET)
  const inet = ipv4?.offset(IFLA_INET_CONF)
  if (inet !== undefined) {
    const count = ipv4!.length(IFLA_INET_CONF)! / 4
    for (const [index, setting] of ipv4Settings) {
      if (index <= count)
        into[`net.ipv4.conf.${name}.${setting}`] = String(reader.s32(inet + (index - 1) * 4))
    }
    for (const [index, setting] of seldomOn) {
      const value = index <= count ? reader.s32(inet + (index - 1) * 4) : 0
      if (value !== 0) into[`net.ipv4.conf.${name}.${setting}`] = String(value)
    }
  }
  const ipv6 = families.nested(AF_INET6)
  const inet6 = ipv6?.offset(IFLA_INET6_CONF)
  if (inet6 !== undefined) {
    const count = ipv6!.length(IFLA_INET6_CONF)! / 4
    for (const [index, setting] of ipv6Settings) {
      if (index < count) into[`net.ipv6.conf.${name}.${setting}`] = String(reader.s32(inet6 + index * 4))
    }
    const hopLimit = HOP_LIMIT < count ? reader.s32(inet6 + HOP_LIMIT * 4) : USUAL_HOP_LIMIT
    if (hopLimit !== USUAL_HOP_LIMIT) into[`net.ipv6.conf.${name}.hop_limit`] = String(hopLimit)
  }
}
