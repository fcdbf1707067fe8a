import {
  encodeMessage,
  ipv4Text,
  ipv6Text,
  type Message,
  messageAttributes,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import type { Socket } from '../../snapshot/index.ts'
import { type Dump, dump } from './dump.ts'
import { AF_INET, AF_INET6, inetFamily, type InterfaceNames, interfaceName } from './rtnl/names.ts'

/** linux/sock_diag.h, linux/inet_diag.h */
const SOCK_DIAG_BY_FAMILY = 20
const INET_DIAG_MSG_LENGTH = 72
const SOCKID_LENGTH = 48
const INET_DIAG_SKV6ONLY = 11

/** IPPROTO_*, and the TCP_* state that stands for a socket that waits for anyone. */
const waiting = {
  tcp: { protocol: 6, state: 10, word: 'LISTEN' },
  udp: { protocol: 17, state: 7, word: 'UNCONN' },
} as const

/**
 * Listening TCP or unconnected UDP sockets of both families, by sock_diag. The kernel filters by state, so for TCP the
 * table of connections is not walked at all; /proc/net/tcp walks it, and that table is one for all namespaces.
 *
 * Ask only when the handler is there (`modulePresence`): inet_diag_lock_handler in inet_diag.c, and sock_diag_handler
 * before it, load modules for what they do not know.
 *
 * @param transport a socket of NETLINK_SOCK_DIAG
 * @throws NetlinkError
 */
export function dumpSockets(
  transport: Transport,
  protocol: 'tcp' | 'udp',
  names: InterfaceNames,
): Dump<Socket> {
  const decode = (message: Message): Socket | undefined => decodeSocket(message, protocol, names)
  const { op, inet, inet6 } = requests[protocol]
  const four = dump(transport, op, inet, decode)
  const six = dump(transport, op, inet6, decode)
  return {
    rows: [...four.rows, ...six.rows],
    interrupted: four.interrupted || six.interrupted,
    problems: [...four.problems, ...six.problems],
  }
}

/** struct inet_diag_req_v2: family u8, protocol u8, extensions u8, padding, states u32, id. */
function request(protocol: 'tcp' | 'udp', family: number): Uint8Array {
  const wanted = waiting[protocol]
  return encodeMessage({ type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_REQUEST | NLM_F_DUMP }, writer =>
    writer
      .u8(family)
      .u8(wanted.protocol)
      .u16(0)
      .u32(1 << wanted.state)
      .zeros(SOCKID_LENGTH),
  )
}

const requests = {
  tcp: { op: 'dump tcp sockets', inet: request('tcp', AF_INET), inet6: request('tcp', AF_INET6) },
  udp: { op: 'dump udp sockets', inet: request('udp', AF_INET), inet6: request('udp', AF_INET6) },
}

/**
 * struct inet_diag_msg: family u8, state u8, timer u8, retrans u8, id {sport be16 @4, dport be16 @6, src @8, dst @24,
 * if u32 @40, cookie @44}, expires u32 @52, rqueue u32 @56, wqueue u32 @60, uid u32 @64, inode u32 @68.
 */
export function decodeSocket(
  message: Message,
  protocol: 'tcp' | 'udp',
  names: InterfaceNames,
): Socket | undefined {
  if (message.type !== SOCK_DIAG_BY_FAMILY) return undefined
  const attributes = messageAttributes(message, INET_DIAG_MSG_LENGTH)
  const { reader, start } = message
  const family = inetFamily(reader.u8(start))
  if (!family || reader.u8(start + 1) !== waiting[protocol].state) return undefined
  const device = reader.u32(start + 40)
  const v6only = attributes.u8(INET_DIAG_SKV6ONLY)
  return {
    protocol,
    family,
    state: waiting[protocol].word,
    address: family === 'inet' ? ipv4Text(reader, start + 8) : ipv6Text(reader, start + 8),
    port: reader.be16(start + 4),
    ...(family === 'inet6' && v6only !== undefined ? { v6only: v6only !== 0 } : {}),
    ifname: device === 0 ? null : interfaceName(names, device),
    recvQ: reader.u32(start + 56),
    sendQ: reader.u32(start + 60),
    uid: reader.u32(start + 64),
    inode: String(reader.u32(start + 68)),
  }
}
