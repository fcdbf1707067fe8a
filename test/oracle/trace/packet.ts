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

export const IPV6_HEADER = 40
const ICMPV6 = 58
/** Where the checksum stands in the header of a protocol. */
const checksums: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6 }

/** The IP header of one family. */
type Header = {
  readonly size: number
  /** Where the two addresses begin. */
  readonly addresses: number
  readonly icmp: number
  /** The checksum of ICMP is about the addresses, too. */
  readonly hasIcmpAddresses: boolean
  /** Writes it; `length` is that of what is behind it. */
  write(bytes: Uint8Array, view: DataView, packet: TestPacket, length: number): void
}

const ipv4: Header = {
  size: IP_HEADER,
  addresses: 12,
  icmp: 1,
  hasIcmpAddresses: false,
  write(bytes, view, { id, tos, ttl, protocol, source, destination }, length) {
    bytes[0] = 0x45
    bytes[1] = tos
    view.setUint16(2, IP_HEADER + length)
    view.setUint16(4, id)
    bytes[8] = ttl
    bytes[9] = protocol
    bytes.set([...source.split('.'), ...destination.split('.')].map(Number), 12)
  },
}

const ipv6: Header = {
  size: IPV6_HEADER,
  addresses: 8,
  icmp: ICMPV6,
  hasIcmpAddresses: true,
  write(bytes, view, { tos, ttl, protocol, source, destination }, length) {
    view.setUint16(0, 0x6000 | (tos << 4))
    view.setUint16(4, length)
    bytes[6] = protocol === 1 ? ICMPV6 : protocol
    bytes[7] = ttl
    bytes.set([...ipv6Bytes(source), ...ipv6Bytes(destination)], 8)
  },
}

/** The whole packet as hex, checksums of TCP, UDP and ICMP included. */
export const packetHex = (packet: TestPacket): string => wholePacket(packet, ipv4)

/** The same packet in IPv6: its ICMP is ICMPv6. There is no identification; packets are told apart by their length. */
export const packet6Hex = (packet: TestPacket): string => wholePacket(packet, ipv6)

function wholePacket(packet: TestPacket, header: Header): string {
  const { protocol, payload } = packet
  const { size, addresses, icmp, hasIcmpAddresses } = header
  const length = headerLength[protocol]! + payload
  const bytes = new Uint8Array(size + length)
  const view = new DataView(bytes.buffer)
  header.write(bytes, view, packet, length)
  if (protocol === 1) {
    bytes[size] = packet.icmpType
    view.setUint16(size + 4, packet.id)
  } else {
    view.setUint16(size, packet.sourcePort)
    view.setUint16(size + 2, packet.destinationPort)
    if (protocol === 6) {
      bytes[size + 12] = 5 << 4
      bytes[size + 13] = packet.tcpFlags
      view.setUint16(size + 14, 1024)
    } else view.setUint16(size + 4, length)
  }
  const isPlain = protocol === 1 && !hasIcmpAddresses
  const sum = isPlain
    ? sumOf(bytes, size, 0)
    : sumOf(bytes, addresses, (protocol === 1 ? icmp : protocol) + length)
  view.setUint16(size + checksums[protocol]!, sum)
  return Buffer.from(bytes).toString('hex')
}

function ipv6Bytes(address: string): number[] {
  const [before = '', after = ''] = address.split('::')
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map(word => Number.parseInt(word, 16))
  const [first, last] = [words(before), words(after)]
  const middle = Array.from({ length: 8 - first.length - last.length }, () => 0)
  return [...first, ...middle, ...last].flatMap(word => [word >> 8, word & 0xff])
}

/** RFC 1071, from where the addresses are for what has a pseudo header. */
function sumOf(bytes: Uint8Array, from: number, start: number): number {
  let sum = start
  for (let i = from; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}
