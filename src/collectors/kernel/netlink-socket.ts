import {
  ByteWriter,
  eachMessage,
  type Exchange,
  type Message,
  NetlinkError,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
  readError,
  type Transport,
} from 'netlink-codec'
import { close, rawSocket, receive, send, setSocketOption, SystemCallError } from './libc.ts'
import { patch32 } from './rtnl/request.ts'

/** NETLINK_* protocols (linux/netlink.h). */
export const NETLINK_ROUTE = 0
export const NETLINK_SOCK_DIAG = 4
export const NETLINK_XFRM = 6
export const NETLINK_NETFILTER = 12
export const NETLINK_GENERIC = 16

const AF_NETLINK = 16
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const SOL_NETLINK = 270
const NETLINK_EXT_ACK = 11
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
/** Where struct nlmsghdr has its sequence number. */
const NLMSG_SEQ = 8
const ENOBUFS = 105
const EAGAIN = 11

/** What reading one namespace may cost; a reader that uses it up stops, and says so. */
export type Budget = {
  /** Bytes that may still be received; counted down. */
  bytes: number
  /** `performance.now()` at which reading ends. */
  readonly deadline: number
}

export type NetlinkSocket = Transport & { close(): void }

const one = new ByteWriter().u32(1).finish()
/** How long the kernel may keep silent (struct timeval: seconds, microseconds). */
const silence = new ByteWriter().u64('2').u64('0').finish()

/**
 * One receive buffer for all sockets of the thread: exchanges never overlap. 128 KiB, as the kernel fills dump
 * datagrams up to the size that it saw asked for, at most 32 KiB (netlink_dump in af_netlink.c); single messages
 * (a link with many virtual functions) can be larger.
 */
let buffer = new Uint8Array(128 * 1024)
let sequence = 1

/**
 * Opens a netlink socket in the namespace the thread is in; use it inside `inNamespace`. Exchanges may happen
 * anywhere afterwards.
 *
 * @throws SystemCallError
 */
export function openNetlink(protocol: number, budget: Budget): NetlinkSocket {
  const fd = rawSocket(AF_NETLINK, protocol)
  try {
    setSocketOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, one)
  } catch (error) {
    close(fd)
    throw error
  }
  let spoilt: string | undefined
  return {
    exchange(op, request, onMessage) {
      if (spoilt) throw timedOut(op, `an earlier question was left unanswered: ${spoilt}`)
      try {
        return exchange(fd, op, request, onMessage, budget)
      } catch (error) {
        // The rest of an answer may still be queued; nothing that is read from here on could be trusted.
        if (!(error instanceof NetlinkError) || error.errno === 0) spoilt = op
        throw error
      }
    },
    close: () => close(fd),
  }
}

function exchange(
  fd: number,
  op: string,
  request: Uint8Array,
  onMessage: (message: Message) => void,
  budget: Budget,
): Exchange {
  const seq = sequence++ >>> 0
  if (performance.now() > budget.deadline) throw timedOut(op, 'the time for this namespace is used up')
  // The request is ours alone, so its sequence number is written in place.
  patch32(request, NLMSG_SEQ, seq)
  const answer = { ended: false, interrupted: false }
  const visit = (message: Message): void => {
    if (message.seq === seq && !answer.ended) take(message, op, answer, onMessage)
  }
  sendTo(fd, op, seq, request)
  for (;;) {
    const length = receiveFrom(fd, op, seq)
    budget.bytes -= length
    eachMessage(buffer, length, visit)
    if (answer.ended) return answer
    if (budget.bytes <= 0) throw timedOut(op, 'more data than one namespace may have')
    if (performance.now() > budget.deadline) throw timedOut(op, 'the time for this namespace is used up')
  }
}

/** One message of an answer. */
function take(
  message: Message,
  op: string,
  answer: { ended: boolean; interrupted: boolean },
  onMessage: (message: Message) => void,
): void {
  if ((message.flags & NLM_F_DUMP_INTR) !== 0) answer.interrupted = true
  switch (message.type) {
    case NLMSG_NOOP:
      return
    case NLMSG_OVERRUN:
      answer.interrupted = true
      return
    case NLMSG_ERROR:
    case NLMSG_DONE: {
      const error = readError(message, op)
      if (error) throw error
      answer.ended = true
      return
    }
    default:
      onMessage(message)
      if ((message.flags & NLM_F_MULTI) === 0) answer.ended = true
  }
}

function sendTo(fd: number, op: string, seq: number, request: Uint8Array): void {
  try {
    send(fd, request)
  } catch (error) {
    throw refusal(op, seq, error)
  }
}

/**
 * The kernel answers while it is asked (netlink_unicast_kernel in af_netlink.c), so what is received lies there already. If it
 * does not, the limit is set, which would else cost a call for every socket.
 */
function receiveOrWait(fd: number): number {
  try {
    return receive(fd, buffer, MSG_TRUNC | MSG_DONTWAIT)
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.errno !== EAGAIN) throw error
    setSocketOption(fd, SOL_SOCKET, SO_RCVTIMEO, silence)
    return receive(fd, buffer, MSG_TRUNC)
  }
}

/** One datagram into the buffer: its length. */
function receiveFrom(fd: number, op: string, seq: number): number {
  let length: number
  try {
    length = receiveOrWait(fd)
  } catch (error) {
    throw refusal(op, seq, error)
  }
  if (length <= buffer.length) return length
  const had = buffer.length
  buffer = new Uint8Array(length * 2)
  throw new NetlinkError({
    op,
    errno: 0,
    code: 'EMSGSIZE',
    detail: `a message of ${length} bytes, more than the ${had} expected; the next reading will hold it`,
    seq,
  })
}

function refusal(op: string, seq: number, error: unknown): unknown {
  if (!(error instanceof SystemCallError)) return error
  const { errno, code, syscall } = error
  switch (errno) {
    case EAGAIN:
      return timedOut(op, 'no answer from the kernel')
    case ENOBUFS:
      return new NetlinkError({
        op,
        errno: 0,
        code: 'ENOBUFS',
        detail: 'the kernel dropped part of the answer',
        seq,
      })
    default:
      return new NetlinkError({ op, errno, code, detail: syscall, seq })
  }
}

function timedOut(op: string, detail: string): NetlinkError {
  return new NetlinkError({ op, errno: 0, code: 'ETIMEDOUT', detail, seq: 0 })
}
