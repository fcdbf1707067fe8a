import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { bitsOfNames, type NamedBits, namesOfBits } from '../names.ts'
import { sizes } from '../size.ts'
import { type NamesTest, namesTest } from '../tests.ts'

export type AddressType =
  | 'UNSPEC'
  | 'UNICAST'
  | 'LOCAL'
  | 'BROADCAST'
  | 'ANYCAST'
  | 'MULTICAST'
  | 'BLACKHOLE'
  | 'UNREACHABLE'
  | 'PROHIBIT'
  | 'THROW'
  | 'NAT'
  | 'XRESOLVE'

/** `-m addrtype`: what the routing table says of an address. Absent fields are not tested. */
export type Addrtype = {
  readonly name: 'addrtype'
  readonly source?: NamesTest<AddressType>
  readonly destination?: NamesTest<AddressType>
  /** Only LOCAL on the interface that the packet comes in by, or goes out by. */
  readonly limitInterface?: 'in' | 'out'
}

const names = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const
const bits: NamedBits<AddressType> = names.map((name, i) => [name, 1 << i])

const INVERT_SOURCE = 1
const INVERT_DEST = 2
const LIMIT_IFACE_IN = 4
const LIMIT_IFACE_OUT = 8

const options: OptionTable<Addrtype> = {
  '--src-type': field('source', namesTest(bits)),
  '--dst-type': field('destination', namesTest(bits)),
  '--limit-iface-in': { values: 0, read: () => ({ limitInterface: 'in' }) },
  '--limit-iface-out': { values: 0, read: () => ({ limitInterface: 'out' }) },
}

/** struct xt_addrtype_info and xt_addrtype_info_v1 of xt_addrtype.h. */
export const addrtype: Extension<Addrtype> = {
  name: 'addrtype',
  revision: 1,
  size: sizes({ 0: 12, 1: 8 }),

  decode({ reader, at, revision }) {
    const source = namesOfBits(reader.u16(at), bits)
    const destination = namesOfBits(reader.u16(at + 2), bits)
    const flags =
      revision > 0
        ? reader.u32(at + 4)
        : (reader.u32(at + 4) ? INVERT_SOURCE : 0) | (reader.u32(at + 8) ? INVERT_DEST : 0)
    if (!source || !destination || flags > 0xf || (flags & 0xc) === 0xc) return undefined
    return {
      name: 'addrtype',
      ...(source.length > 0 && { source: { any: source, invert: (flags & INVERT_SOURCE) !== 0 } }),
      ...(destination.length > 0 && {
        destination: { any: destination, invert: (flags & INVERT_DEST) !== 0 },
      }),
      ...(flags & LIMIT_IFACE_IN && { limitInterface: 'in' }),
      ...(flags & LIMIT_IFACE_OUT && { limitInterface: 'out' }),
    }
  },

  encode({ source, destination, limitInterface }, writer) {
    writer.u16(bitsOfNames(source?.any ?? [], bits)).u16(bitsOfNames(destination?.any ?? [], bits))
    writer.u32(
      (source?.invert ? INVERT_SOURCE : 0) |
        (destination?.invert ? INVERT_DEST : 0) |
        (limitInterface === 'in' ? LIMIT_IFACE_IN : 0) |
        (limitInterface === 'out' ? LIMIT_IFACE_OUT : 0),
    )
  },

  print: ({ source, destination, limitInterface }) => [
    ...(source ? option('--src-type', source.invert, source.any.join(',')) : []),
    ...(destination ? option('--dst-type', destination.invert, destination.any.join(',')) : []),
    ...(limitInterface ? [`--limit-iface-${limitInterface}`] : []),
  ],

  parse: words => parseOptions({ name: 'addrtype' }, words, options),
}
