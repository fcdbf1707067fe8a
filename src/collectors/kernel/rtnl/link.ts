import {
  type Attributes,
  attribute,
  DecodeError,
  findAttribute,
  type Message,
  messageAttributes,
  type Transport,
} from 'netlink-codec'
import type { Link } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { linkAddressOf } from './link-address.ts'
import { decodeLinkInfo } from './link-info.ts'
import { type LinkReferences, resolveLinkReferences } from './link-names.ts'
import { decodeStats, STATS64_LENGTH } from './link-stats.ts'
import { addrGenModes, linkFlags, linkModes, linkType, operStates } from './link-words.ts'
import { groupName } from './names.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h; struct ifinfomsg. */
export const RTM_NEWLINK = 16
export const RTM_GETLINK = 18
export const IFINFOMSG_LENGTH = 16

/** IFLA_* (linux/if_link.h). */
const IFLA_ADDRESS = 1
const IFLA_BROADCAST = 2
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_LINK = 5
const IFLA_QDISC = 6
const IFLA_MASTER = 10
const IFLA_TXQLEN = 13
const IFLA_OPERSTATE = 16
const IFLA_LINKMODE = 17
const IFLA_LINKINFO = 18
const IFLA_IFALIAS = 20
const IFLA_STATS64 = 23
export const IFLA_AF_SPEC = 26
const IFLA_GROUP = 27
export const IFLA_EXT_MASK = 29
const IFLA_PROMISCUITY = 30
const IFLA_NUM_TX_QUEUES = 31
const IFLA_NUM_RX_QUEUES = 32
const IFLA_PHYS_PORT_ID = 34
const IFLA_PHYS_SWITCH_ID = 36
const IFLA_LINK_NETNSID = 37
const IFLA_PHYS_PORT_NAME = 38
const IFLA_PROTO_DOWN = 39
const IFLA_XDP = 43
const IFLA_GSO_MAX_SEGS = 40
const IFLA_GSO_MAX_SIZE = 41
const IFLA_MIN_MTU = 50
const IFLA_MAX_MTU = 51
const IFLA_PROP_LIST = 52
const IFLA_ALT_IFNAME = 53
const IFLA_PERM_ADDRESS = 54
const IFLA_PROTO_DOWN_REASON = 55
const IFLA_PARENT_DEV_NAME = 56
const IFLA_PARENT_DEV_BUS_NAME = 57
const IFLA_GRO_MAX_SIZE = 58
const IFLA_TSO_MAX_SIZE = 59
const IFLA_TSO_MAX_SEGS = 60
const IFLA_ALLMULTI = 61
const IFLA_PROTO_DOWN_REASON_VALUE = 2

const IFLA_XDP_ATTACHED = 2
const IFLA_XDP_PROG_ID = 4
/** IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID, IFLA_XDP_HW_PROG_ID, with their modes. */
const xdpPrograms = [
  [5, 1],
  [6, 2],
  [7, 3],
] as const

/**
 * Leave out the IPv6 counters, which the kernel would sum up over all processors. Up to Linux 6.18, IFLA_STATS64 is told
 * nevertheless; 7.3 leaves it out too (seen on both; rtnl_fill_ifinfo in rtnetlink.c).
 */
const RTEXT_FILTER_SKIP_STATS = 1 << 3
const AF_INET6 = 10
const IFLA_INET6_ADDR_GEN_MODE = 8
const IFF_POINTOPOINT = 0x10

const briefRequest = dumpRequest(RTM_GETLINK, writer =>
  attribute(writer.zeros(IFINFOMSG_LENGTH), IFLA_EXT_MASK, mask => mask.u32(RTEXT_FILTER_SKIP_STATS)),
)
const wholeRequest = dumpRequest(RTM_GETLINK, writer => writer.zeros(IFINFOMSG_LENGTH))

/** Where the brief request gives no counters at all. */
const needWholeRequest = new WeakSet<Transport>()

/** Sees the attributes of each link: the kernel tells more with a link than its row holds (link-sysctls.ts). */
export type LinkVisitor = (link: Link, attributes: Attributes) => void

/**
 * The links of the namespace that `transport` lives in: rows of `ip -j -d -s link`, with counters as decimal
 * strings. Virtual functions are not asked for (they make messages of many kilobytes).
 *
 * @throws NetlinkError when the kernel refuses or the time limit passes
 */
export function readLinks(transport: Transport, visit?: LinkVisitor): Dump<Link> {
  if (needWholeRequest.has(transport)) return dumpLinks(transport, wholeRequest, visit)
  const links = dumpLinks(transport, briefRequest, visit)
  if (links.rows.length === 0 || links.rows.some(({ stats64 }) => stats64 !== undefined)) return links
  needWholeRequest.add(transport)
  return dumpLinks(transport, wholeRequest, visit)
}

function dumpLinks(transport: Transport, request: Uint8Array, visit?: LinkVisitor): Dump<Link> {
  const references: LinkReferences = { names: [], lowers: [] }
  const links = dump(transport, 'dump links', request, message => decodeLink(message, references, visit))
  resolveLinkReferences(references, links.rows)
  return links
}

/** One RTM_NEWLINK; undefined for another message. What needs other links goes to `references`. */
function decodeLink(message: Message, references: LinkReferences, visit?: LinkVisitor): Link | undefined {
  if (message.type !== RTM_NEWLINK) return undefined
  const attributes = messageAttributes(message, IFINFOMSG_LENGTH)
  const { reader, start } = message
  // struct ifinfomsg: family u8, padding, type u16, index s32, flags u32, change u32.
  const type = reader.u16(start + 2)
  const flags = reader.u32(start + 8)
  const ifname = attributes.text(IFLA_IFNAME)
  const mtu = attributes.u32(IFLA_MTU)
  if (ifname === undefined || mtu === undefined) throw new DecodeError('link without a name or an MTU', start)
  const link: Link = { ifindex: reader.s32(start + 4), ifname, flags: linkFlags(flags), mtu }
  addRelations(link, attributes, references)
  addState(link, attributes)
  addAddresses(link, attributes, type, flags)
  addXdp(link, attributes)
  addDetails(link, attributes, references)
  addLimits(link, attributes)
  addNames(link, attributes)
  const stats = attributes.struct(IFLA_STATS64, STATS64_LENGTH)
  if (stats !== undefined) link.stats64 = decodeStats(reader, stats)
  visit?.(link, attributes)
  return link
}

/**
 * IFLA_LINK is an index in the namespace that IFLA_LINK_NETNSID numbers, or in this one when there is none. The
 * kernel leaves IFLA_LINK out when both ends of a pair have the same index (rtnl_fill_iflink in rtnetlink.c).
 */
function addRelations(link: Link, attributes: Attributes, references: LinkReferences): void {
  const lower = attributes.u32(IFLA_LINK)
  if (lower === 0) link.link = null
  else if (lower !== undefined && attributes.has(IFLA_LINK_NETNSID)) link.link_index = lower
  else if (lower !== undefined) references.lowers.push({ link, ifindex: lower })
  const netnsid = attributes.s32(IFLA_LINK_NETNSID)
  if (netnsid !== undefined) link.link_netnsid = netnsid
  const master = attributes.u32(IFLA_MASTER)
  if (master) references.names.push({ target: link, key: 'master', ifindex: master })
}

function addState(link: Link, attributes: Attributes): void {
  const qdisc = attributes.text(IFLA_QDISC)
  if (qdisc !== undefined) link.qdisc = qdisc
  const operstate = attributes.u8(IFLA_OPERSTATE)
  if (operstate !== undefined) {
    const word = operStates[operstate]
    if (word === undefined) link.operstate_index = operstate
    else link.operstate = word
  }
  const linkmode = attributes.u8(IFLA_LINKMODE)
  if (linkmode !== undefined) {
    const word = linkModes[linkmode]
    if (word === undefined) link.linkmode_index = linkmode
    else link.linkmode = word
  }
  const group = attributes.u32(IFLA_GROUP)
  if (group !== undefined) link.group = groupName(group)
  const txqlen = attributes.u32(IFLA_TXQLEN)
  if (txqlen) link.txqlen = txqlen
}

function addAddresses(link: Link, attributes: Attributes, type: number, flags: number): void {
  link.link_type = linkType(type)
  const address = linkAddressOf(attributes, IFLA_ADDRESS, type)
  if (address !== undefined) link.address = address
  const broadcast = linkAddressOf(attributes, IFLA_BROADCAST, type)
  if (broadcast !== undefined) {
    if ((flags & IFF_POINTOPOINT) !== 0) link.link_pointtopoint = true
    link.broadcast = broadcast
  }
  const permanent = linkAddressOf(attributes, IFLA_PERM_ADDRESS, type)
  if (permanent !== undefined && permanent !== address) link.permaddr = permanent
}

/**
 * IFLA_XDP_*: the mode (XDP_ATTACHED_*: 1 in the driver, 2 generic, 3 in the hardware, 4 several), the program, and one more for each mode.
 * A link without one tells the mode 0. Name and tag of a program come from bpf(2), which is not asked.
 */
function addXdp(link: Link, attributes: Attributes): void {
  const xdp = attributes.nested(IFLA_XDP)
  const mode = xdp?.u8(IFLA_XDP_ATTACHED)
  if (!xdp || !mode) return
  const program = xdp.u32(IFLA_XDP_PROG_ID)
  link.xdp = { mode }
  if (program !== undefined) link.xdp.prog = { id: program }
  const attached = xdpPrograms.flatMap(([type, of]) => {
    const id = xdp.u32(type)
    return id === undefined ? [] : [{ mode: of, prog: { id } }]
  })
  if (attached.length > 0) link.xdp.attached = attached
}

function addDetails(link: Link, attributes: Attributes, references: LinkReferences): void {
  if (attributes.u8(IFLA_PROTO_DOWN)) link.proto_down = true
  const reasons = attributes.nested(IFLA_PROTO_DOWN_REASON)?.u32(IFLA_PROTO_DOWN_REASON_VALUE)
  if (reasons) link.proto_down_reason = bitNumbers(reasons)
  const promiscuity = attributes.u32(IFLA_PROMISCUITY)
  if (promiscuity !== undefined) link.promiscuity = promiscuity
  const allmulti = attributes.u32(IFLA_ALLMULTI)
  if (allmulti !== undefined) link.allmulti = allmulti
  const minMtu = attributes.u32(IFLA_MIN_MTU)
  if (minMtu !== undefined) link.min_mtu = minMtu
  const maxMtu = attributes.u32(IFLA_MAX_MTU)
  if (maxMtu !== undefined) link.max_mtu = maxMtu
  const info = attributes.nested(IFLA_LINKINFO)
  if (info) link.linkinfo = decodeLinkInfo(info, references)
  const mode = addrGenMode(attributes)
  if (mode !== undefined) {
    link.inet6_addr_gen_mode = addrGenModes[mode] ?? `0x${mode.toString(16).padStart(2, '0')}`
  }
}

/** Only one byte is wanted of what IPv6 tells of a link, its settings and counters among them. */
function addrGenMode(attributes: Attributes): number | undefined {
  const { reader } = attributes
  const inet6 = attributes.find(IFLA_AF_SPEC, AF_INET6)
  if (!inet6) return undefined
  const mode = findAttribute(reader, inet6.at, inet6.at + inet6.length, IFLA_INET6_ADDR_GEN_MODE)
  return mode && reader.u8(mode.at)
}

function addLimits(link: Link, attributes: Attributes): void {
  const numTxQueues = attributes.u32(IFLA_NUM_TX_QUEUES)
  if (numTxQueues !== undefined) link.num_tx_queues = numTxQueues
  const numRxQueues = attributes.u32(IFLA_NUM_RX_QUEUES)
  if (numRxQueues !== undefined) link.num_rx_queues = numRxQueues
  const gsoMaxSize = attributes.u32(IFLA_GSO_MAX_SIZE)
  if (gsoMaxSize !== undefined) link.gso_max_size = gsoMaxSize
  const gsoMaxSegs = attributes.u32(IFLA_GSO_MAX_SEGS)
  if (gsoMaxSegs !== undefined) link.gso_max_segs = gsoMaxSegs
  const tsoMaxSize = attributes.u32(IFLA_TSO_MAX_SIZE)
  if (tsoMaxSize !== undefined) link.tso_max_size = tsoMaxSize
  const tsoMaxSegs = attributes.u32(IFLA_TSO_MAX_SEGS)
  if (tsoMaxSegs !== undefined) link.tso_max_segs = tsoMaxSegs
  const groMaxSize = attributes.u32(IFLA_GRO_MAX_SIZE)
  if (groMaxSize !== undefined) link.gro_max_size = groMaxSize
}

function addNames(link: Link, attributes: Attributes): void {
  setText(link, 'phys_port_name', attributes.text(IFLA_PHYS_PORT_NAME))
  setText(link, 'phys_port_id', attributes.hex(IFLA_PHYS_PORT_ID))
  setText(link, 'phys_switch_id', attributes.hex(IFLA_PHYS_SWITCH_ID))
  setText(link, 'parentbus', attributes.text(IFLA_PARENT_DEV_BUS_NAME))
  setText(link, 'parentdev', attributes.text(IFLA_PARENT_DEV_NAME))
  setText(link, 'ifalias', attributes.text(IFLA_IFALIAS))
  if (!attributes.has(IFLA_PROP_LIST)) return
  const altnames: string[] = []
  attributes.each(IFLA_PROP_LIST, (type, at, length) => {
    if (type === IFLA_ALT_IFNAME) altnames.push(attributes.reader.text(at, length))
  })
  link.altnames = altnames
}

type KeysOf<Value> = { [Key in keyof Link]-?: Link[Key] extends Value | undefined ? Key : never }[keyof Link]

function setText(link: Link, key: KeysOf<string>, value: string | undefined): void {
  if (value !== undefined) link[key] = value
}

function bitNumbers(mask: number): string[] {
  const numbers: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    if ((mask & (1 << bit)) !== 0) numbers.push(String(bit))
  }
  return numbers
}
