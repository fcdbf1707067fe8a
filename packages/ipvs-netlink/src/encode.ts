import { attribute, type ByteWriter, parseAddress, type UnknownAttribute } from 'netlink-codec'
import * as K from './constants.ts'
import { familyNumber, forwardingNumber, protocolNumber, tunnelTypeNumber } from './names.ts'
import type {
  Info,
  RealServer,
  RealServerEntry,
  ServiceEntry,
  Stats,
  Timeouts,
  VirtualService,
  VirtualServiceKey,
} from './types.ts'

/** Writes the nest IPVS_CMD_ATTR_SERVICE with what the kernel needs to find a service. */
export function encodeServiceKey(writer: ByteWriter, key: VirtualServiceKey): void {
  attribute(writer, K.IPVS_CMD_ATTR_SERVICE, nest => keyAttributes(nest, key))
}

/** Writes the nest IPVS_CMD_ATTR_SERVICE as a command that makes the service carries it. */
export function encodeService(writer: ByteWriter, service: VirtualService): void {
  attribute(writer, K.IPVS_CMD_ATTR_SERVICE, nest => serviceAttributes(nest, service))
}

/** Writes the nest IPVS_CMD_ATTR_SERVICE as the kernel answers with it: STATS (32 bits) and STATS64 too. */
export function encodeServiceEntry(writer: ByteWriter, entry: ServiceEntry): void {
  attribute(writer, K.IPVS_CMD_ATTR_SERVICE, nest => {
    serviceAttributes(nest, entry.service)
    bothStats(nest, K.IPVS_SVC_ATTR_STATS, K.IPVS_SVC_ATTR_STATS64, entry.stats)
  })
}

/** Writes the nest IPVS_CMD_ATTR_DEST as a command that makes the real server carries it. */
export function encodeDest(writer: ByteWriter, realServer: RealServer): void {
  attribute(writer, K.IPVS_CMD_ATTR_DEST, nest => destAttributes(nest, realServer))
}

/** Writes the nest IPVS_CMD_ATTR_DEST as the kernel answers with it. */
export function encodeDestEntry(writer: ByteWriter, entry: RealServerEntry): void {
  attribute(writer, K.IPVS_CMD_ATTR_DEST, nest => {
    destAttributes(nest, entry.realServer)
    attribute(nest, K.IPVS_DEST_ATTR_ACTIVE_CONNS, w => w.u32(entry.activeConns))
    attribute(nest, K.IPVS_DEST_ATTR_INACT_CONNS, w => w.u32(entry.inactiveConns))
    attribute(nest, K.IPVS_DEST_ATTR_PERSIST_CONNS, w => w.u32(entry.persistConns))
    bothStats(nest, K.IPVS_DEST_ATTR_STATS, K.IPVS_DEST_ATTR_STATS64, entry.stats)
  })
}

export function encodeTimeouts(writer: ByteWriter, timeouts: Timeouts): void {
  attribute(writer, K.IPVS_CMD_ATTR_TIMEOUT_TCP, w => w.u32(timeouts.tcp))
  attribute(writer, K.IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, w => w.u32(timeouts.tcpFin))
  attribute(writer, K.IPVS_CMD_ATTR_TIMEOUT_UDP, w => w.u32(timeouts.udp))
}

export function encodeInfo(writer: ByteWriter, info: Info): void {
  const [major = 0, minor = 0, patch = 0] = info.version.split('.').map(Number)
  attribute(writer, K.IPVS_INFO_ATTR_VERSION, w => w.u32((major << 16) | (minor << 8) | patch))
  attribute(writer, K.IPVS_INFO_ATTR_CONN_TAB_SIZE, w => w.u32(info.connectionTableSize))
}

function keyAttributes(nest: ByteWriter, key: VirtualServiceKey): void {
  attribute(nest, K.IPVS_SVC_ATTR_AF, w => w.u16(familyNumber(key.family)))
  if (key.fwmark !== undefined) {
    const { fwmark } = key
    attribute(nest, K.IPVS_SVC_ATTR_FWMARK, w => w.u32(fwmark))
    return
  }
  attribute(nest, K.IPVS_SVC_ATTR_PROTOCOL, w => w.u16(protocolNumber(key.protocol)))
  addressAttribute(nest, K.IPVS_SVC_ATTR_ADDR, key.address)
  attribute(nest, K.IPVS_SVC_ATTR_PORT, w => w.be16(key.port))
}

function serviceAttributes(nest: ByteWriter, service: VirtualService): void {
  keyAttributes(nest, service)
  const { persistenceEngine } = service
  attribute(nest, K.IPVS_SVC_ATTR_SCHED_NAME, w => w.text(service.scheduler))
  if (persistenceEngine) attribute(nest, K.IPVS_SVC_ATTR_PE_NAME, w => w.text(persistenceEngine))
  attribute(nest, K.IPVS_SVC_ATTR_FLAGS, w => w.u32(service.flags).u32(0xffffffff))
  attribute(nest, K.IPVS_SVC_ATTR_TIMEOUT, w => w.u32(service.timeout))
  attribute(nest, K.IPVS_SVC_ATTR_NETMASK, w =>
    service.family === 'inet6' ? w.u32(Number(service.netmask)) : w.raw(addressBytes(service.netmask)),
  )
  unknownAttributes(nest, service.unknown)
}

function destAttributes(nest: ByteWriter, realServer: RealServer): void {
  const { tunnel } = realServer
  addressAttribute(nest, K.IPVS_DEST_ATTR_ADDR, realServer.address)
  attribute(nest, K.IPVS_DEST_ATTR_PORT, w => w.be16(realServer.port))
  attribute(nest, K.IPVS_DEST_ATTR_FWD_METHOD, w => w.u32(forwardingNumber(realServer.forwarding)))
  attribute(nest, K.IPVS_DEST_ATTR_WEIGHT, w => w.u32(realServer.weight >>> 0))
  attribute(nest, K.IPVS_DEST_ATTR_U_THRESH, w => w.u32(realServer.upperThreshold))
  attribute(nest, K.IPVS_DEST_ATTR_L_THRESH, w => w.u32(realServer.lowerThreshold))
  attribute(nest, K.IPVS_DEST_ATTR_ADDR_FAMILY, w => w.u16(familyNumber(realServer.family)))
  if (tunnel) {
    attribute(nest, K.IPVS_DEST_ATTR_TUN_TYPE, w => w.u8(tunnelTypeNumber(tunnel.type)))
    attribute(nest, K.IPVS_DEST_ATTR_TUN_PORT, w => w.be16(tunnel.port))
    attribute(nest, K.IPVS_DEST_ATTR_TUN_FLAGS, w => w.u16(tunnel.flags))
  }
  unknownAttributes(nest, realServer.unknown)
}

function unknownAttributes(nest: ByteWriter, unknown: readonly UnknownAttribute[] = []): void {
  for (const { type, hex } of unknown) {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
    attribute(nest, type, w => w.raw(bytes))
  }
}

/** Totals that outgrow 32 bits wrap in the old nest, as the kernel's own do. */
function bothStats(nest: ByteWriter, narrow: number, wide: number, stats: Stats): void {
  const { conns, inPackets, outPackets, inBytes, outBytes, cps, inPps, outPps, inBps, outBps } = stats
  const values = [conns, inPackets, outPackets, inBytes, outBytes, cps, inPps, outPps, inBps, outBps]
  attribute(nest, narrow, inner => {
    for (const [index, value] of values.entries()) {
      const type = K.IPVS_STATS_ATTR_CONNS + index
      const isBytes = type === K.IPVS_STATS_ATTR_INBYTES || type === K.IPVS_STATS_ATTR_OUTBYTES
      attribute(inner, type, w => (isBytes ? w.u64(value) : w.u32(Number(BigInt.asUintN(32, BigInt(value))))))
    }
  })
  attribute(nest, wide, inner => {
    for (const [index, value] of values.entries()) {
      attribute(inner, K.IPVS_STATS_ATTR_CONNS + index, w => w.u64(value))
    }
  })
}

function addressAttribute(nest: ByteWriter, type: number, address: string): void {
  const bytes = addressBytes(address)
  attribute(nest, type, w => w.raw(bytes).zeros(16 - bytes.length))
}

function addressBytes(address: string): Uint8Array {
  const bytes = parseAddress(address)
  if (!bytes) throw new TypeError(`'${address}' is no address`)
  return bytes
}
