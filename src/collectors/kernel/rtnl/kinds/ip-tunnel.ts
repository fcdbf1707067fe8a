import { bool, flag, type KindFields, kindFields, linkName, u8, type WriteField } from './kind.ts'
import {
  encapLimit,
  encapsulationFields,
  flowInfo,
  fwmark,
  tos,
  tunnelIp6Flags,
  tunnelIpv4,
  tunnelIpv6,
} from './tunnel.ts'

/** IFLA_IPTUN_* (linux/if_tunnel.h). */
const IFLA_IPTUN_FLAGS = 8
const SIT_ISATAP = 1

/** IPPROTO_*: what the tunnel carries, in the words of the kind. */
const protocol =
  (words: Readonly<Record<number, string>>): WriteField =>
  (attributes, type, data) => {
    const value = attributes.u8(type)!
    data['proto'] = words[value] ?? String(value)
  }

const isatap: WriteField = (attributes, type, data) => {
  if ((attributes.u16(type)! & SIT_ISATAP) !== 0) data['isatap'] = true
}

const encap: KindFields['fields'] = [
  [20, fwmark],
  ...encapsulationFields({ type: 15, flags: 16, sport: 17, dport: 18 }),
]

/** ipip and sit: IPv4 outside. */
export const ipTunnel = kindFields([
  [19, flag('external')],
  [9, protocol({ 0: 'any', 4: 'ipip', 41: 'ip6ip', 137: 'mplsip' })],
  [3, tunnelIpv4('remote')],
  [2, tunnelIpv4('local')],
  [1, linkName('link')],
  [4, u8('ttl')],
  [5, tos],
  [10, bool('pmtudisc')],
  [IFLA_IPTUN_FLAGS, isatap],
  ...encap,
])

/** ip6tnl: IPv6 outside. */
export const ip6Tunnel = kindFields([
  [19, flag('external')],
  [9, protocol({ 0: 'any', 4: 'ipip6', 41: 'ip6ip6' })],
  [3, tunnelIpv6('remote')],
  [2, tunnelIpv6('local')],
  [1, linkName('link')],
  [4, u8('ttl')],
  [6, encapLimit(IFLA_IPTUN_FLAGS)],
  [7, flowInfo(IFLA_IPTUN_FLAGS)],
  [IFLA_IPTUN_FLAGS, tunnelIp6Flags],
  ...encap,
])
