import {
  encodeMessage,
  type Message,
  messageAttributes,
  NLM_F_REQUEST,
  attribute,
  type Transport,
} from 'netlink-codec'
import { type Dump, dump } from '../dump.ts'
import { dumpRequest, patch32 } from './request.ts'

/** linux/rtnetlink.h, linux/net_namespace.h */
const RTM_NEWNSID = 88
const RTM_GETNSID = 90
/** struct rtgenmsg: family u8; attributes follow at the next multiple of four. */
const RTGENMSG_LENGTH = 1
const NETNSA_NSID = 1
const NETNSA_FD = 3
const NETNSA_NSID_NOT_ASSIGNED = -1

const request = dumpRequest(RTM_GETNSID, writer => writer.zeros(4))

/**
 * The nsids that this namespace has given to others, ascending: an nsid is an alias that holds only inside the
 * namespace that reports it. Which namespace each stands for is found by asking (nsid-book.ts).
 */
export function readNsids(transport: Transport): Dump<number> {
  const { rows, interrupted, problems } = dump(transport, 'dump nsids', request, decodeNsid)
  return { rows: rows.sort((a, b) => a - b), interrupted, problems }
}

/**
 * The alias that the transport's namespace has for the one that `fd` refers to; undefined when it has none. Asking
 * assigns none (rtnl_net_getid only looks up).
 *
 * @throws NetlinkError EINVAL when `fd` is no network namespace
 */
export function nsidOf(transport: Transport, fd: number): number | undefined {
  patch32(question, QUESTION_FD, fd)
  let nsid: number | undefined
  transport.exchange('get nsid', question, message => {
    nsid = decodeNsid(message)
  })
  return nsid
}

const question = encodeMessage({ type: RTM_GETNSID, flags: NLM_F_REQUEST }, writer => {
  writer.zeros(4)
  attribute(writer, NETNSA_FD, payload => payload.u32(0))
})
/** Behind the message's header, struct rtgenmsg and the attribute's header. */
const QUESTION_FD = 16 + 4 + 4

/** Undefined for what is no nsid, and for the answer that there is none. */
export function decodeNsid(message: Message): number | undefined {
  if (message.type !== RTM_NEWNSID) return undefined
  const nsid = messageAttributes(message, RTGENMSG_LENGTH).s32(NETNSA_NSID)
  return nsid === NETNSA_NSID_NOT_ASSIGNED ? undefined : nsid
}
