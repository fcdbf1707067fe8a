import { type Attributes, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { PolicyRule } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import {
  addressOf,
  dsfieldName,
  groupName,
  hexName,
  inetFamily,
  ipProtocolName,
  protocolName,
  realmName,
  routeTypeName,
  tableName,
} from './names.ts'
import { shareRows } from '../shared-rows.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h, linux/fib_rules.h */
const RTM_NEWRULE = 32
const RTM_GETRULE = 34
/** struct fib_rule_hdr: family, dst_len, src_len, tos, table, res1, res2, action u8 each, flags u32. */
const FIB_RULE_HDR_LENGTH = 12
const FRA_DST = 1
const FRA_SRC = 2
const FRA_IIFNAME = 3
const FRA_GOTO = 4
const FRA_PRIORITY = 6
const FRA_FWMARK = 10
const FRA_FLOW = 11
const FRA_TUN_ID = 12
const FRA_SUPPRESS_IFGROUP = 13
const FRA_SUPPRESS_PREFIXLEN = 14
const FRA_TABLE = 15
const FRA_FWMASK = 16
const FRA_OIFNAME = 17
const FRA_PAD = 18
const FRA_L3MDEV = 19
const FRA_UID_RANGE = 20
const FRA_PROTOCOL = 21
const FRA_IP_PROTO = 22
const FRA_SPORT_RANGE = 23
const FRA_DPORT_RANGE = 24
/** Since Linux 6.15; iproute2 prints them since then. */
const FRA_SPORT_MASK = 28
const FRA_DPORT_MASK = 29

const known = new Set([
  FRA_DST,
  FRA_SRC,
  FRA_IIFNAME,
  FRA_GOTO,
  FRA_PRIORITY,
  FRA_FWMARK,
  FRA_FLOW,
  FRA_TUN_ID,
  FRA_SUPPRESS_IFGROUP,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  FRA_FWMASK,
  FRA_OIFNAME,
  FRA_PAD,
  FRA_L3MDEV,
  FRA_UID_RANGE,
  FRA_PROTOCOL,
  FRA_IP_PROTO,
  FRA_SPORT_RANGE,
  FRA_DPORT_RANGE,
  FRA_SPORT_MASK,
  FRA_DPORT_MASK,
])

const FIB_RULE_INVERT = 0x02
const FIB_RULE_UNRESOLVED = 0x04
const FIB_RULE_IIF_DETACHED = 0x08
const FIB_RULE_OIF_DETACHED = 0x10

const FR_ACT_TO_TBL = 1
const FR_ACT_GOTO = 2
const FR_ACT_NOP = 3

const RTPROT_KERNEL = 2
const WHOLE_PORT = 0xffff
const ALL_ONES = 0xffff_ffff

/** AF_UNSPEC: the rules of all families in one dump (fib_nl_dumprule). */
const request = dumpRequest(RTM_GETRULE, writer => writer.zeros(FIB_RULE_HDR_LENGTH))

/** The header is all of what a rule says beside its attributes. */
const sharedRule = shareRows(decodeRule, 0)

/** The policy database of both families in order of priority, as `ip -j rule` and `ip -6 -j rule` print it. */
export function readRules(transport: Transport): Dump<PolicyRule> {
  return dump(transport, 'dump policy rules', request, sharedRule)
}

/** Undefined for the rules of multicast routing, which `ip rule` does not show either. */
export function decodeRule(message: Message): PolicyRule | undefined {
  if (message.type !== RTM_NEWRULE) return undefined
  const attributes = messageAttributes(message, FIB_RULE_HDR_LENGTH)
  const { reader, start } = message
  const family = inetFamily(reader.u8(start))
  if (family === undefined) return undefined
  const flags = reader.u32(start + 8)

  const row: PolicyRule = { family, priority: attributes.u32(FRA_PRIORITY) ?? 0, src: 'all' }
  if ((flags & FIB_RULE_INVERT) !== 0) row.not = null
  readPrefixes(row, attributes, reader.u8(start + 2), reader.u8(start + 1))
  const tos = reader.u8(start + 3)
  if (tos !== 0) row.tos = dsfieldName(tos)
  readMark(row, attributes)
  const iif = attributes.text(FRA_IIFNAME)
  if (iif !== undefined) {
    row.iif = iif
    if ((flags & FIB_RULE_IIF_DETACHED) !== 0) row.iif_detached = null
  }
  const oif = attributes.text(FRA_OIFNAME)
  if (oif !== undefined) {
    row.oif = oif
    if ((flags & FIB_RULE_OIF_DETACHED) !== 0) row.oif_detached = null
  }
  if ((attributes.u8(FRA_L3MDEV) ?? 0) !== 0) row.l3mdev = null
  readFlowSelectors(row, attributes)
  readTable(row, attributes, attributes.u32(FRA_TABLE) ?? reader.u8(start + 4))
  const realms = attributes.u32(FRA_FLOW)
  if (realms !== undefined) {
    if (realms >>> 16 !== 0) row.flow_from = realmName(realms >>> 16)
    row.flow_to = realmName(realms & 0xffff)
  }
  readAction(row, attributes, reader.u8(start + 7), flags)
  const protocol = attributes.u8(FRA_PROTOCOL) ?? 0
  if (protocol !== 0 && protocol !== RTPROT_KERNEL) row.protocol = protocolName(protocol)
  const unknown = attributes.unknown(known)
  if (unknown.length > 0) row.unknown = unknown
  return row
}

function readPrefixes(row: PolicyRule, attributes: Attributes, srcLength: number, dstLength: number): void {
  const whole = row.family === 'inet' ? 32 : 128
  row.src = addressOf(attributes, FRA_SRC) ?? (srcLength === 0 ? 'all' : '0')
  if (row.src !== 'all' && srcLength !== whole) row.srclen = srcLength
  const dst = addressOf(attributes, FRA_DST) ?? (dstLength === 0 ? undefined : '0')
  if (dst === undefined) return
  row.dst = dst
  if (dstLength !== whole) row.dstlen = dstLength
}

function readMark(row: PolicyRule, attributes: Attributes): void {
  const mark = attributes.u32(FRA_FWMARK)
  const mask = attributes.u32(FRA_FWMASK)
  if (mark === undefined && mask === undefined) return
  row.fwmark = hexName(mark ?? 0)
  if (mask !== undefined && mask !== ALL_ONES) row.fwmask = hexName(mask)
}

/** What a rule asks of the packet's socket and transport header. */
function readFlowSelectors(row: PolicyRule, attributes: Attributes): void {
  const { reader } = attributes
  // struct fib_rule_uid_range: start u32, end u32; struct fib_rule_port_range: start u16, end u16.
  const uids = attributes.struct(FRA_UID_RANGE, 8)
  if (uids !== undefined) {
    row.uid_start = reader.u32(uids)
    row.uid_end = reader.u32(uids + 4)
  }
  const protocol = attributes.u8(FRA_IP_PROTO)
  if (protocol !== undefined) row.ipproto = ipProtocolName(protocol)
  readPorts(row, attributes, 'sport', FRA_SPORT_RANGE, FRA_SPORT_MASK)
  readPorts(row, attributes, 'dport', FRA_DPORT_RANGE, FRA_DPORT_MASK)
  const tunnel = attributes.be64(FRA_TUN_ID)
  if (tunnel !== undefined) row.tun_id = tunnel
}

function readPorts(
  row: PolicyRule,
  attributes: Attributes,
  side: 'sport' | 'dport',
  rangeType: number,
  maskType: number,
): void {
  const range = attributes.struct(rangeType, 4)
  if (range === undefined) return
  const first = attributes.reader.u16(range)
  const last = attributes.reader.u16(range + 2)
  if (first !== last) {
    row[`${side}_start`] = first
    row[`${side}_end`] = last
    return
  }
  row[side] = first
  const mask = attributes.u16(maskType) ?? WHOLE_PORT
  if (mask !== WHOLE_PORT) row[`${side}_mask`] = hexName(mask)
}

function readTable(row: PolicyRule, attributes: Attributes, table: number): void {
  if (table === 0) return
  row.table = tableName(table)
  // All ones: nothing is suppressed.
  const length = attributes.u32(FRA_SUPPRESS_PREFIXLEN) ?? ALL_ONES
  if (length !== ALL_ONES) row.suppress_prefixlen = length
  const group = attributes.u32(FRA_SUPPRESS_IFGROUP) ?? ALL_ONES
  if (group !== ALL_ONES) row.suppress_ifgroup = groupName(group)
}

function readAction(row: PolicyRule, attributes: Attributes, action: number, flags: number): void {
  switch (action) {
    case FR_ACT_TO_TBL:
      return
    case FR_ACT_GOTO:
      row.goto = attributes.u32(FRA_GOTO) ?? 'none'
      if ((flags & FIB_RULE_UNRESOLVED) !== 0) row.unresolved = null
      return
    case FR_ACT_NOP:
      row.nop = null
      return
    default:
      // The numbers of the other actions are those of route types: 6 blackhole, 7 unreachable, 8 prohibit.
      row.action = routeTypeName(action)
  }
}
