import { Attributes } from './attributes.ts'
import { DecodeError, errnoName, NetlinkError } from './errors.ts'
import { ByteReader } from './reader.ts'

/** Control messages and flags (linux/netlink.h). */
export const NLMSG_NOOP = 1
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4
export const NLM_F_REQUEST = 0x001
export const NLM_F_MULTI = 0x002
export const NLM_F_ACK = 0x004
export const NLM_F_DUMP_INTR = 0x010
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200
/** NLM_F_ROOT | NLM_F_MATCH of a get request. */
export const NLM_F_DUMP = 0x300

export const NLMSG_HDRLEN = 16

/**
 * One netlink message, read in place. `start` and `end` bound the payload behind the 16-byte header. Valid until the next one of
 * its datagram.
 */
export type Message = {
  readonly reader: ByteReader
  readonly type: number
  readonly flags: number
  readonly seq: number
  readonly pid: number
  readonly start: number
  readonly end: number
}

/**
 * Walks the messages of one datagram.
 *
 * @throws DecodeError when a header is cut or its length does not fit.
 */
export function eachMessage(bytes: Uint8Array, length: number, visit: (message: Message) => void): void {
  const reader = new ByteReader(bytes, length)
  const message: { -readonly [Key in keyof Message]: Message[Key] } = {
    reader,
    type: 0,
    flags: 0,
    seq: 0,
    pid: 0,
    start: 0,
    end: 0,
  }
  let at = 0
  while (at < length) {
    const size = reader.u32(at)
    if (size < NLMSG_HDRLEN || at + size > length) {
      throw new DecodeError(`message length ${size} does not fit in ${length - at} bytes`, at)
    }
    message.type = reader.u16(at + 4)
    message.flags = reader.u16(at + 6)
    message.seq = reader.u32(at + 8)
    message.pid = reader.u32(at + 12)
    message.start = at + NLMSG_HDRLEN
    message.end = at + size
    visit(message)
    at += (size + 3) & ~3
  }
}

/**
 * The attributes of a message behind a family header of `headerLength` bytes (ifinfomsg 16, nfgenmsg 4, …). One index serves
 * all messages: what this gives is valid until it is called for the next one.
 */
export function messageAttributes(message: Message, headerLength: number): Attributes {
  if (message.start + headerLength > message.end) {
    throw new DecodeError(
      `message ${message.type} is shorter than its ${headerLength}-byte header`,
      message.start,
    )
  }
  const start = message.start + ((headerLength + 3) & ~3)
  if (ofMessage) return ofMessage.reuse(message.reader, start, message.end)
  return (ofMessage = new Attributes(message.reader, start, message.end))
}

let ofMessage: Attributes | undefined

/**
 * Reads NLMSG_ERROR, and NLMSG_DONE which carries an errno since Linux 4.14: undefined for an
 * acknowledgement (errno 0), else the error with the kernel's extended-ack text.
 */
export function readError(message: Message, op: string): NetlinkError | undefined {
  const { reader, start, end } = message
  if (end - start < 4) return undefined
  const errno = -reader.s32(start)
  if (errno <= 0) return undefined
  const extended = extendedAck(message)
  return new NetlinkError({
    op,
    errno,
    code: errnoName(errno),
    detail: extended?.text(1),
    offset: extended?.u32(2),
    seq: message.seq,
  })
}

/** NLMSGERR_ATTR_*: behind the errno, and for NLMSG_ERROR behind the copied request header (or whole request). */
function extendedAck(message: Message): Attributes | undefined {
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return undefined
  const { reader, start, end } = message
  if (message.type === NLMSG_DONE) return new Attributes(reader, start + 4, end)
  const original = (message.flags & NLM_F_CAPPED) === 0 ? reader.u32(start + 4) : NLMSG_HDRLEN
  const at = start + 4 + ((original + 3) & ~3)
  return at <= end ? new Attributes(reader, at, end) : undefined
}
