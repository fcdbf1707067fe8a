import { type ByteWriter, encodeMessage, NLM_F_DUMP, NLM_F_REQUEST } from 'netlink-codec'

/** A dump request of rtnetlink: RTM_GET* and what the family header holds. It may be sent again and again. */
export function dumpRequest(type: number, header: (writer: ByteWriter) => void): Uint8Array {
  return encodeMessage({ type, flags: NLM_F_REQUEST | NLM_F_DUMP }, header)
}
