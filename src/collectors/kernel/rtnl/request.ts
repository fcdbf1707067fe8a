import { type ByteWriter, encodeMessage, NLM_F_DUMP, NLM_F_REQUEST } from 'netlink-codec'

/** A dump request of rtnetlink: RTM_GET* and what the family header holds. It may be sent again and again. */
export function dumpRequest(type: number, header: (writer: ByteWriter) => void): Uint8Array {
  return encodeMessage({ type, flags: NLM_F_REQUEST | NLM_F_DUMP }, header)
}

/** Writes a number of 32 bits into a request that is asked again and again with another. */
export function patch32(request: Uint8Array, at: number, value: number): void {
  request[at] = value & 0xff
  request[at + 1] = (value >>> 8) & 0xff
  request[at + 2] = (value >>> 16) & 0xff
  request[at + 3] = value >>> 24
}
