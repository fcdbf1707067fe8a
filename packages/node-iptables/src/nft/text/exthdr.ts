import type { Exthdr } from '../expressions/packet.ts'
import { field, type HeaderField } from './headers.ts'
import { types } from './types.ts'

/** A header with the fields that nft names (its exthdr.c and tcpopt.c). */
type NamedHeader = { readonly name: string; readonly fields: readonly HeaderField[] }

const start = [field('nexthdr', 0, 8, types.protocol), field('hdrlength', 8, 8)]

/** Extension headers of IPv6 by protocol number. */
const extensionHeaders: Readonly<Record<number, NamedHeader>> = {
  0: { name: 'hbh', fields: start },
  43: { name: 'rt', fields: [...start, field('type', 16, 8), field('seg-left', 24, 8)] },
  44: {
    name: 'frag',
    fields: [
      field('nexthdr', 0, 8, types.protocol),
      field('reserved', 8, 8),
      field('frag-off', 16, 13),
      field('reserved2', 29, 2),
      field('more-fragments', 31, 1),
      field('id', 32, 32),
    ],
  },
  60: { name: 'dst', fields: start },
  135: {
    name: 'mh',
    fields: [...start, field('type', 16, 8, types.mobilityType), field('checksum', 32, 16)],
  },
}

/** Options of TCP by kind. */
const tcpOptions: Readonly<Record<number, NamedHeader>> = {
  2: { name: 'tcp option maxseg', fields: [field('size', 16, 16)] },
  3: { name: 'tcp option window', fields: [field('count', 16, 8)] },
  4: { name: 'tcp option sack-perm', fields: [] },
  5: { name: 'tcp option sack', fields: [field('left', 16, 32), field('right', 48, 32)] },
  8: { name: 'tcp option timestamp', fields: [field('tsval', 16, 32), field('tsecr', 48, 32)] },
}

/** Whether the load is from a header of IPv6, as it is when nothing else is said. */
export function isIpv6Header({ operation }: Exthdr): boolean {
  return operation === 'ipv6' || operation === undefined
}

/** The words for a test that the header is there at all. */
export function presenceWords(load: Exthdr): string | undefined {
  const name = headerOf(load)?.name
  return name !== undefined && isIpv6Header(load) ? `exthdr ${name}` : name
}

/** The field that lies exactly at these bits of an extension header or option. */
export function exthdrFieldAt(
  load: Exthdr,
  offset: number,
  length: number,
): { header: string; field: HeaderField } | undefined {
  const header = headerOf(load)
  const found = header?.fields.find(at => at.offset === offset && at.length === length)
  return header && found && { header: header.name, field: found }
}

function headerOf(load: Exthdr): NamedHeader | undefined {
  if (isIpv6Header(load)) return extensionHeaders[load.type]
  return load.operation === 'tcpopt' ? tcpOptions[load.type] : undefined
}
