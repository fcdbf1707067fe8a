import { formatIp as formatBytes, parseIp as parseBytes } from './ip.ts'

/** IP addresses as numbers, so that prefixes, ranges and masks can be compared. */

/** An address of either family: its bits as one number, in network order. */
export type Ip = { readonly bits: 32 | 128; readonly value: bigint }

/** An address and how many of its leading bits count. */
export type Prefix = { readonly ip: Ip; readonly length: number }

const known = new Map<string, Ip | undefined>()
/** A node has some ten thousand addresses; what comes from a longer list is read again. */
const MOST_KNOWN = 100_000

/** `10.0.0.1`, `fd00::1`, `::ffff:10.0.0.1`; undefined for anything else. */
export function parseIp(text: string): Ip | undefined {
  const cached = known.get(text)
  if (cached) return cached
  const bytes = parseBytes(text)
  if (!bytes) return undefined
  const value = bytes.reduce<bigint>((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const ip: Ip = { bits: bytes.length === 4 ? 32 : 128, value }
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, ip)
  return ip
}

/** The text of inet_ntop. */
export function formatIp({ bits, value }: Ip): string {
  return formatBytes(
    Array.from({ length: bits / 8 }, (_, i) => Number((value >> BigInt(bits - 8 - 8 * i)) & 255n)),
  )
}

/** `10.0.0.0/8`, an address alone (all bits count), and `default` when the family is given. */
export function parsePrefix(text: string, bits?: 32 | 128): Prefix | undefined {
  if ((text === 'default' || text === 'all') && bits) return { ip: { bits, value: 0n }, length: 0 }
  const slash = text.indexOf('/')
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash))
  const length = slash < 0 ? ip?.bits : Number(text.slice(slash + 1))
  return ip && length !== undefined && length >= 0 && length <= ip.bits ? { ip, length } : undefined
}

export function isInPrefix(ip: Ip, prefix: Prefix): boolean {
  if (ip.bits !== prefix.ip.bits) return false
  const shift = BigInt(ip.bits - prefix.length)
  return ip.value >> shift === prefix.ip.value >> shift
}

/** `ip` equals `network` in every bit of `mask`; masks may have holes. */
export function matchesMask(ip: Ip, network: Ip, mask: Ip): boolean {
  return ip.bits === network.bits && ((ip.value ^ network.value) & mask.value) === 0n
}

/** 127.0.0.0/8, ::1. */
export function isLoopback({ bits, value }: Ip): boolean {
  return bits === 32 ? value >> 24n === 127n : value === 1n
}

/** 224.0.0.0/4, ff00::/8. */
export function isMulticast({ bits, value }: Ip): boolean {
  return bits === 32 ? value >> 28n === 14n : value >> 120n === 255n
}

/** fe80::/10: an address of one link. */
export function isLinkLocal6({ bits, value }: Ip): boolean {
  return bits === 128 && value >> 118n === 0x3fan
}

/** The same prefix without the bits behind its length: `10.0.0.5/24` is `10.0.0.0/24`. */
export function networkOf({ ip, length }: Prefix): Prefix {
  const shift = BigInt(ip.bits - length)
  return { ip: { bits: ip.bits, value: (ip.value >> shift) << shift }, length }
}

/** Whether two prefixes have an address in common. */
export function overlaps(one: Prefix, other: Prefix): boolean {
  return one.length <= other.length ? isInPrefix(other.ip, one) : isInPrefix(one.ip, other)
}

/** `10.0.0.0/24` */
export function formatPrefix({ ip, length }: Prefix): string {
  return `${formatIp(ip)}/${length}`
}

/** The first address of a subnet, which its gateway has unless another is named; undefined for what is no subnet. */
export function firstAddress(subnet: string): string | undefined {
  const prefix = subnet.includes('/') ? parsePrefix(subnet) : undefined
  if (!prefix) return undefined
  const { ip } = networkOf(prefix)
  const first = { bits: ip.bits, value: ip.value + 1n }
  return isInPrefix(first, prefix) ? formatIp(first) : undefined
}
