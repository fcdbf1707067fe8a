import { formatIp, parseIp } from '../../util/ip.ts'
import { remembered, type Secret } from './secret.ts'

/**
 * Addresses become addresses of the same kind, and two that share their first n bits share the first n bits of their
 * pseudonyms (Xu, Fan, Ammar: Prefix-Preserving IP Address Anonymization, 2002): at each bit the key and the bits before
 * decide whether it is flipped. So subnets stay subnets, and who was in one still is.
 */
export type AddressMap = {
  /** An IPv4 or IPv6 address without anything behind it; undefined for another text. */
  readonly ip: (text: string) => string | undefined
  /** `02:42:0a:00:00:05`; undefined for another text. */
  readonly mac: (text: string) => string | undefined
  /** An address with its host bits cleared by a mask that the original honours too. */
  readonly network: (address: string, mask: string | number) => string | undefined
  readonly bytes: (bytes: readonly number[]) => number[]
  readonly macBytes: (bytes: readonly number[]) => number[]
}

type Range = readonly [address: readonly number[], length: number]

const range = (text: string, length: number): Range => [parseIp(text) ?? [], length]

/** Ranges whose members stay in them: what is private stays private, and nothing becomes a multicast address. */
const anchors: Readonly<Record<number, readonly Range[]>> = {
  4: [
    range('0.0.0.0', 8),
    range('10.0.0.0', 8),
    range('100.64.0.0', 10),
    range('127.0.0.0', 8),
    range('169.254.0.0', 16),
    range('172.16.0.0', 12),
    range('192.168.0.0', 16),
    range('224.0.0.0', 3),
  ],
  16: [
    range('::', 64),
    range('64:ff9b::', 96),
    range('2000::', 3),
    range('fd00::', 8),
    range('fe80::', 64),
    range('ff00::', 8),
  ],
}

/** Of these every address means the same everywhere: nothing, this host, this link, a group. */
const kept: readonly Range[] = [
  range('0.0.0.0', 8),
  range('127.0.0.0', 8),
  range('169.254.0.0', 16),
  range('224.0.0.0', 3),
  range('ff00::', 8),
]

/** Behind these 12 bytes stands an IPv4 address. */
const carriers = [range('::ffff:0:0', 96), range('64:ff9b::', 96)]
/** Solicited-node multicast (RFC 4291): the last three bytes are those of an address. */
const solicited = range('ff02::1:ff00:0', 104)
const linkLocal = range('fe80::', 64)

export function createAddressMap(secret: Secret): AddressMap {
  const flipsOf = flips(secret)

  const bytes = (original: readonly number[]): number[] => {
    if (original.length === 16) {
      const carrier = carriers.find(candidate => isIn(original, candidate))
      if (carrier) return [...original.slice(0, 12), ...bytes(original.slice(12))]
      if (isIn(original, solicited)) return [...original.slice(0, 13), ...tail(original.slice(13))]
      if (isIn(original, linkLocal) && original[11] === 0xff && original[12] === 0xfe)
        return fromMac(original)
      // ::, ::1, and what else is written with one group.
      if (original.slice(0, 14).every(byte => byte === 0)) return [...original]
    }
    if (kept.some(candidate => isIn(original, candidate))) return [...original]
    return original.map((byte, index) => flipped(byte, index, original, flipsOf))
  }

  /** EUI-64: the MAC with ff:fe in its middle and one bit turned over. */
  const fromMac = (original: readonly number[]): number[] => {
    const own = original.slice(8)
    const mac = macBytes([own[0]! ^ 2, own[1]!, own[2]!, own[5]!, own[6]!, own[7]!])
    return [...original.slice(0, 8), mac[0]! ^ 2, mac[1]!, mac[2]!, 0xff, 0xfe, mac[3]!, mac[4]!, mac[5]!]
  }

  /** A byte each, turned by what stands before it. */
  const turned = (original: readonly number[], purpose: string): number[] =>
    original.map((byte, index) => byte ^ secret.bytes(purpose, original.slice(0, index).join('.'))[0]!)

  const tail = (three: readonly number[]): number[] => turned(three, 'solicited')

  const macBytes = (original: readonly number[]): number[] => {
    const [first, second, third] = original as [number, number, number]
    // Docker's scheme: 02:42 and the IPv4 address.
    if (first === 0x02 && second === 0x42) return [first, second, ...bytes(original.slice(2))]
    if (original.every(byte => byte === 0) || original.every(byte => byte === 0xff)) return [...original]
    if (first === 0x33 && second === 0x33) {
      return third === 0xff ? [first, second, third, ...tail(original.slice(3))] : [...original]
    }
    if (first & 1) return [...original]
    // The first byte tells what sort of address it is.
    const mapped = [first, ...turned(original.slice(1), `mac ${first}`)]
    if (first !== 0x02 || mapped[1] !== 0x42) return mapped
    // Not into Docker's scheme: it takes the place that 42 would have had.
    return [first, turned([0x42], `mac ${first}`)[0]!, ...mapped.slice(2)]
  }

  const known = remembered(text => {
    const parsed = parseIp(text)
    return parsed ? formatIp(bytes(parsed)) : ''
  })
  const ip = (text: string): string | undefined => known(text) || undefined

  return {
    ip,
    bytes,
    macBytes,
    mac(text) {
      const parsed = /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(text)
        ? text.split(':').map(byte => Number.parseInt(byte, 16))
        : undefined
      if (!parsed) return undefined
      const isPadded = /^(?:..:){5}..$/.test(text)
      const mapped = macBytes(parsed)
        .map(byte => byte.toString(16).padStart(isPadded ? 2 : 1, '0'))
        .join(':')
      return /[A-F]/.test(text) ? mapped.toUpperCase() : mapped
    },
    network(address, mask) {
      const parsed = parseIp(address)
      if (!parsed) return undefined
      const maskBytes = typeof mask === 'number' ? maskOf(mask, parsed.length) : parseIp(mask)
      if (maskBytes?.length !== parsed.length) return ip(address)
      if (parsed.some((byte, index) => (byte & ~maskBytes[index]! & 0xff) !== 0)) return ip(address)
      return formatIp(bytes(parsed).map((byte, index) => byte & maskBytes[index]!))
    },
  }
}

function maskOf(length: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => {
    const bits = Math.min(8, Math.max(0, length - 8 * index))
    return (0xff00 >> bits) & 0xff
  })
}

function isIn(bytes: readonly number[], [address, length]: Range): boolean {
  if (bytes.length !== address.length) return false
  const mask = maskOf(length, bytes.length)
  return bytes.every((byte, index) => (byte & mask[index]!) === (address[index]! & mask[index]!))
}

type Flips = (before: readonly number[], size: number) => Buffer

/** Whether each node of the tree over the next byte is flipped: one bit a node, numbered from 1 as a heap. */
function flips(secret: Secret): Flips {
  const known = new Map<string, Buffer>()
  return (before, size) => {
    const prefix = `${size} ${before.join('.')}`
    let made = known.get(prefix)
    if (!made) known.set(prefix, (made = secret.bytes('address', prefix)))
    return made
  }
}

function flipped(byte: number, index: number, address: readonly number[], flipsOf: Flips): number {
  const nodes = flipsOf(address.slice(0, index), address.length)
  // The host's part of an address: what ends in 0, 1 or 255 still does.
  const isHost = index >= (address.length === 4 ? 3 : 8)
  let node = 1
  let mapped = 0
  for (let bit = 0; bit < 8; bit++) {
    const value = (byte >> (7 - bit)) & 1
    const isFlipped =
      ((nodes[node >> 3]! >> (node & 7)) & 1) === 1 &&
      !(isHost && isSpine(node)) &&
      !leadsToAnchor(address, 8 * index + bit)
    mapped = (mapped << 1) | (isFlipped ? 1 - value : value)
    node = 2 * node + value
  }
  return mapped
}

/** Nodes on the way to all zeros (1, 2, 4, …) and to all ones (1, 3, 7, …). */
function isSpine(node: number): boolean {
  return (node & (node - 1)) === 0 || (node & (node + 1)) === 0
}

/** Whether the first `depth` bits of an address are also the first of a longer range that must stay where it is. */
function leadsToAnchor(address: readonly number[], depth: number): boolean {
  return (anchors[address.length] ?? []).some(
    ([anchor, length]) => length > depth && isIn(address, [anchor, depth]),
  )
}
