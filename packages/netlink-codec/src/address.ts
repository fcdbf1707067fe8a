import { type ByteReader, hexDigits } from './reader.ts'

/** Four bytes in network order as `10.0.0.1`. */
export function ipv4Text(reader: ByteReader, at: number): string {
  return `${reader.u8(at)}.${reader.u8(at + 1)}.${reader.u8(at + 2)}.${reader.u8(at + 3)}`
}

/**
 * Sixteen bytes as the text that `inet_ntop` gives: the longest run of two or more zero words is `::` (the first of
 * equals), and addresses that embed an IPv4 one (`::ffff:a.b.c.d`, `::a.b.c.d`) end in dotted decimal.
 */
export function ipv6Text(reader: ByteReader, at: number): string {
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
}

/** Bytes as lower-case hex pairs with colons: `02:42:0a:00:00:01`, of any length; empty for none. */
export function macText(reader: ByteReader, at: number, length: number): string {
  if (length === 0) return ''
  let text = hexDigits[reader.u8(at)]!
  for (let i = at + 1; i < at + length; i++) text += `:${hexDigits[reader.u8(i)]!}`
  return text
}
