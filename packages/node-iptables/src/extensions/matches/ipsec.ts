import type { Family } from '../../model.ts'
import { field, flag, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { printRange, type Range, type RangeTest, rangeTest } from '../range.ts'
import { sizes } from '../size.ts'
import { type NumberTest, numberTest, printNumber } from '../tests.ts'

/** `-m esp`: the SPI of an ESP packet. */
export type Esp = { readonly name: 'esp'; readonly spi?: RangeTest }
/** `-m ah`: the SPI of an AH header; the rest is of IPv6 alone. */
export type Ah = {
  readonly name: 'ah'
  readonly spi?: RangeTest
  readonly headerLength?: NumberTest
  /** The reserved field must be zero. */
  readonly reserved?: true
}

const MOST = 0xffff_ffff
const INV_SPI = 0x1
const INV_LENGTH = 0x2

const spiOf = (first: number, last: number, invert: boolean): { spi: RangeTest } | undefined =>
  first === 0 && last === MOST ? undefined : { spi: { first, last, invert } }

const printSpi = (name: string, spi: RangeTest | undefined) =>
  spi ? option(name, spi.invert, printRange(spi)) : []
const any: Range = { first: 0, last: MOST }

const espOptions: OptionTable<Esp> = { '--espspi': field('spi', rangeTest(MOST)) }

/** struct xt_esp of xt_esp.h. */
export const esp: Extension<Esp> = {
  name: 'esp',
  revision: 0,
  size: sizes({ 0: 12 }),
  decode: ({ reader, at }) => ({
    name: 'esp',
    ...spiOf(reader.u32(at), reader.u32(at + 4), (reader.u8(at + 8) & INV_SPI) !== 0),
  }),
  encode({ spi }, writer) {
    const { first, last } = spi ?? any
    writer
      .u32(first)
      .u32(last)
      .u8(spi?.invert ? INV_SPI : 0)
      .zeros(3)
  },
  print: ({ spi }) => printSpi('--espspi', spi),
  parse: words => parseOptions({ name: 'esp' }, words, espOptions),
}

const ahOptions: Readonly<Record<Family, OptionTable<Ah>>> = {
  ip: { '--ahspi': field('spi', rangeTest(MOST)) },
  ip6: {
    '--ahspi': field('spi', rangeTest(MOST)),
    '--ahlen': field('headerLength', numberTest()),
    '--ahres': flag('reserved'),
  },
}

/** struct ipt_ah of ipt_ah.h and ip6t_ah of ip6t_ah.h. */
export const ah: Extension<Ah> = {
  name: 'ah',
  revision: 0,
  size: (revision, family) => (revision === 0 ? (family === 'ip' ? 12 : 16) : undefined),

  decode({ reader, at, family }) {
    const inverted = reader.u8(family === 'ip' ? at + 8 : at + 13)
    const spi = spiOf(reader.u32(at), reader.u32(at + 4), (inverted & INV_SPI) !== 0)
    if (family === 'ip') return { name: 'ah', ...spi }
    const length = reader.u32(at + 8)
    const invert = (inverted & INV_LENGTH) !== 0
    return {
      name: 'ah',
      ...spi,
      ...((length !== 0 || invert) && { headerLength: { number: length, invert } }),
      ...(reader.u8(at + 12) !== 0 && { reserved: true }),
    }
  },

  encode({ spi, headerLength, reserved }, writer, family) {
    const { first, last } = spi ?? any
    writer.u32(first).u32(last)
    const inverted = (spi?.invert ? INV_SPI : 0) | (headerLength?.invert ? INV_LENGTH : 0)
    if (family === 'ip') writer.u8(inverted).zeros(3)
    else
      writer
        .u32(headerLength?.number ?? 0)
        .u8(reserved ? 1 : 0)
        .u8(inverted)
        .zeros(2)
  },

  print: ({ spi, headerLength, reserved }) => [
    ...printSpi('--ahspi', spi),
    ...printNumber('--ahlen', headerLength),
    ...(reserved ? ['--ahres'] : []),
  ],

  parse: (words, family) => parseOptions({ name: 'ah' }, words, ahOptions[family]),
}
