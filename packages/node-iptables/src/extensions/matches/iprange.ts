import { parseAddress, readAddress, writeInetAddress } from '../../address.ts'
import type { Family } from '../../model.ts'
import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

type AddressRange = { readonly first: string; readonly last: string; readonly invert: boolean }

/** `-m iprange`. Absent fields are not tested. */
export type Iprange = {
  readonly name: 'iprange'
  readonly source?: AddressRange
  readonly destination?: AddressRange
}

const SRC = 1 << 0
const DST = 1 << 1
const SRC_INV = 1 << 4
const DST_INV = 1 << 5

const rangeOf = (family: Family) => (text: string, invert: boolean) => {
  const [first, last, ...rest] = text.split('-').map(part => parseAddress(part, family))
  return first && rest.length === 0 ? { first, last: last ?? first, invert } : undefined
}

const optionsOf = (family: Family): OptionTable<Iprange> => ({
  '--src-range': field('source', rangeOf(family)),
  '--dst-range': field('destination', rangeOf(family)),
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }

const print = (name: string, range: AddressRange | undefined) =>
  range ? option(name, range.invert, `${range.first}-${range.last}`) : []

/** struct xt_iprange_mtinfo of xt_iprange.h. */
export const iprange: Extension<Iprange> = {
  name: 'iprange',
  revision: 1,
  size: sizes({ 1: 68 }),

  decode({ reader, at, family }) {
    const flags = reader.u8(at + 64)
    const range = (offset: number, invert: number): AddressRange => ({
      first: readAddress(reader, at + offset, family),
      last: readAddress(reader, at + offset + 16, family),
      invert: (flags & invert) !== 0,
    })
    return {
      name: 'iprange',
      ...(flags & SRC && { source: range(0, SRC_INV) }),
      ...(flags & DST && { destination: range(32, DST_INV) }),
    }
  },

  encode({ source, destination }, writer, family) {
    for (const address of [source?.first, source?.last, destination?.first, destination?.last]) {
      writeInetAddress(writer, address, family)
    }
    writer.u8(
      (source ? SRC : 0) |
        (destination ? DST : 0) |
        (source?.invert ? SRC_INV : 0) |
        (destination?.invert ? DST_INV : 0),
    )
    writer.zeros(3)
  },

  print: ({ source, destination }) => [...print('--src-range', source), ...print('--dst-range', destination)],
  parse: (words, family) => parseOptions({ name: 'iprange' }, words, options[family]),
}
