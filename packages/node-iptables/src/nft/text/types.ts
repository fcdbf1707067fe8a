import { ByteReader, ipv4Text, ipv6Text, macText } from 'netlink-codec'
import { protocolName } from '../../protocols.ts'
import { hexBytes } from '../verdict.ts'
import * as symbols from './symbols.ts'

/** A data type of nft: how a value in a register, or a set's key, is printed. */
export type NftType = {
  /** As behind `type` of a set. */
  readonly name: string
  /** Bytes of one value; undefined where the expression decides. */
  readonly bytes: number | undefined
  /** Byte order in a register. Text is read from its first byte on, but compared as a number in host order. */
  readonly order: 'host' | 'network'
  /** How a number of this type is printed; undefined for types that are no numbers. */
  readonly number?: (value: bigint) => string
  /** How nft prints it as an end of a range, where that is otherwise. */
  readonly rangeNumber?: (value: bigint) => string
  /** For types that are no numbers. */
  readonly bytesText?: (hex: string) => string
  /** Several bits may be set, and each has a name. */
  readonly bits?: symbols.BitSymbols
  /** Ranges that are prefixes are printed so. */
  readonly prefix?: boolean
}

const decimal = (value: bigint) => value.toString()
const hex32 = (value: bigint) => `0x${value.toString(16).padStart(8, '0')}`
const named =
  (names: symbols.Symbols, other: (value: bigint) => string = decimal) =>
  (value: bigint) =>
    names[Number(value)] ?? other(value)

function bitsText(bits: symbols.BitSymbols): (value: bigint) => string {
  return value => {
    let rest = Number(value)
    const names: string[] = []
    for (const [name, bit] of bits) {
      if (rest & bit) names.push(name)
      rest &= ~bit
    }
    if (rest !== 0 || names.length === 0) names.push(`0x${(rest >>> 0).toString(16)}`)
    return names.join(',')
  }
}

/** Text ends at its NUL; without one it is the beginning of a longer text. */
export function quoted(hex: string): string {
  const bytes = hexBytes(hex)
  const text = new ByteReader(bytes).text(0, bytes.length)
  return `"${text}${bytes.length > 0 && !bytes.includes(0) && bytes.length < 16 ? '*' : ''}"`
}

const readerOf = (hex: string, bytes: number) => new ByteReader(hexBytes(hex.padEnd(2 * bytes, '0')))

function number(
  name: string,
  bytes: number | undefined,
  order: NftType['order'],
  print: (value: bigint) => string = decimal,
  more: Partial<NftType> = {},
): NftType {
  return { name, bytes, order, number: print, ...more }
}

function bitmask(name: string, bytes: number, order: NftType['order'], bits: symbols.BitSymbols): NftType {
  return number(name, bytes, order, bitsText(bits), { bits })
}

/** The device at index 1 is the loopback device in every namespace; other indexes are printed as numbers. */
const LOOPBACK = 1n

/** Milliseconds as nft prints times: `1h30m`, `500ms`. */
export function timeText(milliseconds: bigint): string {
  if (milliseconds === 0n) return '0s'
  const parts: [bigint, string][] = [
    [86_400_000n, 'd'],
    [3_600_000n, 'h'],
    [60_000n, 'm'],
    [1000n, 's'],
    [1n, 'ms'],
  ]
  let rest = milliseconds
  let text = ''
  for (const [size, unit] of parts) {
    if (rest >= size) text += `${rest / size}${unit}`
    rest %= size
  }
  return text
}

/** `1:2`, as tc prints handles. */
const handle = (value: bigint) =>
  value === 0n
    ? 'none'
    : value === 0xffff_ffffn
      ? 'root'
      : `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`

/** A type as it is printed at the ends of a range. */
export function rangeType(type: NftType): NftType {
  return type.rangeNumber ? { ...type, number: type.rangeNumber } : type
}

/** Number 0 has a name of /etc/protocols as well, which iptables does not print. */
const protocol = (value: bigint) => (value === 0n ? 'ip' : protocolName(Number(value)))

export const types = {
  verdict: number('verdict', undefined, 'host'),
  nfproto: number('nf_proto', 1, 'host', named(symbols.nfProtocols)),
  integer: number('integer', undefined, 'network'),
  hostInteger: number('integer', 4, 'host'),
  string: { name: 'string', bytes: undefined, order: 'host', bytesText: quoted },
  lladdr: { name: 'll_addr', bytes: undefined, order: 'network', bytesText: macOf },
  ipv4: {
    name: 'ipv4_addr',
    bytes: 4,
    order: 'network',
    bytesText: hex => ipv4Text(readerOf(hex, 4), 0),
    prefix: true,
  },
  ipv6: {
    name: 'ipv6_addr',
    bytes: 16,
    order: 'network',
    bytesText: hex => ipv6Text(readerOf(hex, 16), 0),
    prefix: true,
  },
  ether: { name: 'ether_addr', bytes: 6, order: 'network', bytesText: macOf },
  etherType: number(
    'ether_type',
    2,
    'network',
    named(symbols.etherTypes, value => `0x${value.toString(16).padStart(4, '0')}`),
  ),
  arpOperation: number('arp_op', 2, 'network', named(symbols.arpOperations)),
  protocol: number('inet_proto', 1, 'network', protocol),
  port: number('inet_service', 2, 'network'),
  icmpType: number('icmp_type', 1, 'network', named(symbols.icmpTypes)),
  tcpFlags: bitmask('tcp_flag', 1, 'network', symbols.tcpFlagBits),
  dccpType: number('dccp_pkttype', 1, 'network', named(symbols.dccpTypes)),
  mhType: number('mh_type', 1, 'network'),
  /** Milliseconds in a register, or in a set's key. */
  time: number('time', 8, 'host', timeText, { rangeNumber: value => `${value / 1000n}s` }),
  mobilityType: number('mh_type', 1, 'network', named(symbols.mobilityTypes)),
  mark: number('mark', 4, 'host', hex32),
  interfaceIndex: number('iface_index', 4, 'host', value => (value === LOOPBACK ? '"lo"' : decimal(value))),
  deviceType: number('iface_type', 2, 'host', named(symbols.deviceTypes)),
  realm: number('realm', 4, 'host'),
  classid: number('classid', 4, 'host', handle),
  uid: number('uid', 4, 'host'),
  gid: number('gid', 4, 'host'),
  ctState: bitmask('ct_state', 4, 'host', symbols.ctStateBits),
  ctDirection: number('ct_dir', 1, 'host', named(symbols.ctDirections)),
  ctStatus: bitmask('ct_status', 4, 'host', symbols.ctStatusBits),
  icmpv6Type: number('icmpv6_type', 1, 'network', named(symbols.icmpv6Types)),
  ctLabel: number('ct_label', 16, 'host', labels),
  packetType: number('pkt_type', 1, 'host', named(symbols.packetTypes)),
  icmpCode: number('icmp_code', 1, 'network', named(symbols.icmpCodes)),
  icmpv6Code: number('icmpv6_code', 1, 'network', named(symbols.icmpv6Codes)),
  icmpxCode: number('icmpx_code', 1, 'network', named(symbols.icmpxCodes)),
  deviceGroup: number('devgroup', 4, 'host', value => (value === 0n ? '"default"' : decimal(value))),
  dscp: number(
    'dscp',
    1,
    'network',
    named(symbols.dscps, value => `0x${value.toString(16).padStart(2, '0')}`),
  ),
  ecn: number('ecn', 1, 'network', named(symbols.ecns)),
  fibType: number('fib_addrtype', 4, 'host', named(symbols.fibTypes)),
  boolean: number('boolean', 1, 'host', named(symbols.booleans)),
  ctEvent: bitmask('ct_event', 4, 'host', symbols.ctEventBits),
  ifname: { name: 'ifname', bytes: 16, order: 'host', bytesText: quoted },
  igmpType: number('igmp_type', 1, 'network', named(symbols.igmpTypes)),
  timeDate: number('time', 8, 'host', date),
  timeHour: number('hour', 8, 'host', value => clock(value)),
  timeDay: number('day', 1, 'host', value => `"${symbols.weekDays[Number(value)] ?? value}"`),
  cgroupv2: number('cgroupsv2', 8, 'host'),
  /** A part of a header that nft has no name for. */
  raw: number('integer', undefined, 'network', value => `0x${value.toString(16)}`),
} as const satisfies Record<string, NftType>

function macOf(hex: string): string {
  return macText(new ByteReader(hexBytes(hex)), 0, hex.length >> 1)
}

/** A label is the number of its bit: names are in /etc/connlabel.conf, which is not ours to read. */
function labels(value: bigint): string {
  const bits: number[] = []
  for (let bit = 0; bit < 128; bit++) if (value & (1n << BigInt(bit))) bits.push(bit)
  return bits.join(',')
}

/** Nanoseconds since 1970, in UTC: a snapshot is read in other time zones than it was taken in. */
function date(nanoseconds: bigint): string {
  const milliseconds = Number(nanoseconds / 1_000_000n)
  if (milliseconds > LAST_DATE) return nanoseconds.toString()
  return `"${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')}"`
}

/** ECMAScript's last millisecond. */
const LAST_DATE = 8_640_000_000_000_000

function clock(seconds: bigint): string {
  const two = (value: bigint) => value.toString().padStart(2, '0')
  const text = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}`
  return `"${seconds % 60n === 0n ? text : `${text}:${two(seconds % 60n)}`}"`
}

/** enum datatypes of nft (its include/datatype.h): what NFTA_SET_KEY_TYPE and NFTA_SET_DATA_TYPE hold. */
const numbered: readonly (NftType | undefined)[] = [
  undefined,
  types.verdict,
  types.nfproto,
  undefined,
  types.integer,
  types.string,
  types.lladdr,
  types.ipv4,
  types.ipv6,
  types.ether,
  types.etherType,
  types.arpOperation,
  types.protocol,
  types.port,
  types.icmpType,
  types.tcpFlags,
  types.dccpType,
  types.mhType,
  types.time,
  types.mark,
  types.interfaceIndex,
  types.deviceType,
  types.realm,
  types.classid,
  types.uid,
  types.gid,
  types.ctState,
  types.ctDirection,
  types.ctStatus,
  types.icmpv6Type,
  types.ctLabel,
  types.packetType,
  types.icmpCode,
  types.icmpv6Code,
  types.icmpxCode,
  types.deviceGroup,
  types.dscp,
  types.ecn,
  types.fibType,
  types.boolean,
  types.ctEvent,
  types.ifname,
  types.igmpType,
  types.timeDate,
  types.timeHour,
  types.timeDay,
  types.cgroupv2,
]

const TYPE_BITS = 6
const TYPE_MASK = (1 << TYPE_BITS) - 1

/** The types of a set's key: several for a concatenation, six bits each, the first field highest. */
export function typesOf(code: number): NftType[] {
  const found: NftType[] = []
  for (let rest = code; rest > 0; rest = Math.floor(rest / (1 << TYPE_BITS))) {
    found.unshift(numbered[rest & TYPE_MASK] ?? types.raw)
  }
  return found
}

/** The number that bytes in a register stand for. */
export function numberOf(hex: string, order: NftType['order']): bigint {
  if (hex === '') return 0n
  if (order === 'network') return BigInt(`0x${hex}`)
  return BigInt(`0x${(hex.match(/../g) ?? []).toReversed().join('')}`)
}

/** One value as nft prints it. `order` differs from the type's own where a rule has converted it. */
export function valueText(type: NftType, hex: string, order: NftType['order'] = type.order): string {
  if (type.bytesText) return type.bytesText(hex)
  return type.number!(numberOf(hex, order))
}
