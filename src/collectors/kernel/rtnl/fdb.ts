import { DecodeError, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { FdbEntry } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { linkAddressOf } from './link-address.ts'
import { AF_BRIDGE, addressOf, hexName, type InterfaceNames, interfaceName } from './names.ts'
import { NDA_DST, NDA_LLADDR, NDMSG_LENGTH, RTM_GETNEIGH, RTM_NEWNEIGH } from './neighbour.ts'
import { dumpRequest } from './request.ts'

/** linux/neighbour.h */
const NDA_VLAN = 5
const NDA_PORT = 6
const NDA_VNI = 7
const NDA_IFINDEX = 8
const NDA_MASTER = 9
const NDA_LINK_NETNSID = 10
const NDA_SRC_VNI = 11
const NDA_NH_ID = 13

const NUD_REACHABLE = 0x02
const NUD_STALE = 0x04
const NUD_NOARP = 0x40
const NUD_PERMANENT = 0x80

/** NTF_* in the order that `bridge` prints them. */
const flagNames = [
  [0x02, 'self'],
  [0x80, 'router'],
  [0x10, 'extern_learn'],
  [0x20, 'offload'],
  [0x04, 'master'],
  [0x40, 'sticky'],
] as const

/** struct ndmsg alone: the kernel takes it for "all devices" also without strict checking (valid_fdb_dump_legacy). */
const request = dumpRequest(RTM_GETNEIGH, writer => writer.u8(AF_BRIDGE).zeros(NDMSG_LENGTH - 1))

/** The forwarding tables of bridges, vxlans and other devices that have one, as `bridge -j fdb` prints them. */
export function readFdb(transport: Transport, names: InterfaceNames): Dump<FdbEntry> {
  return dump(transport, 'dump forwarding entries', request, message => decodeFdbEntry(message, names))
}

/** Undefined for what is no forwarding entry. */
export function decodeFdbEntry(message: Message, names: InterfaceNames): FdbEntry | undefined {
  if (message.type !== RTM_NEWNEIGH) return undefined
  const attributes = messageAttributes(message, NDMSG_LENGTH)
  const { reader, start } = message
  if (reader.u8(start) !== AF_BRIDGE) return undefined
  const flags = reader.u8(start + 10)

  const mac = linkAddressOf(attributes, NDA_LLADDR)
  if (mac === undefined) throw new DecodeError('a forwarding entry without a link-layer address', start)
  const row: FdbEntry = {
    mac,
    ifname: interfaceName(names, reader.u32(start + 4)),
    flags: [],
    state: stateName(reader.u16(start + 8)),
  }
  for (const [bit, name] of flagNames) if ((flags & bit) !== 0) row.flags.push(name)
  const dst = addressOf(attributes, NDA_DST)
  if (dst !== undefined) row.dst = dst
  const vlan = attributes.u16(NDA_VLAN) ?? 0
  if (vlan !== 0) row.vlan = vlan
  const port = attributes.be16(NDA_PORT)
  if (port !== undefined) row.port = port
  const vni = attributes.u32(NDA_VNI)
  if (vni !== undefined) row.vni = vni
  const sourceVni = attributes.u32(NDA_SRC_VNI)
  if (sourceVni !== undefined) row.src_vni = sourceVni
  const nsid = attributes.u32(NDA_LINK_NETNSID)
  if (nsid !== undefined) row.linkNetNsId = nsid
  const via = attributes.u32(NDA_IFINDEX)
  if (via !== undefined) {
    // An index of another namespace has no name here.
    if (nsid === undefined) row.viaIf = interfaceName(names, via)
    else row.viaIfIndex = via
  }
  const nexthop = attributes.u32(NDA_NH_ID)
  if (nexthop !== undefined) row.nhid = nexthop
  const master = attributes.u32(NDA_MASTER)
  if (master !== undefined) row.master = interfaceName(names, master)
  return row
}

/** What `bridge` makes of NUD_*: the empty word for an entry that was learned and is in use. */
function stateName(state: number): string {
  if ((state & NUD_PERMANENT) !== 0) return 'permanent'
  if ((state & NUD_NOARP) !== 0) return 'static'
  if ((state & NUD_STALE) !== 0) return 'stale'
  return (state & NUD_REACHABLE) !== 0 ? '' : hexName(state)
}
