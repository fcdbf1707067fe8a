import type { Random } from '../random.ts'

/** A packet of the test, with what our flow says of it. */
export type TestPacket = {
  readonly id: number
  readonly protocol: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly icmpType: number
  readonly tcpFlags: number
  readonly ttl: number
  readonly tos: number
  readonly payload: number
}

export const IP_HEADER = 20
export const headerLength: Readonly<Record<number, number>> = { 1: 8, 6: 20, 17: 8 }

/** The first packet of a connection, in a test that is about something else. */
export function plainPacket(
  id: number,
  places: Pick<TestPacket, 'source' | 'destination'>,
  more: Partial<TestPacket> = {},
): TestPacket {
  const packet = { id, protocol: 6, ...places, sourcePort: 30_000 + id, destinationPort: 80 }
  return { ...packet, icmpType: 8, tcpFlags: 2, ttl: 64, tos: 0, payload: 0, ...more }
}

/** A random packet between places that rules talk about. */
export function randomPacket(
  random: Random,
  id: number,
  places: {
    readonly sources: readonly string[]
    readonly destinations: readonly string[]
    readonly ports: readonly number[]
    readonly icmpTypes?: readonly number[]
  },
): TestPacket {
  const protocol = random.pick([6, 6, 6, 17, 17, 1])
  return {
    id,
    protocol,
    source: random.pick(places.sources),
    destination: random.pick(places.destinations),
    sourcePort: random.chance(0.3) ? random.pick(places.ports) : random.int(20_000, 60_000),
    destinationPort: random.pick(places.ports),
    icmpType: random.pick(places.icmpTypes ?? [8, 8, 8, 0, 3, 13]),
    tcpFlags: random.pick([2, 2, 2, 2, 2, 16, 18, 4, 17, 0]),
    ttl: random.pick([64, 64, 64, 63, 2, 1]),
    tos: random.pick([0, 0, 8, 16, 0xb8]),
    payload: random.pick([0, 8, 40, 400]),
  }
}

/** The whole packet as hex, checksums of TCP, UDP and ICMP included. */
export function packetHex(packet: TestPacket): string {
  const head = headerLength[packet.protocol]!
  const length = IP_HEADER + head + packet.payload
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  bytes[0] = 0x45
  bytes[1] = packet.tos
  view.setUint16(2, length)
  view.setUint16(4, packet.id)
  bytes[8] = packet.ttl
  bytes[9] = packet.protocol
  bytes.set(packet.source.split('.').map(Number), 12)
  bytes.set(packet.destination.split('.').map(Number), 16)
  if (packet.protocol === 1) {
    bytes[20] = packet.icmpType
    view.setUint16(24, packet.id)
  } else {
    view.setUint16(20, packet.sourcePort)
    view.setUint16(22, packet.destinationPort)
    if (packet.protocol === 6) {
      bytes[32] = 5 << 4
      bytes[33] = packet.tcpFlags
      view.setUint16(34, 1024)
    } else view.setUint16(24, length - IP_HEADER)
  }
  view.setUint16(IP_HEADER + { 1: 2, 6: 16, 17: 6 }[packet.protocol]!, checksum(bytes, packet.protocol))
  return Buffer.from(bytes).toString('hex')
}

export const IPV6_HEADER = 40

/** The same packet in IPv6, as hex: its ICMP is ICMPv6. There is no identification; packets are told apart by their length. */
export function packet6Hex(packet: TestPacket): string {
  const head = headerLength[packet.protocol]!
  const length = head + packet.payload
  const bytes = new Uint8Array(IPV6_HEADER + length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x6000 | (packet.tos << 4))
  view.setUint16(4, length)
  bytes[6] = packet.protocol === 1 ? ICMPV6 : packet.protocol
  bytes[7] = packet.ttl
  bytes.set(ipv6Bytes(packet.source), 8)
  bytes.set(ipv6Bytes(packet.destination), 24)
  if (packet.protocol === 1) {
    bytes[40] = packet.icmpType
    view.setUint16(44, packet.id)
  } else {
    view.setUint16(40, packet.sourcePort)
    view.setUint16(42, packet.destinationPort)
    if (packet.protocol === 6) {
      bytes[52] = 5 << 4
      bytes[53] = packet.tcpFlags
      view.setUint16(54, 1024)
    } else view.setUint16(44, length)
  }
  const at = IPV6_HEADER + { 1: 2, 6: 16, 17: 6 }[packet.protocol]!
  view.setUint16(at, sumOf(bytes, 8, bytes[6] + length))
  return Buffer.from(bytes).toString('hex')
}

const ICMPV6 = 58

function ipv6Bytes(address: string): number[] {
  const [before = '', after = ''] = address.split('::')
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map(word => Number.parseInt(word, 16))
  const [first, last] = [words(before), words(after)]
  const middle = Array.from({ length: 8 - first.length - last.length }, () => 0)
  return [...first, ...middle, ...last].flatMap(word => [word >> 8, word & 0xff])
}

/** RFC 1071 over the transport part, with the pseudo header of TCP and UDP. */
function checksum(bytes: Uint8Array, protocol: number): number {
  return protocol === 1 ? sumOf(bytes, IP_HEADER, 0) : sumOf(bytes, 12, protocol + bytes.length - IP_HEADER)
}

function sumOf(bytes: Uint8Array, from: number, start: number): number {
  let sum = start
  for (let i = from; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}
