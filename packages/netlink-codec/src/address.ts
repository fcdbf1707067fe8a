import { keepTexts } from './kept-text.ts'
import { type ByteReader, hexDigits } from './reader.ts'

/** Four bytes in network order as `10.0.0.1`. */
export function ipv4Text(reader: ByteReader, at: number): string {
  return keptIpv4(reader, at, 4)
}

const keptIpv4 = keepTexts(
  (reader, at) => `${reader.u8(at)}.${reader.u8(at + 1)}.${reader.u8(at + 2)}.${reader.u8(at + 3)}`,
)

/**
 * Sixteen bytes as the text that `inet_ntop` gives: the longest run of two or more zero words is `::` (the first of
 * equals), and addresses that embed an IPv4 one (`::ffff:a.b.c.d`, `::a.b.c.d`) end in dotted decimal.
 */
export function ipv6Text(reader: ByteReader, at: number): string {
  return keptIpv6(reader, at, 16)
}

const keptIpv6 = keepTexts((reader, at) => {
  let runStart = -1
  let runLength = 1
  for (let word = 0; word < 8; ) {
    let next = word
    while (next < 8 && reader.be16(at + 2 * next) === 0) next++
    if (next - word > runLength) {
      runStart = word
      runLength = next - word
    }
    word = next + 1
  }
  const mapped = runStart === 0 && runLength === 5 && reader.be16(at + 10) === 0xffff
  const embedsIpv4 = mapped || (runStart === 0 && runLength === 6)
  const words = embedsIpv4 ? 6 : 8
  let text = ''
  for (let word = 0; word < words; word++) {
    if (word === runStart) {
      text += '::'
      word += runLength - 1
      continue
    }
    if (text !== '' && !text.endsWith(':')) text += ':'
    text += reader.be16(at + 2 * word).toString(16)
  }
  if (!embedsIpv4) return text
  return `${text}${text.endsWith(':') ? '' : ':'}${ipv4Text(reader, at + 12)}`
})

/** Bytes as lower-case hex pairs with colons: `02:42:0a:00:00:01`, of any length; empty for none. */
export function macText(reader: ByteReader, at: number, length: number): string {
  return keptMac(reader, at, length)
}

const keptMac = keepTexts((reader, at, length) => {
  if (length === 0) return ''
  let text = hexDigits[reader.u8(at)]!
  for (let i = at + 1; i < at + length; i++) text += `:${hexDigits[reader.u8(i)]!}`
  return text
})

/**
 * The 4 or 16 bytes of an address in text, the inverse of `ipv4Text` and `ipv6Text`; undefined for text that is none.
 * Takes what `inet_pton` takes: no zone, no brackets, no octal.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return parseIpv4(text)
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseWords(halves[0]!, halves.length === 1)
  const tail = halves.length === 1 ? [] : parseWords(halves[1]!, true)
  if (!head || !tail) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...head, ...Array.from({ length: missing }, () => 0), ...tail])
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return Uint8Array.from(parts, Number)
}

/** The bytes of colon-separated words; the last may be a dotted IPv4 address when `mayEndInIpv4`. */
function parseWords(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const words = text.split(':')
  for (const [index, word] of words.entries()) {
    const dotted = mayEndInIpv4 && index === words.length - 1 ? parseIpv4(word) : undefined
    if (dotted) bytes.push(...dotted)
    else if (/^[0-9a-f]{1,4}$/i.test(word)) {
      const value = Number.parseInt(word, 16)
      bytes.push(value >> 8, value & 0xff)
    } else return undefined
  }
  return bytes
}
