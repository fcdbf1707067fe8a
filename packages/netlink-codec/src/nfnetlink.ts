import type { Attributes } from './attributes.ts'
import { type Message, messageAttributes } from './message.ts'
import { type ByteWriter, encodeMessage } from './writer.ts'

const NFGEN_HDRLEN = 4

export type NfnlRequest = {
  /** NFNL_SUBSYS_* (linux/netfilter/nfnetlink.h), such as 10 for nf_tables. */
  readonly subsystem: number
  readonly command: number
  readonly flags: number
  /** NFPROTO_* or AF_*. */
  readonly family: number
}

/** An nfnetlink request: nfgenmsg {family u8, version u8, res_id be16} and what `payload` writes. */
export function encodeNfnlMessage(
  request: NfnlRequest,
  payload: (writer: ByteWriter) => void = () => {},
): Uint8Array {
  const type = (request.subsystem << 8) | request.command
  return encodeMessage({ type, flags: request.flags }, writer => {
    writer.u8(request.family).u8(0).be16(0)
    payload(writer)
  })
}

/** NFPROTO_* of the object that a message tells of. */
export function nfnlFamily(message: Message): number {
  return message.reader.u8(message.start)
}

export function nfnlAttributes(message: Message): Attributes {
  return messageAttributes(message, NFGEN_HDRLEN)
}
