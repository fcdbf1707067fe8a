import { DecodeError, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { Neighbour } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { linkAddressOf } from './link-address.ts'
import { addressOf, inetFamily, type InterfaceNames, interfaceName, protocolName } from './names.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h, linux/neighbour.h */
export const RTM_NEWNEIGH = 28
export const RTM_GETNEIGH = 30
/** struct ndmsg: family u8, pad u8, pad u16, ifindex s32, state u16, flags u8, type u8. */
export const NDMSG_LENGTH = 12
export const NDA_DST = 1
export const NDA_LLADDR = 2
const NDA_PROTOCOL = 12
const NDA_FLAGS_EXT = 15

const NTF_PROXY = 0x08
const NTF_EXT_LEARNED = 0x10
const NTF_OFFLOADED = 0x20
const NTF_ROUTER = 0x80
/** In NDA_FLAGS_EXT. */
const NTF_EXT_MANAGED = 0x01

const NUD_NOARP = 0x40
/** NUD_* in the order of their bits. */
const stateNames = ['INCOMPLETE', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'FAILED', 'NOARP', 'PERMANENT']

const request = dumpRequest(RTM_GETNEIGH, writer => writer.zeros(NDMSG_LENGTH))

/** Proxy entries live in a table of their own, and the kernel dumps it only when asked with exactly this flag. */
const proxyRequest = dumpRequest(RTM_GETNEIGH, writer => writer.zeros(10).u8(NTF_PROXY).u8(0))

/**
 * The ARP and neighbour-discovery tables, as `ip -j neigh` and `ip -j neigh show proxy` print them: entries without
 * a state and those that need no resolution (NOARP: multicast, loopback) are left out unless something put them there.
 */
export function readNeighbours(transport: Transport, names: InterfaceNames): Dump<Neighbour> {
  const decode = (message: Message): Neighbour | undefined => decodeNeighbour(message, names)
  const resolved = dump(transport, 'dump neighbours', request, decode)
  const proxies = dump(transport, 'dump proxy neighbours', proxyRequest, decode)
  return {
    rows: [...resolved.rows, ...proxies.rows],
    interrupted: resolved.interrupted || proxies.interrupted,
    problems: [...resolved.problems, ...proxies.problems],
  }
}

/** Undefined for what `ip neigh` does not show. */
export function decodeNeighbour(message: Message, names: InterfaceNames): Neighbour | undefined {
  if (message.type !== RTM_NEWNEIGH) return undefined
  const attributes = messageAttributes(message, NDMSG_LENGTH)
  const { reader, start } = message
  const family = inetFamily(reader.u8(start))
  if (family === undefined) return undefined
  const state = reader.u16(start + 8)
  const flags = reader.u8(start + 10)
  if ((state & ~NUD_NOARP) === 0 && (flags & (NTF_PROXY | NTF_EXT_LEARNED)) === 0) return undefined

  const dst = addressOf(attributes, NDA_DST)
  if (dst === undefined) throw new DecodeError('a neighbour without an address', start)
  const row: Neighbour = { family, dst }
  const ifindex = reader.u32(start + 4)
  if (ifindex !== 0) row.dev = interfaceName(names, ifindex)
  const lladdr = linkAddressOf(attributes, NDA_LLADDR)
  if (lladdr !== undefined) row.lladdr = lladdr
  if ((flags & NTF_ROUTER) !== 0) row.router = null
  if ((flags & NTF_PROXY) !== 0) row.proxy = null
  if (((attributes.u32(NDA_FLAGS_EXT) ?? 0) & NTF_EXT_MANAGED) !== 0) row.managed = null
  if ((flags & NTF_EXT_LEARNED) !== 0) row.extern_learn = null
  if ((flags & NTF_OFFLOADED) !== 0) row.offload = null
  if (state !== 0) row.state = stateNames.filter((_, bit) => (state & (1 << bit)) !== 0)
  const protocol = attributes.u8(NDA_PROTOCOL) ?? 0
  if (protocol !== 0) row.protocol = protocolName(protocol)
  return row
}
