import {
  attribute,
  type Attributes,
  type ByteWriter,
  encodeNfnlMessage,
  ipv4Text,
  ipv6Text,
  type Message,
  NetlinkError,
  nfnlAttributes,
  NLM_F_ACK,
  NLM_F_REQUEST,
  parseAddress,
} from 'netlink-codec'
import { errorMessage } from '../../util/errors.ts'
import type { FoundNamespace } from './discover.ts'
import { SystemCallError } from './libc.ts'
import { modulePresence } from './module-presence.ts'
import { NETLINK_NETFILTER, type NetlinkSocket, openNetlink } from './netlink-socket.ts'
import { openNamespace } from './open-namespace.ts'
import { readProcFile } from './proc-file.ts'
import { NET_ADMIN } from './reading.ts'
import { AF_INET, AF_INET6 } from './rtnl/names.ts'
import { Unreadable } from './source-log.ts'

/** One direction of a connection. Ports are null for ICMP. */
export type ConntrackTuple = {
  readonly source: string
  readonly destination: string
  readonly sourcePort: number | null
  readonly destinationPort: number | null
}

export type ConntrackQuestion = {
  readonly family: 'inet' | 'inet6'
  /** IANA number. */
  readonly protocol: number
  /** As the first packet had it when it came. */
  readonly original: ConntrackTuple
  /** Of an echo request. */
  readonly icmpId?: number
}

export type ConntrackAnswer =
  | { readonly kind: 'entry'; readonly reply: ConntrackTuple }
  | { readonly kind: 'none' }
  | { readonly kind: 'unread'; readonly reason: string }

/** linux/netfilter/nfnetlink.h, linux/netfilter/nfnetlink_conntrack.h */
const NFNL_SUBSYS_CTNETLINK = 1
const IPCTNL_MSG_CT_GET = 1
const CTA_TUPLE_ORIG = 1
const CTA_TUPLE_REPLY = 2
const CTA_TUPLE_IP = 1
const CTA_TUPLE_PROTO = 2
const CTA_IP_V4_SRC = 1
const CTA_IP_V6_SRC = 3
const CTA_PROTO_NUM = 1
const CTA_PROTO_SRC_PORT = 2
const CTA_PROTO_DST_PORT = 3
const CTA_PROTO_ICMP_ID = 4
const CTA_PROTO_ICMPV6_ID = 7
const NLA_F_NESTED = 0x8000
const ECHO_REQUEST = { inet: 8, inet6: 128 } as const

/**
 * The entry that connection tracking of a namespace has for a connection. The kernel is asked for that one alone; where ctnetlink is
 * not there already, and asking would load it, /proc/net/nf_conntrack is read, which loads nothing.
 */
export function askConntrack(found: FoundNamespace, question: ConntrackQuestion): ConntrackAnswer {
  try {
    const namespace = openNamespace(found)
    try {
      if (modulePresence('nf_conntrack_netlink') !== 'present')
        return findInText(
          namespace.enter(() => readProcFile('/proc/thread-self/net/nf_conntrack')),
          question,
        )
      const budget = { bytes: 2 ** 20, deadline: performance.now() + 2000 }
      const socket = namespace.enter(() => openNetlink(NETLINK_NETFILTER, budget))
      try {
        return ask(socket, question)
      } finally {
        socket.close()
      }
    } finally {
      namespace.close()
    }
  } catch (error) {
    if (error instanceof NetlinkError || error instanceof SystemCallError)
      return { kind: 'unread', reason: error.code === 'EPERM' ? `needs ${NET_ADMIN}` : errorMessage(error) }
    if (error instanceof Unreadable) return { kind: 'unread', reason: error.message }
    throw error
  }
}

/**
 * ctnetlink_get_conntrack: ENOENT when it has no such entry. It marks its one message as part of many (ctnetlink_fill_info), and no end
 * follows: the acknowledgement is the end.
 */
function ask(socket: NetlinkSocket, question: ConntrackQuestion): ConntrackAnswer {
  const family = question.family === 'inet' ? AF_INET : AF_INET6
  const header = {
    subsystem: NFNL_SUBSYS_CTNETLINK,
    command: IPCTNL_MSG_CT_GET,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    family,
  }
  const request = encodeNfnlMessage(header, writer =>
    attribute(writer, CTA_TUPLE_ORIG | NLA_F_NESTED, tuple => writeTuple(tuple, question)),
  )
  let answer: ConntrackAnswer = { kind: 'none' }
  try {
    socket.exchange('get a connection', request, message => {
      const reply = readReply(message, question)
      if (reply) answer = { kind: 'entry', reply }
    })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'ENOENT') throw error
  }
  return answer
}

function writeTuple(writer: ByteWriter, { family, protocol, original, icmpId = 0 }: ConntrackQuestion): void {
  const first = family === 'inet' ? CTA_IP_V4_SRC : CTA_IP_V6_SRC
  attribute(writer, CTA_TUPLE_IP | NLA_F_NESTED, ip => {
    for (const [index, address] of [original.source, original.destination].entries())
      attribute(ip, first + index, bytes => bytes.raw(parseAddress(address) ?? new Uint8Array(0)))
  })
  attribute(writer, CTA_TUPLE_PROTO | NLA_F_NESTED, proto => {
    attribute(proto, CTA_PROTO_NUM, number => number.u8(protocol))
    if (original.sourcePort !== null) {
      attribute(proto, CTA_PROTO_SRC_PORT, port => port.be16(original.sourcePort ?? 0))
      attribute(proto, CTA_PROTO_DST_PORT, port => port.be16(original.destinationPort ?? 0))
      return
    }
    const base = family === 'inet' ? CTA_PROTO_ICMP_ID : CTA_PROTO_ICMPV6_ID
    attribute(proto, base, id => id.be16(icmpId))
    attribute(proto, base + 1, type => type.u8(ECHO_REQUEST[family]))
    attribute(proto, base + 2, code => code.u8(0))
  })
}

function readReply(message: Message, { family }: ConntrackQuestion): ConntrackTuple | undefined {
  const tuple = nfnlAttributes(message).nested(CTA_TUPLE_REPLY)
  const ip = tuple?.nested(CTA_TUPLE_IP)
  const proto = tuple?.nested(CTA_TUPLE_PROTO)
  if (!ip) return undefined
  const source = addressOf(ip, family, 0)
  const destination = addressOf(ip, family, 1)
  if (source === undefined || destination === undefined) return undefined
  return {
    source,
    destination,
    sourcePort: proto?.be16(CTA_PROTO_SRC_PORT) ?? null,
    destinationPort: proto?.be16(CTA_PROTO_DST_PORT) ?? null,
  }
}

function addressOf(ip: Attributes, family: 'inet' | 'inet6', which: 0 | 1): string | undefined {
  const isFour = family === 'inet'
  const at = ip.struct((isFour ? CTA_IP_V4_SRC : CTA_IP_V6_SRC) + which, isFour ? 4 : 16)
  if (at === undefined) return undefined
  return isFour ? ipv4Text(ip.reader, at) : ipv6Text(ip.reader, at)
}

const tuples = /src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+)|type=(\d+) code=\d+ id=(\d+))/g

/** The entry in the text of /proc/net/nf_conntrack (ct_seq_show): `ipv4 2 tcp 6 117 TIME_WAIT src=… dst=… sport=… dport=… src=… …`. */
export function findInText(text: string | undefined, question: ConntrackQuestion): ConntrackAnswer {
  if (text === undefined)
    return { kind: 'unread', reason: 'ctnetlink is not loaded, and there is no /proc/net/nf_conntrack' }
  const { protocol, original, icmpId } = question
  for (const line of text.split('\n')) {
    if (!new RegExp(String.raw`^ipv[46]\s+\d+\s+\S+\s+${protocol}\s`).test(line)) continue
    const [first, second] = Array.from(line.matchAll(tuples), ([, source, destination, from, to, , id]) => ({
      source: source!,
      destination: destination!,
      sourcePort: from === undefined ? null : Number(from),
      destinationPort: to === undefined ? null : Number(to),
      id: id === undefined ? undefined : Number(id),
    }))
    if (!first || !second || first.id !== icmpId) continue
    const keys = ['source', 'destination', 'sourcePort', 'destinationPort'] as const
    if (keys.every(key => first[key] === original[key])) {
      const { id: _, ...reply } = second
      return { kind: 'entry', reply }
    }
  }
  return { kind: 'none' }
}
