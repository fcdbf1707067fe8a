import type { Attributes } from './attributes.ts'
import { type Message, messageAttributes, NLM_F_DUMP, NLM_F_REQUEST } from './message.ts'
import type { Transport } from './transport.ts'
import { type ByteWriter, encodeMessage } from './writer.ts'

/** linux/genetlink.h */
const GENL_ID_CTRL = 0x10
const GENL_HDRLEN = 4
const CTRL_CMD_GETFAMILY = 3
const CTRL_ATTR_FAMILY_ID = 1
const CTRL_ATTR_FAMILY_NAME = 2
const CTRL_ATTR_VERSION = 3

export type GenlFamily = { readonly id: number; readonly name: string; readonly version: number }

export type GenlRequest = {
  readonly familyId: number
  readonly command: number
  readonly version: number
  readonly flags: number
}

/** A generic-netlink request: genlmsghdr {cmd u8, version u8, reserved u16} and what `payload` writes. */
export function encodeGenlMessage(
  request: GenlRequest,
  payload: (writer: ByteWriter) => void = () => {},
): Uint8Array {
  return encodeMessage({ type: request.familyId, flags: request.flags }, writer => {
    writer.u8(request.command).u8(request.version).u16(0)
    payload(writer)
  })
}

export function genlCommand(message: Message): number {
  return message.reader.u8(message.start)
}

export function genlAttributes(message: Message): Attributes {
  return messageAttributes(message, GENL_HDRLEN)
}

/**
 * Every generic-netlink family that is registered now.
 *
 * A dump, on purpose: asking the controller for one family by name makes the kernel load a module for a name that
 * it does not know (`genl_ctrl` requests the alias `net-pf-16-proto-16-family-NAME`); a dump never does.
 */
export function listFamilies(transport: Transport): GenlFamily[] {
  const families: GenlFamily[] = []
  const request = encodeGenlMessage({
    familyId: GENL_ID_CTRL,
    command: CTRL_CMD_GETFAMILY,
    version: 1,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
  })
  transport.exchange('list generic-netlink families', request, message => {
    const attributes = genlAttributes(message)
    const id = attributes.u16(CTRL_ATTR_FAMILY_ID)
    const name = attributes.text(CTRL_ATTR_FAMILY_NAME)
    if (id !== undefined && name !== undefined) {
      families.push({ id, name, version: attributes.u32(CTRL_ATTR_VERSION) ?? 0 })
    }
  })
  return families
}
