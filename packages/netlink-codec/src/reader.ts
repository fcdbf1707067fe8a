import { DecodeError } from './errors.ts'
import { keepTexts } from './kept-text.ts'

/** Two lower-case hex digits for each byte. */
export const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const utf8 = new TextDecoder('utf-8')

/**
 * The only place of this repository that turns bytes into numbers: every read is checked against the end.
 *
 * Positions are absolute in `bytes`, so an error names a byte that can be found in a capture. Multi-byte reads
 * are little-endian, as the kernel's host order is on every machine that cnmtop supports (x86-64, arm64,
 * riscv64); `be…` reads network order. 64-bit values come as decimal strings: they neither lose digits nor
 * need a bigint in JSON.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  /** First position past the readable part. */
  readonly end: number

  constructor(bytes: Uint8Array, end: number = bytes.length) {
    if (end > bytes.length)
      throw new DecodeError(`end ${end} lies beyond ${bytes.length} bytes`, bytes.length)
    this.bytes = bytes
    this.end = end
  }

  /** @throws DecodeError unless `length` bytes can be read from `at` on */
  need(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.end) {
      throw new DecodeError(`needs ${length} bytes, has ${Math.max(0, this.end - at)}`, at)
    }
  }

  u8(at: number): number {
    this.need(at, 1)
    return this.bytes[at]!
  }

  u16(at: number): number {
    this.need(at, 2)
    const b = this.bytes
    return b[at]! | (b[at + 1]! << 8)
  }

  u32(at: number): number {
    this.need(at, 4)
    const b = this.bytes
    return (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0
  }

  s32(at: number): number {
    return this.u32(at) | 0
  }

  be16(at: number): number {
    this.need(at, 2)
    const b = this.bytes
    return (b[at]! << 8) | b[at + 1]!
  }

  be32(at: number): number {
    this.need(at, 4)
    const b = this.bytes
    return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0
  }

  /** Unsigned 64-bit value as a decimal string. */
  u64(at: number): string {
    return decimal64(this.u32(at + 4), this.u32(at))
  }

  /** Unsigned 64-bit value as a number: rounded beyond 2^53. */
  u64Number(at: number): number {
    return this.u32(at + 4) * 0x1_0000_0000 + this.u32(at)
  }

  /** Unsigned 64-bit value in network order as a decimal string. */
  be64(at: number): string {
    return decimal64(this.be32(at), this.be32(at + 4))
  }

  /** A view, not a copy: valid only until the buffer is reused. */
  slice(at: number, length: number): Uint8Array {
    this.need(at, length)
    return this.bytes.subarray(at, at + length)
  }

  /** A string that ends at its first NUL, or after `length` bytes when it holds none. Invalid UTF-8 becomes U+FFFD. */
  text(at: number, length: number): string {
    this.need(at, length)
    let size = 0
    while (size < length && this.bytes[at + size] !== 0) size++
    return keptText(this, at, size)
  }

  /** Lower-case hex digits without separators. */
  hex(at: number, length: number): string {
    this.need(at, length)
    let out = ''
    for (let i = at; i < at + length; i++) out += hexDigits[this.bytes[i]!]!
    return out
  }
}

const keptText = keepTexts(({ bytes }, at, length) => {
  const end = at + length
  let text = ''
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte > 0x7e) return utf8.decode(bytes.subarray(at, end))
    text += String.fromCharCode(byte)
  }
  return text
})

function decimal64(high: number, low: number): string {
  if (high === 0) return String(low)
  if (high < 0x20_0000) return String(high * 0x1_0000_0000 + low)
  return ((BigInt(high) << 32n) | BigInt(low)).toString()
}
