import { type Attributes, DecodeError, genlAttributes, ipv4Text, ipv6Text, type Message } from 'netlink-codec'
import * as K from './constants.ts'
import { familyName, forwardingName, protocolName, tunnelTypeName } from './names.ts'
import type {
  AddressFamily,
  Info,
  RealServer,
  RealServerEntry,
  ServiceEntry,
  Stats,
  Timeouts,
  Tunnel,
  VirtualService,
  VirtualServiceKey,
} from './types.ts'

const serviceAttributes: ReadonlySet<number> = new Set(Array.from({ length: 12 }, (_, i) => i + 1))
const destAttributes: ReadonlySet<number> = new Set(Array.from({ length: 15 }, (_, i) => i + 1))

/**
 * The service that an answer to GET_SERVICE tells of.
 *
 * @throws DecodeError
 */
export function decodeServiceMessage(message: Message): ServiceEntry {
  return decodeService(nested(message, K.IPVS_CMD_ATTR_SERVICE, 'service'))
}

/**
 * The real server that an answer to GET_DEST tells of.
 *
 * @param serviceFamily what an address without a family is (before Linux 3.18 the kernel did not send one)
 * @throws DecodeError
 */
export function decodeDestMessage(message: Message, serviceFamily: AddressFamily): RealServerEntry {
  return decodeDest(nested(message, K.IPVS_CMD_ATTR_DEST, 'destination'), serviceFamily)
}

/**
 * An answer to GET_CONFIG.
 *
 * @throws DecodeError
 */
export function decodeTimeouts(message: Message): Timeouts {
  const attributes = genlAttributes(message)
  return {
    tcp: required(attributes.u32(K.IPVS_CMD_ATTR_TIMEOUT_TCP), 'TCP timeout', message),
    tcpFin: required(attributes.u32(K.IPVS_CMD_ATTR_TIMEOUT_TCP_FIN), 'TCP FIN timeout', message),
    udp: required(attributes.u32(K.IPVS_CMD_ATTR_TIMEOUT_UDP), 'UDP timeout', message),
  }
}

/**
 * An answer to GET_INFO.
 *
 * @throws DecodeError
 */
export function decodeInfo(message: Message): Info {
  const attributes = genlAttributes(message)
  const version = required(attributes.u32(K.IPVS_INFO_ATTR_VERSION), 'version', message)
  return {
    version: `${(version >>> 16) & 0xff}.${(version >>> 8) & 0xff}.${version & 0xff}`,
    connectionTableSize: required(attributes.u32(K.IPVS_INFO_ATTR_CONN_TAB_SIZE), 'table size', message),
  }
}

/** The key in the attributes of a service; requests carry nothing else. */
export function decodeServiceKey(service: Attributes): VirtualServiceKey {
  const at = service.reader
  const family = decodeFamily(service.u16(K.IPVS_SVC_ATTR_AF), service)
  const fwmark = service.u32(K.IPVS_SVC_ATTR_FWMARK)
  if (fwmark !== undefined) return { family, fwmark }
  const protocol = service.u16(K.IPVS_SVC_ATTR_PROTOCOL)
  const port = service.be16(K.IPVS_SVC_ATTR_PORT)
  const address = decodeAddress(service, K.IPVS_SVC_ATTR_ADDR, family)
  if (protocol === undefined || port === undefined || address === undefined) {
    throw new DecodeError('a service with neither a mark nor protocol, address and port', at.end)
  }
  return { family, protocol: protocolName(protocol), address, port }
}

/** The nest IPVS_CMD_ATTR_SERVICE. */
export function decodeService(attributes: Attributes): ServiceEntry {
  const key = decodeServiceKey(attributes)
  const persistenceEngine = attributes.text(K.IPVS_SVC_ATTR_PE_NAME)
  const unknown = attributes.unknown(serviceAttributes)
  const service: VirtualService = {
    ...key,
    scheduler: attributes.text(K.IPVS_SVC_ATTR_SCHED_NAME) ?? '',
    // struct ip_vs_flags {flags u32, mask u32}; the mask of an answer is all ones.
    flags: attributes.u32(K.IPVS_SVC_ATTR_FLAGS) ?? 0,
    timeout: attributes.u32(K.IPVS_SVC_ATTR_TIMEOUT) ?? 0,
    netmask: decodeNetmask(attributes, key.family),
    ...(persistenceEngine ? { persistenceEngine } : {}),
    ...(unknown.length > 0 ? { unknown } : {}),
  }
  return { service, stats: decodeStats(attributes, K.IPVS_SVC_ATTR_STATS64, K.IPVS_SVC_ATTR_STATS) }
}

/** The nest IPVS_CMD_ATTR_DEST. */
export function decodeDest(attributes: Attributes, serviceFamily: AddressFamily): RealServerEntry {
  const af = attributes.u16(K.IPVS_DEST_ATTR_ADDR_FAMILY)
  const family = af === undefined ? serviceFamily : decodeFamily(af, attributes)
  const address = decodeAddress(attributes, K.IPVS_DEST_ATTR_ADDR, family)
  const port = attributes.be16(K.IPVS_DEST_ATTR_PORT)
  if (address === undefined || port === undefined) {
    throw new DecodeError('a real server without address and port', attributes.reader.end)
  }
  const tunnel = decodeTunnel(attributes)
  const unknown = attributes.unknown(destAttributes)
  const realServer: RealServer = {
    family,
    address,
    port,
    forwarding: forwardingName((attributes.u32(K.IPVS_DEST_ATTR_FWD_METHOD) ?? 0) & K.IP_VS_CONN_F_FWD_MASK),
    weight: attributes.s32(K.IPVS_DEST_ATTR_WEIGHT) ?? 0,
    upperThreshold: attributes.u32(K.IPVS_DEST_ATTR_U_THRESH) ?? 0,
    lowerThreshold: attributes.u32(K.IPVS_DEST_ATTR_L_THRESH) ?? 0,
    ...(tunnel ? { tunnel } : {}),
    ...(unknown.length > 0 ? { unknown } : {}),
  }
  return {
    realServer,
    activeConns: attributes.u32(K.IPVS_DEST_ATTR_ACTIVE_CONNS) ?? 0,
    inactiveConns: attributes.u32(K.IPVS_DEST_ATTR_INACT_CONNS) ?? 0,
    persistConns: attributes.u32(K.IPVS_DEST_ATTR_PERSIST_CONNS) ?? 0,
    stats: decodeStats(attributes, K.IPVS_DEST_ATTR_STATS64, K.IPVS_DEST_ATTR_STATS),
  }
}

function decodeTunnel(attributes: Attributes): Tunnel | undefined {
  const type = attributes.u8(K.IPVS_DEST_ATTR_TUN_TYPE)
  if (type === undefined) return undefined
  return {
    type: tunnelTypeName(type),
    port: attributes.be16(K.IPVS_DEST_ATTR_TUN_PORT) ?? 0,
    flags: attributes.u16(K.IPVS_DEST_ATTR_TUN_FLAGS) ?? 0,
  }
}

/** STATS64 exists since Linux 4.1; the older nest has 32 bits for all but the bytes. */
function decodeStats(attributes: Attributes, wide: number, narrow: number): Stats {
  const nest = attributes.nested(wide)
  const old = nest ? undefined : attributes.nested(narrow)
  const u64 = (type: number): string => nest?.u64(type) ?? old?.u64(type) ?? '0'
  const value = (type: number): string => nest?.u64(type) ?? String(old?.u32(type) ?? 0)
  return {
    conns: value(K.IPVS_STATS_ATTR_CONNS),
    inPackets: value(K.IPVS_STATS_ATTR_INPKTS),
    outPackets: value(K.IPVS_STATS_ATTR_OUTPKTS),
    inBytes: u64(K.IPVS_STATS_ATTR_INBYTES),
    outBytes: u64(K.IPVS_STATS_ATTR_OUTBYTES),
    cps: value(K.IPVS_STATS_ATTR_CPS),
    inPps: value(K.IPVS_STATS_ATTR_INPPS),
    outPps: value(K.IPVS_STATS_ATTR_OUTPPS),
    inBps: value(K.IPVS_STATS_ATTR_INBPS),
    outBps: value(K.IPVS_STATS_ATTR_OUTBPS),
  }
}

/** An address attribute always has the 16 bytes of union nf_inet_addr; IPv4 is in the first four. */
function decodeAddress(attributes: Attributes, type: number, family: AddressFamily): string | undefined {
  const at = attributes.offset(type)
  if (at === undefined) return undefined
  const size = family === 'inet' ? 4 : 16
  if (attributes.length(type)! < size) throw new DecodeError(`an ${family} address of too few bytes`, at)
  return family === 'inet' ? ipv4Text(attributes.reader, at) : ipv6Text(attributes.reader, at)
}

/** A mask in network order for IPv4, the length of a prefix in host order for IPv6. */
function decodeNetmask(attributes: Attributes, family: AddressFamily): string {
  if (family === 'inet6') return String(attributes.u32(K.IPVS_SVC_ATTR_NETMASK) ?? 128)
  const at = attributes.offset(K.IPVS_SVC_ATTR_NETMASK)
  return at === undefined ? '255.255.255.255' : ipv4Text(attributes.reader, at)
}

function decodeFamily(af: number | undefined, attributes: Attributes): AddressFamily {
  const family = af === undefined ? undefined : familyName(af)
  if (!family) throw new DecodeError(`address family ${af}`, attributes.reader.end)
  return family
}

function nested(message: Message, type: number, what: string): Attributes {
  return required(genlAttributes(message).nested(type), what, message)
}

function required<Value>(value: Value | undefined, what: string, message: Message): Value {
  if (value === undefined) throw new DecodeError(`an answer without ${what}`, message.start)
  return value
}
