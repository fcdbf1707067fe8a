import { parseIp } from '../../../util/prefix.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, type Packet } from '../../packet.ts'

/** Bytes of which some are not known. */
export type Bytes = readonly (number | undefined)[]

export function bytesOfHex(hex: string): number[] {
  return Array.from({ length: hex.length >> 1 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

export function unknownBytes(length: number): Bytes {
  return Array.from<undefined>({ length })
}

/** In host order (little-endian), as `meta mark` and interface indexes are. */
export function hostNumber(value: number | undefined, length = 4): Bytes {
  if (value === undefined) return unknownBytes(length)
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) & 0xff)
}

/** In network order. */
export function networkNumber(value: number | null | undefined, length: number): Bytes {
  if (typeof value !== 'number') return unknownBytes(length)
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) & 0xff)
}

/** Undefined when a byte of it is not known. */
export function numberOfHost(bytes: Bytes): number | undefined {
  return bytes.includes(undefined)
    ? undefined
    : bytes.reduce<number>((sum, byte, i) => sum + byte! * 256 ** i, 0)
}

export function numberOfNetwork(bytes: Bytes): number | undefined {
  return bytes.includes(undefined) ? undefined : bytes.reduce<number>((sum, byte) => sum * 256 + byte!, 0)
}

/** An interface name in its sixteen bytes (IFNAMSIZ); none is all zero. */
export function nameBytes(name: string | null): Bytes {
  const text = new TextEncoder().encode(name ?? '').subarray(0, 15)
  return Array.from({ length: 16 }, (_, i) => text[i] ?? 0)
}

export function addressBytes(address: string | undefined, length: number): Bytes {
  const ip = address === undefined ? undefined : parseIp(address)
  if (!ip || ip.bits / 8 !== length) return unknownBytes(length)
  return Array.from({ length }, (_, i) => Number((ip.value >> BigInt(8 * (length - 1 - i))) & 255n))
}

/** struct iphdr or ipv6hdr, as far as it is known. */
export function networkHeader(packet: Packet): Bytes {
  if (packet.family === 'inet') {
    const fragment = packet.isFragment === false ? [undefined, 0] : [undefined, undefined]
    return [
      0x45,
      packet.tos,
      ...networkNumber(packet.length, 2),
      undefined,
      undefined,
      ...fragment,
      packet.ttl,
      packet.protocol,
      undefined,
      undefined,
      ...addressBytes(packet.source, 4),
      ...addressBytes(packet.destination, 4),
    ]
  }
  return [
    packet.tos === undefined ? undefined : 0x60 | (packet.tos >> 4),
    undefined,
    undefined,
    undefined,
    ...networkNumber(packet.length === undefined ? undefined : packet.length - 40, 2),
    packet.protocol,
    packet.ttl,
    ...addressBytes(packet.source, 16),
    ...addressBytes(packet.destination, 16),
  ]
}

/** The first bytes of the transport header; null where there is none to look at. */
export function transportHeader(packet: Packet): Bytes | null {
  if (packet.isFragment === true) return null
  if (packet.protocol === IPPROTO_ICMP || packet.protocol === IPPROTO_ICMPV6) {
    return [packet.icmpType ?? undefined, packet.icmpCode ?? undefined]
  }
  if (packet.inner?.kind === 'ipip') return wholePacket(packet.inner.packet)
  const ports = [...networkNumber(packet.sourcePort, 2), ...networkNumber(packet.destinationPort, 2)]
  if (packet.protocol === IPPROTO_TCP) return [...ports, ...unknownBytes(9), packet.tcpFlags ?? undefined]
  return packet.inner?.kind === 'vxlan' ? [...ports, ...vxlanHeader(packet.inner.vni)] : ports
}

/** The rest of struct udphdr, then struct vxlanhdr (net/vxlan.h): the flag that a VNI is there, and the VNI. */
function vxlanHeader(vni: number): Bytes {
  return [...unknownBytes(4), 0x08, 0, 0, 0, ...networkNumber(vni, 3), 0]
}

/** From the IP header on, without options in it, as far as it is known. */
export function wholePacket(packet: Packet): Bytes {
  return [...networkHeader(packet), ...(transportHeader(packet) ?? [])]
}

/** `length` bytes at an offset; what lies behind what is known is not known. */
export function slice(bytes: Bytes, offset: number, length: number): Bytes {
  return Array.from({ length }, (_, i) => bytes[offset + i])
}
