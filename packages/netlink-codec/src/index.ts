export { ipv4Text, ipv6Text, macText, parseAddress } from './address.ts'
export {
  AttributeWalk,
  Attributes,
  eachAttribute,
  findAttribute,
  type Payload,
  type UnknownAttribute,
} from './attributes.ts'
export { DecodeError, errnoName, NetlinkError, type NetlinkErrorFields } from './errors.ts'
export {
  encodeGenlMessage,
  type GenlFamily,
  type GenlRequest,
  genlAttributes,
  genlCommand,
  listFamilies,
} from './genetlink.ts'
export {
  eachMessage,
  type Message,
  messageAttributes,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
  readError,
} from './message.ts'
export { encodeNfnlMessage, type NfnlRequest, nfnlAttributes, nfnlFamily } from './nfnetlink.ts'
export { ByteReader } from './reader.ts'
export type { Exchange, Transport } from './transport.ts'
export { attribute, ByteWriter, encodeMessage, type MessageFields } from './writer.ts'
