/**
 * The names that iproute2 prints for rtnetlink's numbers: its built-in tables together with the files that it ships
 * (rt_protos, rt_tables, rt_scopes, rt_dsfield, rt_realms, group). What an administrator changed in /etc/iproute2 of
 * one machine is not read, on purpose: a snapshot says the same on every machine.
 */
import { type Attributes, type ByteReader, DecodeError, ipv4Text, ipv6Text } from 'netlink-codec'
import { protocolName as transportName } from 'node-iptables'

/** Names of the links of one namespace by ifindex, from the same pass. */
export type InterfaceNames = ReadonlyMap<number, string>

/** The link's name; `if7` for an index that is not there (deleted meanwhile), `*` for 0. */
export function interfaceName(names: InterfaceNames, ifindex: number): string {
  return names.get(ifindex) ?? (ifindex === 0 ? '*' : `if${ifindex}`)
}

export const AF_INET = 2
export const AF_BRIDGE = 7
export const AF_INET6 = 10
const AF_MPLS = 28

/** `inet`, `inet6`; undefined for every other family. */
export function inetFamily(family: number): 'inet' | 'inet6' | undefined {
  if (family === AF_INET) return 'inet'
  return family === AF_INET6 ? 'inet6' : undefined
}

/** Any address family in iproute2's words, `???` for those without one. */
export function familyName(family: number): string {
  if (family === AF_MPLS) return 'mpls'
  return inetFamily(family) ?? '???'
}

/**
 * An IPv4 or IPv6 address by its length.
 *
 * @throws DecodeError when it is neither 4 nor 16 bytes long
 */
export function addressText(reader: ByteReader, at: number, length: number): string {
  if (length === 4) return ipv4Text(reader, at)
  if (length === 16) return ipv6Text(reader, at)
  throw new DecodeError(`an address of ${length} bytes`, at)
}

/** The address in an attribute; undefined when it is absent. */
export function addressOf(attributes: Attributes, type: number): string | undefined {
  const at = attributes.offset(type)
  return at === undefined ? undefined : addressText(attributes.reader, at, attributes.length(type)!)
}

/** RTN_* (linux/rtnetlink.h): what a route does with a packet. */
const routeTypes = [
  'none',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
]

export function routeTypeName(type: number): string {
  return routeTypes[type] ?? String(type)
}

/** RTPROT_*: who made a route, rule or neighbour. */
const protocols: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  99: 'openr',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
}

export function protocolName(protocol: number): string {
  return protocols[protocol] ?? String(protocol)
}

/** RT_TABLE_*. */
export function tableName(table: number): string {
  switch (table) {
    case 0:
      return 'unspec'
    case 253:
      return 'default'
    case 254:
      return 'main'
    case 255:
      return 'local'
    default:
      return String(table)
  }
}

/** RT_SCOPE_*. */
export function scopeName(scope: number): string {
  switch (scope) {
    case 0:
      return 'global'
    case 200:
      return 'site'
    case 253:
      return 'link'
    case 254:
      return 'host'
    case 255:
      return 'nowhere'
    default:
      return String(scope)
  }
}

const dsfields: Readonly<Record<number, string>> = {
  0x00: 'default',
  0x28: 'AF11',
  0x30: 'AF12',
  0x38: 'AF13',
  0x48: 'AF21',
  0x50: 'AF22',
  0x58: 'AF23',
  0x68: 'AF31',
  0x70: 'AF32',
  0x78: 'AF33',
  0x88: 'AF41',
  0x90: 'AF42',
  0x98: 'AF43',
  0x20: 'CS1',
  0x40: 'CS2',
  0x60: 'CS3',
  0x80: 'CS4',
  0xa0: 'CS5',
  0xc0: 'CS6',
  0xe0: 'CS7',
  0xb8: 'EF',
}

/** A value of the TOS byte, ECN bits included: `EF`, `0x10`. */
export function dsfieldName(tos: number): string {
  return dsfields[tos] ?? `0x${tos.toString(16).padStart(2, '0')}`
}

export function realmName(realm: number): string {
  return realm === 0 ? 'cosmos' : String(realm)
}

export function groupName(group: number): string {
  return group === 0 ? 'default' : String(group)
}

/** An IPPROTO_* number as `ip rule` prints it: `tcp`, `ipproto-200` for one without a name. */
export function ipProtocolName(protocol: number): string {
  const name = transportName(protocol)
  return name === String(protocol) ? `ipproto-${protocol}` : name
}

/** A number as C's `%#x` prints it: without 0x when it is zero. */
export function hexName(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`
}
