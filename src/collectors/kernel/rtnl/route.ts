import {
  Attributes,
  type ByteReader,
  DecodeError,
  type Message,
  messageAttributes,
  type Transport,
} from 'netlink-codec'
import type { Nexthop, Route } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import {
  addressOf,
  addressText,
  familyName,
  inetFamily,
  type InterfaceNames,
  interfaceName,
  dsfieldName,
  protocolName,
  realmName,
  routeTypeName,
  scopeName,
  tableName,
} from './names.ts'
import { routeMetrics } from './route-metrics.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h */
const RTM_NEWROUTE = 24
const RTM_GETROUTE = 26
/** struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type u8 each, flags u32. */
const RTMSG_LENGTH = 12
const RTA_DST = 1
const RTA_SRC = 2
const RTA_IIF = 3
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PRIORITY = 6
const RTA_PREFSRC = 7
const RTA_METRICS = 8
const RTA_MULTIPATH = 9
const RTA_FLOW = 11
const RTA_CACHEINFO = 12
const RTA_TABLE = 15
const RTA_MARK = 16
const RTA_VIA = 18
const RTA_NEWDST = 19
const RTA_PREF = 20
const RTA_ENCAP_TYPE = 21
const RTA_ENCAP = 22
const RTA_PAD = 24
const RTA_UID = 25
const RTA_TTL_PROPAGATE = 26
const RTA_NH_ID = 30

/** RTA_ENCAP stays among the unknown: its kind is named, its parameters are not decoded. */
const known = new Set([
  RTA_DST,
  RTA_SRC,
  RTA_IIF,
  RTA_OIF,
  RTA_GATEWAY,
  RTA_PRIORITY,
  RTA_PREFSRC,
  RTA_METRICS,
  RTA_MULTIPATH,
  RTA_FLOW,
  RTA_CACHEINFO,
  RTA_TABLE,
  RTA_MARK,
  RTA_VIA,
  RTA_NEWDST,
  RTA_PREF,
  RTA_ENCAP_TYPE,
  RTA_PAD,
  RTA_UID,
  RTA_TTL_PROPAGATE,
  RTA_NH_ID,
])

const RTN_MULTICAST = 5
/** A cached copy of a route (a path MTU, a redirect), not a route that somebody set. */
const RTM_F_CLONED = 0x200
/** Multicast routing keeps its cache in families of its own. */
const RTNL_FAMILY_IPMR = 128
const RTNL_FAMILY_IP6MR = 129
/** USER_HZ, in which the kernel gives times to programs, is 100 on every architecture that is left. */
const USER_HZ = 100

/** RTNH_F_* and RTM_F_* share one namespace of bits; in iproute2's order. */
const flagNames = [
  [0x01, 'dead'],
  [0x04, 'onlink'],
  [0x02, 'pervasive'],
  [0x08, 'offload'],
  [0x40, 'trap'],
  [0x100, 'notify'],
  [0x10, 'linkdown'],
  [0x20, 'unresolved'],
  [0x4000, 'rt_offload'],
  [0x8000, 'rt_trap'],
  [0x2000_0000, 'rt_offload_failed'],
] as const

/** LWTUNNEL_ENCAP_* (linux/lwtunnel.h). */
const encapNames = ['none', 'mpls', 'ip', 'ila', 'ip6', 'seg6', 'bpf', 'seg6local', 'rpl', 'ioam6', 'xfrm']

const preferences: Readonly<Record<number, string>> = { 0: 'medium', 1: 'high', 3: 'low' }

/** AF_UNSPEC: one dump for all families (rtnl_dump_all). */
const request = dumpRequest(RTM_GETROUTE, writer => writer.zeros(RTMSG_LENGTH))

/** The routes of all tables and both families, as `ip -j -d route show table all` prints them. */
export function readRoutes(transport: Transport, names: InterfaceNames): Dump<Route> {
  return dump(transport, 'dump routes', request, message => decodeRoute(message, names))
}

/**
 * Undefined for a cached copy of a route.
 *
 * @throws DecodeError also for a route of a family that the snapshot has no word for (MPLS)
 */
export function decodeRoute(message: Message, names: InterfaceNames): Route | undefined {
  if (message.type !== RTM_NEWROUTE) return undefined
  const attributes = messageAttributes(message, RTMSG_LENGTH)
  const { reader, start } = message
  const flags = reader.u32(start + 8)
  if ((flags & RTM_F_CLONED) !== 0) return undefined
  const type = reader.u8(start + 7)
  const family = routeFamily(reader.u8(start), type, start)

  const row: Route = {
    family,
    type: routeTypeName(type),
    dst: prefix(attributes, RTA_DST, reader.u8(start + 1), family) ?? 'default',
    protocol: protocolName(reader.u8(start + 5)),
    scope: scopeName(reader.u8(start + 6)),
    flags: flagWords(flags),
  }
  const from = prefix(attributes, RTA_SRC, reader.u8(start + 2), family)
  if (from !== undefined) row.from = from
  const nexthopId = attributes.u32(RTA_NH_ID)
  if (nexthopId !== undefined) row.nhid = nexthopId
  const tos = reader.u8(start + 3)
  if (tos !== 0) row.tos = dsfieldName(tos)
  readWay(row, attributes)
  const outgoing = attributes.u32(RTA_OIF)
  if (outgoing !== undefined) row.dev = interfaceName(names, outgoing)
  const table = attributes.u32(RTA_TABLE) ?? reader.u8(start + 4)
  if (table !== 0) row.table = tableName(table)
  const source = addressOf(attributes, RTA_PREFSRC)
  if (source !== undefined) row.prefsrc = source
  const metric = attributes.u32(RTA_PRIORITY)
  if (metric !== undefined) row.metric = metric
  const mark = attributes.u32(RTA_MARK) ?? 0
  if (mark !== 0) row.mark = mark
  const uid = attributes.u32(RTA_UID)
  if (uid !== undefined) row.uid = uid
  readCacheInfo(row, attributes)
  const metrics = attributes.nested(RTA_METRICS)
  if (metrics) row.metrics = [routeMetrics(metrics)]
  const incoming = attributes.u32(RTA_IIF)
  if (incoming !== undefined) row.iif = interfaceName(names, incoming)
  const preference = attributes.u8(RTA_PREF)
  if (preference !== undefined) row.pref = preferences[preference] ?? String(preference)
  const propagate = attributes.u8(RTA_TTL_PROPAGATE)
  if (propagate !== undefined) row['ttl-propogate'] = propagate !== 0
  const multipath = attributes.offset(RTA_MULTIPATH)
  if (multipath !== undefined) {
    row.nexthops = decodeNexthops(reader, multipath, multipath + attributes.length(RTA_MULTIPATH)!, names)
  }
  const unknown = attributes.unknown(known)
  if (unknown.length > 0) row.unknown = unknown
  return row
}

function routeFamily(family: number, type: number, at: number): 'inet' | 'inet6' {
  const name = inetFamily(family)
  if (name) return name
  if (type === RTN_MULTICAST && family === RTNL_FAMILY_IPMR) return 'inet'
  if (type === RTN_MULTICAST && family === RTNL_FAMILY_IP6MR) return 'inet6'
  throw new DecodeError(`a route of address family ${family}, which is not shown`, at)
}

/** What a route and each of its nexthops have in common. */
function readWay(row: Route | Nexthop, attributes: Attributes): void {
  const newDestination = addressOf(attributes, RTA_NEWDST)
  if (newDestination !== undefined) row.to = newDestination
  if (attributes.has(RTA_ENCAP)) {
    const kind = attributes.u16(RTA_ENCAP_TYPE) ?? 0
    row.encap = encapNames[kind] ?? 'unknown'
  }
  const gateway = addressOf(attributes, RTA_GATEWAY)
  if (gateway !== undefined) row.gateway = gateway
  // struct rtvia: family u16, then the address.
  const via = attributes.struct(RTA_VIA, 2)
  if (via !== undefined) {
    const host = addressText(attributes.reader, via + 2, attributes.length(RTA_VIA)! - 2)
    row.via = { family: familyName(attributes.reader.u16(via)), host }
  }
  const realms = attributes.u32(RTA_FLOW)
  if (realms !== undefined) {
    row.flow = { to: realmName(realms & 0xffff) }
    if (realms >>> 16 !== 0) row.flow.from = realmName(realms >>> 16)
  }
}

/** struct rta_cacheinfo: clntref u32, lastuse u32, expires s32, error u32, used u32, id u32, ts u32, tsage u32. */
function readCacheInfo(row: Route, attributes: Attributes): void {
  const at = attributes.struct(RTA_CACHEINFO, 16)
  if (at === undefined) return
  const expires = attributes.reader.s32(at + 8)
  if (expires !== 0) row.expires = Math.trunc(expires / USER_HZ)
  const error = attributes.reader.u32(at + 12)
  if (error !== 0) row.error = error
}

/** struct rtnexthop: length u16, flags u8, hops u8, ifindex s32, then attributes. */
function decodeNexthops(reader: ByteReader, start: number, end: number, names: InterfaceNames): Nexthop[] {
  const nexthops: Nexthop[] = []
  let at = start
  while (end - at >= 8) {
    const length = reader.u16(at)
    if (length < 8 || at + length > end) {
      throw new DecodeError(`nexthop length ${length} does not fit in ${end - at} bytes`, at)
    }
    const attributes = new Attributes(reader, at + 8, at + length)
    const row: Nexthop = {
      dev: interfaceName(names, reader.u32(at + 4)),
      weight: reader.u8(at + 3) + 1,
      flags: flagWords(reader.u8(at + 2)),
    }
    readWay(row, attributes)
    const unknown = attributes.unknown(known)
    if (unknown.length > 0) row.unknown = unknown
    nexthops.push(row)
    at += (length + 3) & ~3
  }
  return nexthops
}

function flagWords(flags: number): string[] {
  const words: string[] = []
  if (flags === 0) return words
  for (const [bit, word] of flagNames) if ((flags & bit) !== 0) words.push(word)
  return words
}

/** `10.0.0.0/8`, a whole address without its length, `0/8` for a length without an address; undefined for neither. */
function prefix(
  attributes: Attributes,
  type: number,
  length: number,
  family: 'inet' | 'inet6',
): string | undefined {
  const text = addressOf(attributes, type)
  if (text === undefined) return length === 0 ? undefined : `0/${length}`
  return length === (family === 'inet' ? 32 : 128) ? text : `${text}/${length}`
}
