import ipaddr from 'ipaddr.js'

/** An address as its 4 or 16 bytes; undefined for what is none (a name, a prefix, an address with a zone). */
export function parseIp(text: string): number[] | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text).toByteArray() : undefined
  }
  if (!/^[0-9a-f]*:[0-9a-f:.]*$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined
  return ipaddr.IPv6.parse(text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, asGroups)).toByteArray()
}

/** ipaddr.js takes `::1.2.3.4` for `::ffff:1.2.3.4`; inet_pton does not. */
function asGroups(_: string, ...bytes: string[]): string {
  const [a, b, c, d] = bytes.slice(0, 4).map(Number) as [number, number, number, number]
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** The text that inet_ntop gives, also for IPv6 addresses that hold one of IPv4. */
export function formatIp(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every(isZero) && bytes[10] === 0xff && bytes[11] === 0xff
  const isCompatible = bytes.slice(0, 12).every(isZero) && (bytes[12] !== 0 || bytes[13] !== 0)
  if (isMapped) return `::ffff:${bytes.slice(12).join('.')}`
  if (isCompatible) return `::${bytes.slice(12).join('.')}`
  return new ipaddr.IPv6([...bytes]).toRFC5952String()
}

const isZero = (byte: number | undefined): boolean => byte === 0
