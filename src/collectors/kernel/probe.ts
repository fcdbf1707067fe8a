import { ByteReader, ByteWriter } from 'netlink-codec'
import {
  bind,
  close,
  connect,
  datagramSocket,
  rawSocket,
  receive,
  send,
  setSocketOption,
  socketName,
  streamSocket,
  SystemCallError,
} from './libc.ts'
import type { FoundNamespace } from './discover.ts'
import { openNamespace } from './open-namespace.ts'
import { AF_INET, AF_INET6 } from './rtnl/names.ts'
import { decodeSocketAddress, encodeSocketAddress, encodeTimeval } from './socket-address.ts'

/** What is sent, and to whom. */
export type ProbeTarget = {
  readonly family: 'inet' | 'inet6'
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  readonly address: string
  /** Absent for ICMP. */
  readonly port?: number
}

export type ProbeOutcome =
  /** TCP: the connection stands. UDP and ICMP: an answer came. */
  | { readonly kind: 'answered'; readonly source: string }
  /** Nobody takes it, or somebody on the way refuses it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No word came back in the time that there was. */
  | { readonly kind: 'silent' }

export type Probe = {
  /** The port of its socket; of ICMP the identifier of its echo request. Known before anything is sent. */
  readonly localPort: number
  /** Sends, once, and waits for what comes back. */
  send(timeoutMs: number): ProbeOutcome
  close(): void
}

const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const SO_SNDTIMEO = 21
const EAGAIN = 11
const EINPROGRESS = 115
const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58

/**
 * A socket in a namespace with a port of its own, ready to send one probe: a TCP connection without a byte of data, an empty UDP
 * datagram, or an ICMP echo request. The one thing in cnmtop that sends; nothing but `trace --probe` uses it.
 *
 * @throws Unreadable, SystemCallError when the namespace cannot be entered or the socket not be made
 */
export function openProbe(found: FoundNamespace, target: ProbeTarget): Probe {
  const namespace = openNamespace(found)
  let fd: number
  try {
    fd = namespace.enter(() => openSocket(target))
  } finally {
    namespace.close()
  }
  try {
    const isPing = target.protocol === 'icmp'
    if (!isPing) bind(fd, encodeSocketAddress(target.family === 'inet' ? '0.0.0.0' : '::', 0))
    const localPort = isPing ? process.pid & 0xffff : decodeSocketAddress(socketName(fd)).port
    return {
      localPort,
      send: timeoutMs => sendProbe(fd, target, localPort, timeoutMs),
      close: () => close(fd),
    }
  } catch (error) {
    close(fd)
    throw error
  }
}

function openSocket({ family, protocol }: ProbeTarget): number {
  const domain = family === 'inet' ? AF_INET : AF_INET6
  if (protocol === 'tcp') return streamSocket(domain)
  if (protocol === 'udp') return datagramSocket(domain)
  return rawSocket(domain, family === 'inet' ? IPPROTO_ICMP : IPPROTO_ICMPV6)
}

function sendProbe(fd: number, target: ProbeTarget, id: number, timeoutMs: number): ProbeOutcome {
  const until = performance.now() + timeoutMs
  try {
    setSocketOption(fd, SOL_SOCKET, SO_SNDTIMEO, encodeTimeval(timeoutMs * 1000))
    connect(fd, encodeSocketAddress(target.address, target.port ?? 0))
    const { address: source } = decodeSocketAddress(socketName(fd))
    if (target.protocol === 'tcp') return { kind: 'answered', source }
    send(fd, target.protocol === 'udp' ? new Uint8Array(0) : encodeEcho(target, id))
    const isOurs = target.protocol === 'udp' ? () => true : isEchoReply(target, id)
    return hears(fd, until, isOurs) ? { kind: 'answered', source } : { kind: 'silent' }
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error
    if (error.errno === EINPROGRESS || error.errno === EAGAIN) return { kind: 'silent' }
    return { kind: 'refused', reason: error.code }
  }
}

/** Whether something that fits comes before the time is up. */
function hears(fd: number, until: number, isOurs: (bytes: Uint8Array) => boolean): boolean {
  const buffer = new Uint8Array(2048)
  for (;;) {
    const left = Math.floor((until - performance.now()) * 1000)
    if (left <= 0) return false
    setSocketOption(fd, SOL_SOCKET, SO_RCVTIMEO, encodeTimeval(left))
    if (isOurs(buffer.subarray(0, receive(fd, buffer, 0)))) return true
  }
}

const echo = { inet: { request: 8, reply: 0 }, inet6: { request: 128, reply: 129 } } as const

/** struct icmphdr: type, code, checksum be16, identifier be16, sequence be16. The kernel sums up ICMPv6 itself (RFC 3542). */
function encodeEcho({ family }: ProbeTarget, id: number): Uint8Array {
  const type = echo[family].request
  const sum = (type << 8) + id + 1
  const folded = (sum & 0xffff) + (sum >> 16)
  const checksum = family === 'inet' ? ~folded & 0xffff : 0
  return new ByteWriter().u8(type).u8(0).be16(checksum).be16(id).be16(1).finish()
}

/** A raw socket of IPv4 hears the IP header too. */
function isEchoReply({ family }: ProbeTarget, id: number): (bytes: Uint8Array) => boolean {
  return bytes => {
    const at = family === 'inet' ? (bytes[0]! & 15) * 4 : 0
    if (bytes.length < at + 8) return false
    const reader = new ByteReader(bytes)
    return reader.u8(at) === echo[family].reply && reader.be16(at + 4) === id
  }
}
