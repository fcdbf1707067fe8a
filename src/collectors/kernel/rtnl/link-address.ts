import { type Attributes, type ByteReader, ipv4Text, ipv6Text, macText } from 'netlink-codec'
import {
  ARPHRD_AX25,
  ARPHRD_IP6GRE,
  ARPHRD_IPGRE,
  ARPHRD_NETROM,
  ARPHRD_ROSE,
  ARPHRD_SIT,
  ARPHRD_TUNNEL,
  ARPHRD_TUNNEL6,
} from './link-words.ts'

/**
 * The link-layer address in an attribute, in the notation of its device type: tunnels have IP addresses, amateur radio has
 * call signs, everything else has bytes with colons. Undefined when it is absent or empty.
 *
 * @param type ARPHRD_* of the device; without it 4 and 16 bytes are taken for IP addresses (ipip, sit, gre; ip6tnl, ip6gre),
 *   as no other device that Linux still has uses these lengths
 */
export function linkAddressOf(attributes: Attributes, attribute: number, type?: number): string | undefined {
  const at = attributes.offset(attribute)
  const length = attributes.length(attribute)
  if (at === undefined || !length) return undefined
  const { reader } = attributes
  if (length === 4 && isAny(type, ARPHRD_TUNNEL, ARPHRD_SIT, ARPHRD_IPGRE)) return ipv4Text(reader, at)
  if (length === 16 && isAny(type, ARPHRD_TUNNEL6, ARPHRD_IP6GRE)) return ipv6Text(reader, at)
  if (length === 7 && (type === ARPHRD_AX25 || type === ARPHRD_NETROM)) return ax25CallSign(reader, at)
  if (length === 5 && type === ARPHRD_ROSE) return roseAddress(reader, at)
  return macText(reader, at, length)
}

function isAny(type: number | undefined, ...types: readonly number[]): boolean {
  return type === undefined || types.includes(type)
}

/** Six characters shifted left by one and padded with blanks, then the station number (ax25_address of linux/ax25.h). */
function ax25CallSign(reader: ByteReader, at: number): string {
  let text = ''
  for (let i = at; i < at + 6; i++) {
    const character = (reader.u8(i) >> 1) & 0x7f
    if (character !== 0x20) text += String.fromCharCode(character)
  }
  return `${text}-${(reader.u8(at + 6) >> 1) & 0xf}`
}

/** Ten digits, two a byte (rose_address of linux/rose.h). */
function roseAddress(reader: ByteReader, at: number): string {
  let text = ''
  for (let i = at; i < at + 5; i++) {
    const byte = reader.u8(i)
    text += String.fromCharCode(0x30 + (byte >> 4), 0x30 + (byte & 0xf))
  }
  return text
}
