import type { ByteReader } from './reader.ts'

const SLOTS = 4096
/** Longer texts are seldom the same, and are not kept. IFNAMSIZ is 16, an IPv6 address has 16 bytes. */
const LONGEST = 32

/**
 * Texts by the bytes that they were made of: what dumps tell is the same few thousand names and addresses again and
 * again, and to know one again takes less time than to make it, and no memory. A slot holds the last text that fell into it.
 *
 * @param make the text of bytes that are not known
 * @returns the same, with a memory; throws DecodeError when the bytes are not there
 */
export function keepTexts(
  make: (reader: ByteReader, at: number, length: number) => string,
): (reader: ByteReader, at: number, length: number) => string {
  const texts = Array.from<string | undefined>({ length: SLOTS })
  const sizes = new Uint8Array(SLOTS)
  const origins = new Uint8Array(SLOTS * LONGEST)
  return (reader, at, length) => {
    if (length > LONGEST) return make(reader, at, length)
    reader.need(at, length)
    const { bytes } = reader
    let hash = length
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + bytes[at + i]!
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1)
    const origin = slot * LONGEST
    const kept = texts[slot]
    if (kept !== undefined && sizes[slot] === length) {
      let i = 0
      while (i < length && origins[origin + i] === bytes[at + i]) i++
      if (i === length) return kept
    }
    const text = make(reader, at, length)
    texts[slot] = text
    sizes[slot] = length
    for (let i = 0; i < length; i++) origins[origin + i] = bytes[at + i]!
    return text
  }
}
