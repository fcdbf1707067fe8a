import type { NetfilterRule } from '../../snapshot/index.ts'
import { parseIp } from '../../util/prefix.ts'
import { all, any, invertIf, known, type Maybe } from '../maybe.ts'
import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Packet,
} from '../packet.ts'
import { matchAddressType } from './addrtype.ts'
import { matchBpf } from './bpf.ts'
import { matchConnmark, matchConntrack, matchState } from './conntrack-match.ts'
import { matchIpvs } from './ipvs-match.ts'
import { matchPhysdev } from './physdev.ts'
import type { Place } from './place.ts'
import { matchPolicy } from './policy-match.ts'
import { matchRpfilter } from './rpfilter.ts'
import { matchU32 } from './u32.ts'

type Match = NetfilterRule['matches'][number]
type Named<Name extends Match['name']> = Extract<Match, { readonly name: Name }>
type Range = { readonly first: number; readonly last: number }
type RangeTest = Range & { readonly invert: boolean }

/**
 * Whether a match of xtables fits the packet. What depends on more than a snapshot holds (the clock, counters, chance,
 * sets, the sending process) is not known.
 */
export function matchExtension(match: Match, packet: Packet, place: Place): Maybe {
  switch (match.name) {
    case 'comment':
      return true
    case 'tcp':
      return matchTcp(match, packet)
    case 'udp':
      return matchPorts(match, packet, IPPROTO_UDP)
    case 'sctp':
      return all([matchPorts(match, packet, IPPROTO_SCTP), match.chunks ? undefined : true])
    case 'multiport':
      return matchMultiport(match, packet)
    case 'icmp':
      return matchIcmp(match, packet, IPPROTO_ICMP)
    case 'icmp6':
      return matchIcmp(match, packet, IPPROTO_ICMPV6)
    case 'mark':
      return invertIf(
        known(packet.mark, mark => (mark & match.mask) >>> 0 === match.mark),
        match.invert,
      )
    case 'connmark':
      return matchConnmark(match, packet)
    case 'conntrack':
      return matchConntrack(match, packet)
    case 'state':
      return matchState(match, packet)
    case 'addrtype':
      return matchAddressType(match, packet, place)
    case 'iprange':
      return matchIprange(match, packet)
    case 'ttl':
    case 'hl':
      return known(packet.ttl, ttl => compare(match.comparison, ttl, match.value))
    case 'tos':
      return invertIf(
        known(packet.tos, tos => (tos & match.mask) === match.value),
        match.invert,
      )
    case 'dscp':
      return invertIf(
        known(packet.tos, tos => tos >> 2 === match.dscp),
        match.invert,
      )
    case 'length':
      return matchLength(match, packet)
    case 'pkttype':
      return invertIf(matchPacketType(match, packet, place), match.invert)
    case 'mac':
      return matchMac(match, packet)
    case 'physdev':
      return matchPhysdev(match, packet)
    case 'ipvs':
      return matchIpvs(match, packet)
    case 'rpfilter':
      return matchRpfilter(match, packet, place)
    case 'policy':
      return matchPolicy(match, packet, place)
    case 'u32':
      return matchU32(match, packet)
    case 'bpf':
      return matchBpf(match, packet)
    case 'statistic':
      return matchStatistic(match)
    case 'owner':
      // Forwarded packets have no socket: every test of it fails, inverted ones as well (owner_mt of xt_owner.c).
      return packet.inDevice === null ? undefined : ownerOfForwarded(match)
    default:
      return undefined
  }
}

/** xt_owner without a socket: true only when no test is left un-inverted. */
function ownerOfForwarded({ socketExists, uid, gid }: Named<'owner'>): boolean {
  return [socketExists, uid, gid].every(test => test === undefined || test.invert)
}

function matchTcp(match: Named<'tcp'>, packet: Packet): Maybe {
  const tests = [matchPorts(match, packet, IPPROTO_TCP)]
  if (match.option) tests.push(undefined)
  if (match.flags) {
    const { mask, set, invert } = match.flags
    const flags = packet.tcpFlags
    tests.push(typeof flags === 'number' ? ((flags & bitsOf(mask)) === bitsOf(set)) !== invert : undefined)
  }
  return all(tests)
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
const bitsOf = (names: readonly string[]) =>
  names.reduce((bits, name) => bits | (1 << flagNames.indexOf(name)), 0)

type PortTests = { readonly sourcePorts?: RangeTest; readonly destinationPorts?: RangeTest }

/** A further fragment has no ports, and never fits (tcp_mt of xt_tcpudp.c). */
function matchPorts({ sourcePorts, destinationPorts }: PortTests, packet: Packet, protocol: number): Maybe {
  if (packet.protocol !== undefined && packet.protocol !== protocol) return false
  return all([
    packet.isFragment !== true,
    sourcePorts ? inRange(packet.sourcePort, sourcePorts) : true,
    destinationPorts ? inRange(packet.destinationPort, destinationPorts) : true,
  ])
}

function inRange(value: number | null | undefined, { first, last, invert }: RangeTest): Maybe {
  if (value === null) return false
  // Every port is in: no need to know it.
  if (first === 0 && last === 0xffff) return !invert
  return invertIf(
    known(value, port => port >= first && port <= last),
    invert,
  )
}

function matchMultiport({ side, ports, invert }: Named<'multiport'>, packet: Packet): Maybe {
  if (packet.isFragment === true) return false
  const test = (port: number | null | undefined): Maybe =>
    port === null
      ? false
      : known(port, value => ports.some(({ first, last }) => value >= first && value <= last))
  const source = side === 'destination' ? false : test(packet.sourcePort)
  const destination = side === 'source' ? false : test(packet.destinationPort)
  return invertIf(any([source, destination]), invert)
}

const ANY_TYPE = 255

/** icmp_match of ip_tables.c, icmp6_match of ip6_tables.c: 255 is any type for IPv4 alone. */
function matchIcmp(
  { name, type, codes, invert }: Named<'icmp' | 'icmp6'>,
  packet: Packet,
  protocol: number,
): Maybe {
  if (packet.protocol !== undefined && packet.protocol !== protocol) return false
  if (name === 'icmp' && type === ANY_TYPE) return !invert
  const { icmpType, icmpCode } = packet
  const fits = all([
    icmpType === null ? false : known(icmpType, value => value === type),
    codes.first === 0 && codes.last === 255
      ? true
      : icmpCode === null
        ? false
        : known(icmpCode, value => value >= codes.first && value <= codes.last),
  ])
  return invertIf(fits, invert)
}

function matchIprange({ source, destination }: Named<'iprange'>, packet: Packet): Maybe {
  const test = (range: typeof source, address: string | undefined): Maybe => {
    if (!range) return true
    const first = parseIp(range.first)
    const last = parseIp(range.last)
    const ip = address === undefined ? undefined : parseIp(address)
    if (!first || !last || !ip) return undefined
    return (ip.value >= first.value && ip.value <= last.value) !== range.invert
  }
  return all([test(source, packet.source), test(destination, packet.destination)])
}

function compare(comparison: 'eq' | 'ne' | 'lt' | 'gt', actual: number, wanted: number): boolean {
  switch (comparison) {
    case 'eq':
      return actual === wanted
    case 'ne':
      return actual !== wanted
    case 'lt':
      return actual < wanted
    case 'gt':
      return actual > wanted
  }
}

/** IPv4 compares the whole packet, IPv6 its payload and the header (xt_length.c). */
function matchLength({ length }: Named<'length'>, packet: Packet): Maybe {
  return invertIf(
    known(packet.length, bytes => bytes >= length.first && bytes <= length.last),
    length.invert,
  )
}

/** What was sent here and is looped back is told by its address (pkttype_mt of xt_pkttype.c). */
function matchPacketType({ type }: Named<'pkttype'>, packet: Packet, { view }: Place): Maybe {
  const device = packet.inDevice === null ? undefined : view.link(packet.inDevice)
  if (packet.inDevice !== null && !device?.flags.includes('LOOPBACK')) return packet.packetType === type
  const ip = packet.destination === undefined ? undefined : parseIp(packet.destination)
  if (!ip) return undefined
  const isMulticast = ip.bits === 32 ? ip.value >> 28n === 14n : ip.value >> 120n === 255n
  // ip_local_out and the loopback leave what they send as PACKET_HOST.
  return packet.inDevice === null && isMulticast ? undefined : packet.packetType === type
}

/** Packets without an Ethernet header never fit (mac_mt of xt_mac.c). */
function matchMac({ source, invert }: Named<'mac'>, packet: Packet): Maybe {
  if (packet.sourceMac === null) return false
  return invertIf(
    known(packet.sourceMac, mac => mac.toLowerCase() === source.toLowerCase()),
    invert,
  )
}

/** Chances are parts of 2^31. */
const CERTAIN = 0x8000_0000

/** Chance and counting are not known, unless the odds are certain. */
function matchStatistic({ probability, nth, invert }: Named<'statistic'>): Maybe {
  if (nth?.every === 1) return !invert
  if (probability === CERTAIN) return !invert
  if (probability === 0) return invert
  return undefined
}
