import { ipv4Text } from 'netlink-codec'
import {
  bool,
  flag,
  ignored,
  type KindFields,
  kindFields,
  linkName,
  onlyTrue,
  u32,
  u8,
  type WriteField,
  word,
} from './kind.ts'
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

/** IFLA_GRE_* (linux/if_tunnel.h). */
const IFLA_GRE_IFLAGS = 2
const IFLA_GRE_OFLAGS = 3
const IFLA_GRE_FLAGS = 13

/** GRE_* bits of the flags, which are in network order. */
const GRE_CSUM = 0x8000
const GRE_KEY = 0x2000
const GRE_SEQ = 0x1000

/** A key is written as an IPv4 address; it counts only when the flags of its direction say so. */
const key =
  (name: string, flagsType: number): WriteField =>
  (attributes, type, data) => {
    if (((attributes.be16(flagsType) ?? 0) & GRE_KEY) === 0) return
    data[name] = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
  }

/** @param direction `i` or `o` */
const flags =
  (direction: string): WriteField =>
  (attributes, type, data) => {
    const bits = attributes.be16(type)!
    if ((bits & GRE_SEQ) !== 0) data[`${direction}seq`] = true
    if ((bits & GRE_CSUM) !== 0) data[`${direction}csum`] = true
  }

const hardwareId: WriteField = (attributes, type, data) => {
  data['erspan_hwid'] = `0x${attributes.u16(type)!.toString(16)}`
}

const common: KindFields['fields'] = [
  [4, key('ikey', IFLA_GRE_IFLAGS)],
  [5, key('okey', IFLA_GRE_OFLAGS)],
  [IFLA_GRE_IFLAGS, flags('i')],
  [IFLA_GRE_OFLAGS, flags('o')],
  [20, fwmark],
  [21, u32('erspan_index')],
  [22, u8('erspan_ver')],
  [23, word('erspan_dir', ['ingress', 'egress'])],
  [24, hardwareId],
  ...encapsulationFields({ type: 14, flags: 15, sport: 16, dport: 17 }),
]

/** gre, gretap and erspan. */
export const gre = kindFields([
  [18, flag('external')],
  [7, tunnelIpv4('remote')],
  [6, tunnelIpv4('local')],
  [1, linkName('link')],
  [8, u8('ttl')],
  [9, tos],
  [10, bool('pmtudisc')],
  [19, onlyTrue('ignore_df')],
  [11, ignored],
  [12, ignored],
  [IFLA_GRE_FLAGS, ignored],
  ...common,
])

/** ip6gre, ip6gretap and ip6erspan. */
export const ip6gre = kindFields([
  [18, flag('external')],
  [7, tunnelIpv6('remote')],
  [6, tunnelIpv6('local')],
  [1, linkName('link')],
  [8, u8('ttl')],
  [11, encapLimit(IFLA_GRE_FLAGS)],
  [12, flowInfo(IFLA_GRE_FLAGS)],
  [IFLA_GRE_FLAGS, tunnelIp6Flags],
  ...common,
])
