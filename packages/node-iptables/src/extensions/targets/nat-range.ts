import type { ByteReader, ByteWriter } from 'netlink-codec'
import { parseAddress, readAddress, readIpv4, writeAddress, writeInetAddress } from '../../address.ts'
import type { Family } from '../../model.ts'
import { parseNumber } from '../../text/words.ts'
import { parseRange, printRange, type Range } from '../range.ts'

/** What the four NAT targets share: struct nf_nat_range2 of nf_nat.h, and its two elders. */
export type NatRange = {
  readonly addresses?: { readonly first: string; readonly last: string }
  readonly ports?: Range
  /** Port of the packet that maps to the first of `ports`; those behind it shift alike. */
  readonly basePort?: number
  readonly random?: true
  readonly randomFully?: true
  readonly persistent?: true
}

const MAP_IPS = 1 << 0
const PROTO_SPECIFIED = 1 << 1
const PROTO_RANDOM = 1 << 2
const PERSISTENT = 1 << 3
const PROTO_RANDOM_FULLY = 1 << 4
const PROTO_OFFSET = 1 << 5
const KNOWN = (1 << 6) - 1

/** struct nf_nat_ipv4_multi_range_compat, nf_nat_range, nf_nat_range2. */
export type NatLayout = 'ipv4' | 'range' | 'range2'
export const natLayoutSizes: Readonly<Record<NatLayout, number>> = { ipv4: 20, range: 40, range2: 44 }

export function readNatRange(
  reader: ByteReader,
  at: number,
  layout: NatLayout,
  family: Family,
): NatRange | undefined {
  const compat = layout === 'ipv4'
  if (compat && reader.u32(at) !== 1) return undefined
  const flags = reader.u32(compat ? at + 4 : at)
  const protocol = compat ? at + 16 : at + 36
  if (flags & ~KNOWN) return undefined
  return {
    ...(flags & MAP_IPS && {
      addresses: compat
        ? { first: readIpv4(reader, at + 8), last: readIpv4(reader, at + 12) }
        : { first: readAddress(reader, at + 4, family), last: readAddress(reader, at + 20, family) },
    }),
    ...(flags & PROTO_SPECIFIED && {
      ports: { first: reader.be16(protocol), last: reader.be16(protocol + 2) },
    }),
    ...(flags & PROTO_OFFSET && layout === 'range2' && { basePort: reader.be16(at + 40) }),
    ...(flags & PROTO_RANDOM && { random: true }),
    ...(flags & PROTO_RANDOM_FULLY && { randomFully: true }),
    ...(flags & PERSISTENT && { persistent: true }),
  }
}

export function writeNatRange(value: NatRange, writer: ByteWriter, layout: NatLayout, family: Family): void {
  if (layout === 'ipv4') writer.u32(1)
  writer.u32(
    (value.addresses ? MAP_IPS : 0) |
      (value.ports ? PROTO_SPECIFIED : 0) |
      (value.random ? PROTO_RANDOM : 0) |
      (value.persistent ? PERSISTENT : 0) |
      (value.randomFully ? PROTO_RANDOM_FULLY : 0) |
      (value.basePort === undefined ? 0 : PROTO_OFFSET),
  )
  const write = layout === 'ipv4' ? writeAddress : writeInetAddress
  write(writer, value.addresses?.first, family)
  write(writer, value.addresses?.last, family)
  writer.be16(value.ports?.first ?? 0).be16(value.ports?.last ?? 0)
  if (layout === 'range2') writer.be16(value.basePort ?? 0).zeros(2)
}

/** The value of `--to-destination` and `--to-source`: `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`, `:53`. */
export function printNatRange({ addresses, ports, basePort }: NatRange, family: Family): string {
  let text = ''
  if (addresses) {
    text = addresses.first === addresses.last ? addresses.first : `${addresses.first}-${addresses.last}`
    if (family === 'ip6' && ports) text = `[${text}]`
  }
  if (ports) text += `:${printRange(ports, '-')}`
  return basePort === undefined ? text : `${text}/${basePort}`
}

/** The inverse of `printNatRange`. */
export function parseNatRange(text: string, family: Family): NatRange | undefined {
  const [, addressPart, portPart] =
    (family === 'ip' ? /^([^:]*)(?::(.+))?$/ : /^\[?([^\]]*?)\]?(?:(?<=^|\]):(\d.*))?$/).exec(text) ?? []
  if (addressPart === undefined) return undefined
  let range: NatRange = {}
  if (addressPart !== '') {
    const [first, last, ...rest] = addressPart.split('-').map(part => parseAddress(part, family))
    if (rest.length > 0 || !first) return undefined
    range = { addresses: { first, last: last ?? first } }
  }
  if (portPart === undefined) return range
  const [portText, baseText] = portPart.split('/')
  const ports = parseRange(portText, 0xffff, '-')
  const basePort = parseNumber(baseText, 0xffff)
  if (!ports || (baseText !== undefined && basePort === undefined)) return undefined
  return { ...range, ports, ...(basePort !== undefined && { basePort }) }
}
