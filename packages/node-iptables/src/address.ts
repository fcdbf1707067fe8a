import { ByteReader, type ByteWriter } from 'netlink-codec'
import type { Family } from './model.ts'

/** Addresses and masks as text, in the form of inet_ntop of glibc, which iptables prints. */

/** Four bytes in network order. */
export function readIpv4(reader: ByteReader, at: number): string {
  return `${reader.u8(at)}.${reader.u8(at + 1)}.${reader.u8(at + 2)}.${reader.u8(at + 3)}`
}

/** Sixteen bytes in network order: longest run of zero groups as `::`, an IPv4 tail for ::ffff:0:0/96 and ::/96. */
export function readIpv6(reader: ByteReader, at: number): string {
  const groups: number[] = []
  let start = -1
  let length = 0
  let runStart = -1
  for (let i = 0; i < 8; i++) {
    const group = reader.be16(at + 2 * i)
    groups.push(group)
    if (group !== 0) {
      runStart = -1
      continue
    }
    if (runStart < 0) runStart = i
    if (i - runStart + 1 > length) {
      start = runStart
      length = i - runStart + 1
    }
  }
  if (length < 2) return groups.map(hex).join(':')
  if (start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))) {
    return `${length === 6 ? '::' : '::ffff:'}${readIpv4(reader, at + 12)}`
  }
  return `${groups.slice(0, start).map(hex).join(':')}::${groups
    .slice(start + length)
    .map(hex)
    .join(':')}`
}

const hex = (value: number) => value.toString(16)

/** The address of a `union nf_inet_addr`: its first four bytes are the IPv4 address. */
export function readAddress(reader: ByteReader, at: number, family: Family): string {
  return family === 'ip' ? readIpv4(reader, at) : readIpv6(reader, at)
}

/** Four or sixteen bytes as text. */
export function addressText(bytes: Uint8Array): string {
  const reader = new ByteReader(bytes)
  return bytes.length === 4 ? readIpv4(reader, 0) : readIpv6(reader, 0)
}

/** The bytes of an address or mask; undefined when `text` is none of `family`. */
export function addressBytes(text: string, family: Family): Uint8Array | undefined {
  return family === 'ip' ? ipv4Bytes(text) : ipv6Bytes(text)
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined
  return Uint8Array.from(parts, Number)
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (tail) {
    const v4 = ipv4Bytes(tail[2]!)
    if (!v4) return undefined
    return ipv6Bytes(`${tail[1]}${hex((v4[0]! << 8) | v4[1]!)}:${hex((v4[2]! << 8) | v4[3]!)}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], rest = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - rest.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<string>(missing).fill('0'), ...rest]
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return Uint8Array.from(
    groups.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}

/** An address in the form of inet_ntop, however it was written; undefined when `text` is none of `family`. */
export function parseAddress(text: string, family: Family): string | undefined {
  const bytes = addressBytes(text, family)
  return bytes && addressText(bytes)
}

/** Writes a `union nf_inet_addr` (16 bytes); no address, or one of the other family, is zeros. */
export function writeInetAddress(writer: ByteWriter, text: string | undefined, family: Family): void {
  const bytes = (text === undefined ? undefined : addressBytes(text, family)) ?? new Uint8Array(0)
  writer.raw(bytes).zeros(16 - bytes.length)
}

/** Writes an address in its own size: 4 or 16 bytes. */
export function writeAddress(writer: ByteWriter, text: string | undefined, family: Family): void {
  const bytes = text === undefined ? undefined : addressBytes(text, family)
  if (bytes) writer.raw(bytes)
  else writer.zeros(family === 'ip' ? 4 : 16)
}

/** The mask of every bit: a test of one address. */
export function fullMask(family: Family): string {
  return family === 'ip' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
}

/** 24 for `255.255.255.0`; undefined for a mask with holes or text that is no mask. */
export function prefixLength(mask: string, family: Family): number | undefined {
  if (mask === fullMask(family)) return family === 'ip' ? 32 : 128
  const bytes = addressBytes(mask, family)
  if (!bytes) return undefined
  let length = 0
  while (length < bytes.length * 8 && bytes[length >> 3]! & (0x80 >> (length & 7))) length++
  for (let bit = length; bit < bytes.length * 8; bit++) {
    if (bytes[bit >> 3]! & (0x80 >> (bit & 7))) return undefined
  }
  return length
}

/** `255.255.255.0` for 24. */
export function maskOfPrefix(length: number, family: Family): string {
  const bytes = new Uint8Array(family === 'ip' ? 4 : 16)
  return addressText(bytes.map((_, i) => 0xff & ~(0xff >> Math.min(8, Math.max(0, length - 8 * i)))))
}

/** What a mask looks like behind an address: `/24`, or `/255.0.255.0` when it has holes. */
export function maskSuffix(mask: string, family: Family): string {
  return `/${prefixLength(mask, family) ?? mask}`
}

/** An address and the mask that it is compared under. */
export type MaskedAddress = { readonly address: string; readonly mask: string }

/** Reads `10.0.0.0/8`, `10.0.0.0/255.0.0.0` or an address alone. */
export function parseMaskedAddress(text: string, family: Family): MaskedAddress | undefined {
  const slash = text.indexOf('/')
  const suffix = slash < 0 ? undefined : text.slice(slash + 1)
  const bytes = addressBytes(slash < 0 ? text : text.slice(0, slash), family)
  const most = family === 'ip' ? 32 : 128
  let mask = fullMask(family)
  if (suffix !== undefined && /^\d+$/.test(suffix)) {
    if (Number(suffix) > most) return undefined
    mask = maskOfPrefix(Number(suffix), family)
  } else if (suffix !== undefined) mask = suffix
  const maskBytes = addressBytes(mask, family)
  return bytes && maskBytes && { address: addressText(bytes), mask: addressText(maskBytes) }
}

/** The address without the bits that the mask does not cover: iptables clears them for `-s` and `-d`. */
export function clearHostBits({ address, mask }: MaskedAddress, family: Family): MaskedAddress {
  const bytes = addressBytes(address, family)
  const maskBytes = addressBytes(mask, family)
  return bytes && maskBytes
    ? { address: addressText(bytes.map((byte, i) => byte & maskBytes[i]!)), mask }
    : { address, mask }
}
