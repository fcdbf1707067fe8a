import { type ByteReader, ipv4Text, ipv6Text, macText } from 'netlink-codec'
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
 * A link-layer address in the notation of its device type: tunnels have IP addresses, amateur radio has call signs,
 * everything else has bytes with colons.
 *
 * @param type ARPHRD_* of the device
 */
export function linkAddress(reader: ByteReader, at: number, length: number, type: number): string {
  if (length === 4 && (type === ARPHRD_TUNNEL || type === ARPHRD_SIT || type === ARPHRD_IPGRE)) {
    return ipv4Text(reader, at)
  }
  if (length === 16 && (type === ARPHRD_TUNNEL6 || type === ARPHRD_IP6GRE)) return ipv6Text(reader, at)
  if (length === 7 && (type === ARPHRD_AX25 || type === ARPHRD_NETROM)) return ax25CallSign(reader, at)
  if (length === 5 && type === ARPHRD_ROSE) return roseAddress(reader, at)
  return macText(reader, at, length)
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
