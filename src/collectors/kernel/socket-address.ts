import { ByteReader, ByteWriter, ipv4Text, ipv6Text, parseAddress } from 'netlink-codec'
import { AF_INET, AF_INET6 } from './rtnl/names.ts'

/**
 * struct sockaddr_in (family u16, port be16, address, eight bytes of padding) or struct sockaddr_in6 (family, port, flow u32, address,
 * scope u32).
 *
 * @throws RangeError for what is no address
 */
export function encodeSocketAddress(address: string, port: number): Uint8Array {
  const bytes = parseAddress(address)
  if (!bytes) throw new RangeError(`no address: ${address}`)
  const isFour = bytes.length === 4
  const writer = new ByteWriter().u16(isFour ? AF_INET : AF_INET6).be16(port)
  return (isFour ? writer.raw(bytes).zeros(8) : writer.u32(0).raw(bytes).u32(0)).finish()
}

/** The address and the port of a struct sockaddr of either family. */
export function decodeSocketAddress(bytes: Uint8Array): { readonly address: string; readonly port: number } {
  const reader = new ByteReader(bytes)
  const address = reader.u16(0) === AF_INET ? ipv4Text(reader, 4) : ipv6Text(reader, 8)
  return { address, port: reader.be16(2) }
}

/** struct timeval. */
export function encodeTimeval(microseconds: number): Uint8Array {
  const seconds = Math.floor(microseconds / 1e6)
  return new ByteWriter()
    .u64(String(seconds))
    .u64(String(microseconds - seconds * 1e6))
    .finish()
}
