import { formatIp, isMulticast, parseIp } from '../../../util/prefix.ts'
import { type ConnectionInfo, type Tuple, zoneIdOf } from '../../connection.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6, type Packet, type Zone } from '../../packet.ts'
import { addressType } from '../../routing/fib.ts'
import { lookUpRoute, type RouteQuery } from '../../routing/lookup.ts'
import type { Place } from '../place.ts'
import {
  addressBytes,
  type Bytes,
  hostNumber,
  nameBytes,
  networkHeader,
  networkNumber,
  slice,
  transportHeader,
  unknownBytes,
} from './bytes.ts'
import type { Ct, Fib, Meta, Payload } from './expression.ts'

/** Bytes for a register; null breaks the rule off, as where there is no such thing (NFT_BREAK). */
export type LoadResult = Bytes | null

const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const NFPROTO_IPV4 = 2
const NFPROTO_IPV6 = 10
const packetTypes = { unicast: 0, broadcast: 1, multicast: 2 } as const

/** nft_meta_get_eval. */
export function loadMeta({ key }: Meta, packet: Packet, { view }: Place): LoadResult {
  const isIpv4 = packet.family === 'inet'
  switch (key) {
    case 'protocol':
      return networkNumber(isIpv4 ? ETH_P_IP : ETH_P_IPV6, 2)
    case 'nfproto':
      return [isIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6]
    case 'l4proto':
      return [packet.protocol]
    case 'mark':
      return hostNumber(packet.mark)
    case 'length':
      return hostNumber(packet.length)
    case 'iifname':
      return nameBytes(packet.inDevice)
    case 'oifname':
      return nameBytes(packet.outDevice)
    case 'iif':
      return hostNumber(packet.inDevice === null ? 0 : view.link(packet.inDevice)?.ifindex)
    case 'oif':
      return hostNumber(packet.outDevice === null ? 0 : view.link(packet.outDevice)?.ifindex)
    case 'pkttype':
      return packet.inDevice === null || packet.inDevice === 'lo'
        ? unknownBytes(1)
        : [packetTypes[packet.packetType]]
    case 'secpath':
      return [packet.secpath.length > 0 ? 1 : 0]
    case 'skuid':
    case 'skgid':
    case 'cgroup':
      // What is forwarded has no socket.
      return packet.inDevice !== null && packet.outDevice !== null ? null : unknownBytes(4)
    default:
      return unknownBytes(16)
  }
}

/** nft_payload_eval. */
export function loadPayload({ base, offset, length }: Payload, packet: Packet): LoadResult {
  if (base === 'network') return slice(networkHeader(packet), offset, length)
  if (base === 'transport') {
    const header = transportHeader(packet)
    return header && slice(header, offset, length)
  }
  return unknownBytes(length)
}

/** NF_CT_STATE_* (linux/netfilter/nf_conntrack_common.h). */
const stateBits: Readonly<Record<Exclude<ConnectionInfo, 'unknown'>, number>> = {
  none: 1,
  invalid: 1,
  established: 2,
  'established-reply': 2,
  related: 4,
  new: 8,
  untracked: 64,
}

/** nft_ct_get_eval: without a connection only its state can be asked for. */
export function loadCt({ key, direction }: Ct, packet: Packet): LoadResult {
  const { connection, connectionInfo } = packet
  if (connectionInfo === 'unknown') return unknownBytes(16)
  if (key === 'state') return hostNumber(stateBits[connectionInfo])
  if (!connection) return null
  const isReply = connectionInfo === 'established-reply'
  switch (key) {
    case 'direction':
      return [isReply ? 1 : 0]
    case 'mark':
      return hostNumber(connection.mark)
    case 'status':
      return statusBytes(packet)
    case 'l3proto':
      return [packet.family === 'inet' ? NFPROTO_IPV4 : NFPROTO_IPV6]
    case 'protocol':
      return [connection.protocol]
    case 'zone':
      return hostNumber(zoneOf(connection.zone, direction), 2)
    default:
      return loadTuple(key, direction === 'reply' ? connection.reply : connection.original, packet)
  }
}

function zoneOf(zone: Zone | null, direction: string | undefined): number | undefined {
  return direction === 'original' || direction === 'reply' ? zoneIdOf(zone, direction) : zone ? zone.id : 0
}

/** IPS_*: SEEN_REPLY 2, CONFIRMED 8, SRC_NAT 16, DST_NAT 32, and both DONE bits. ASSURED is not known once there was an answer. */
function statusBytes({ connection, connectionInfo }: Packet): Bytes {
  if (!connection) return unknownBytes(4)
  if (connection.hasSeenReply || connectionInfo === 'established-reply') return unknownBytes(4)
  const bits =
    (connection.isConfirmed ? 8 : 0) |
    (connection.isSourceNat ? 16 : 0) |
    (connection.isDestinationNat ? 32 : 0) |
    (connection.isSourceDone ? 128 : 0) |
    (connection.isDestinationDone ? 256 : 0)
  return hostNumber(bits)
}

function loadTuple(key: string, tuple: Tuple, packet: Packet): LoadResult {
  const isIcmp = packet.protocol === IPPROTO_ICMP || packet.protocol === IPPROTO_ICMPV6
  switch (key) {
    case 'saddr':
      return addressBytes(tuple.source, packet.family === 'inet' ? 4 : 16)
    case 'daddr':
      return addressBytes(tuple.destination, packet.family === 'inet' ? 4 : 16)
    case 'ip saddr':
      return packet.family === 'inet' ? addressBytes(tuple.source, 4) : null
    case 'ip daddr':
      return packet.family === 'inet' ? addressBytes(tuple.destination, 4) : null
    case 'ip6 saddr':
      return packet.family === 'inet6' ? addressBytes(tuple.source, 16) : null
    case 'ip6 daddr':
      return packet.family === 'inet6' ? addressBytes(tuple.destination, 16) : null
    case 'proto-src':
      return isIcmp ? unknownBytes(2) : networkNumber(tuple.sourcePort, 2)
    case 'proto-dst':
      return isIcmp ? unknownBytes(2) : networkNumber(tuple.destinationPort, 2)
    default:
      return unknownBytes(16)
  }
}

/** RTN_* (linux/rtnetlink.h). */
const routeTypes = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
]

/** nft_fib4_eval, nft_fib4_eval_type; IPv6 is asked the same way. */
export function loadFib({ result, flags }: Fib, packet: Packet, { view, hook }: Place): LoadResult {
  if (view.missing('rtnl.routes') !== undefined) return unknownBytes(16)
  const isSource = flags.includes('saddr')
  const wanted = isSource ? packet.source : packet.destination
  const other = isSource ? packet.destination : packet.source
  const ip = wanted === undefined ? undefined : parseIp(wanted)
  const from = other === undefined ? undefined : parseIp(other)
  const device = flags.includes('iif') ? packet.inDevice : flags.includes('oif') ? packet.outDevice : null
  if (!ip) return unknownBytes(16)
  if (result === 'type') {
    if (packet.family === 'inet6') {
      const mark = flags.includes('mark') ? packet.mark : 0
      return ipv6Type(view, { destination: ip, source: from ?? null, mark, tos: packet.tos }, device)
    }
    const type = addressType(view.fib(packet.family), ip, device ?? undefined)
    return hostNumber(Math.max(0, routeTypes.indexOf(type)))
  }
  if (hook === 'PREROUTING' && packet.inDevice === 'lo')
    return foundDevice(result, flags, packet.inDevice, view)
  const answer = lookUpRoute(view, {
    destination: ip,
    source: from ?? null,
    iif: 'lo',
    oif: null,
    mark: flags.includes('mark') ? packet.mark : 0,
    tos: packet.tos,
    protocol: undefined,
    sourcePort: undefined,
    destinationPort: undefined,
  })
  if (answer.kind === 'unknown') return unknownBytes(16)
  if (answer.kind === 'none' || answer.type !== 'unicast') return foundDevice(result, flags, null, view)
  if (device === null) return foundDevice(result, flags, answer.ways[0]!.dev, view)
  return foundDevice(result, flags, answer.ways.some(way => way.dev === device) ? device : null, view)
}

/**
 * __nft_fib6_eval_type: of what routing finds, only what is refused, local or anycast is told. Rules of policy routing see the other
 * address and the traffic class, too (nft_fib6_flowi_init).
 */
function ipv6Type(
  view: Place['view'],
  asked: Pick<RouteQuery, 'destination' | 'source' | 'mark' | 'tos'>,
  device: string | null,
): Bytes {
  const { destination: ip } = asked
  const isOnDevice = view.addressRows(formatIp(ip)).some(row => row.ifname === device)
  const answer = lookUpRoute(view, {
    ...asked,
    iif: 'lo',
    oif: null,
    protocol: undefined,
    sourcePort: undefined,
    destinationPort: undefined,
  })
  if (answer.kind === 'unknown') return unknownBytes(4)
  const told =
    answer.kind === 'none'
      ? routeTypes.includes(answer.type)
        ? answer.type
        : 'unreachable'
      : answer.type === 'anycast' || (answer.type === 'local' && device === null)
        ? answer.type
        : isOnDevice
          ? 'local'
          : isMulticast(ip)
            ? 'multicast'
            : ip.value === 0n
              ? 'unspec'
              : 'unicast'
  return hostNumber(Math.max(0, routeTypes.indexOf(told)))
}

function foundDevice(
  result: string,
  flags: readonly string[],
  device: string | null,
  view: Place['view'],
): Bytes {
  if (flags.includes('present')) return hostNumber(device === null ? 0 : 1)
  if (result === 'oifname') return nameBytes(device)
  return hostNumber(device === null ? 0 : view.link(device)?.ifindex)
}
