export { createIpvsClient, type IpvsClient, type IpvsClientOptions } from './client.ts'
export * from './constants.ts'
export {
  decodeDest,
  decodeDestMessage,
  decodeInfo,
  decodeService,
  decodeServiceKey,
  decodeServiceMessage,
  decodeTimeouts,
} from './decode.ts'
export {
  encodeDest,
  encodeDestEntry,
  encodeInfo,
  encodeService,
  encodeServiceEntry,
  encodeServiceKey,
  encodeTimeouts,
} from './encode.ts'
export {
  familyName,
  familyNumber,
  forwardingName,
  forwardingNumber,
  protocolName,
  protocolNumber,
  serviceId,
  tunnelTypeName,
  tunnelTypeNumber,
} from './names.ts'
export {
  endpointText,
  isOnePacket,
  isPersistent,
  printDestination,
  printService,
  schedulerFlags,
} from './print.ts'
export { type IpvsTable, ipvsTable, type TableRow, type TableView, timeoutsText } from './table.ts'
export type {
  AddressFamily,
  ForwardingMethod,
  Info,
  IpvsEntry,
  Listing,
  Protocol,
  RealServer,
  RealServerEntry,
  ServiceEntry,
  Stats,
  Timeouts,
  Tunnel,
  TunnelType,
  VirtualService,
  VirtualServiceKey,
} from './types.ts'
