import { field, type OptionTable, option, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseRangeTest, printRange, type RangeTest, readRange16 } from '../range.ts'

export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG'

/** `-m tcp`. Absent fields are not tested. */
export type Tcp = {
  readonly name: 'tcp'
  readonly sourcePorts?: RangeTest
  readonly destinationPorts?: RangeTest
  /** Kind of a TCP option that must be there. */
  readonly option?: { readonly number: number; readonly invert: boolean }
  /** Of the flags in `mask`, exactly those in `set` are on. */
  readonly flags?: {
    readonly mask: readonly TcpFlag[]
    readonly set: readonly TcpFlag[]
    readonly invert: boolean
  }
}

const flagNames: readonly TcpFlag[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

const options: OptionTable<Tcp> = {
  '--sport': field('sourcePorts', parseRangeTest),
  '--source-port': '--sport',
  '--dport': field('destinationPorts', parseRangeTest),
  '--destination-port': '--dport',
  '--tcp-option': field('option', (text, invert) => {
    const number = parseNumber(text, 255)
    return number === undefined ? undefined : { number, invert }
  }),
  '--tcp-flags': {
    values: 2,
    read([mask = '', set = ''], invert) {
      const of = parseFlags(mask)
      const on = parseFlags(set)
      return of && on && { flags: { mask: of, set: on, invert } }
    },
  },
  '--syn': {
    values: 0,
    read: (_, invert) => ({ flags: { mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'], invert } }),
  },
}

/** struct xt_tcp of xt_tcpudp.h; XT_TCP_INV_*: source 1, destination 2, flags 4, option 8. */
export const tcp: Extension<Tcp> = {
  name: 'tcp',
  revision: 0,
  size: revision => (revision === 0 ? 12 : undefined),

  decode({ reader, at }) {
    const source = readRange16(reader, at)
    const destination = readRange16(reader, at + 4)
    const kind = reader.u8(at + 8)
    const mask = reader.u8(at + 9)
    const set = reader.u8(at + 10)
    const invert = reader.u8(at + 11)
    if ((mask | set) & 0xc0 || invert & 0xf0) return undefined
    return {
      name: 'tcp',
      ...((source.first !== 0 || source.last !== 0xffff) && {
        sourcePorts: { ...source, invert: (invert & 1) !== 0 },
      }),
      ...((destination.first !== 0 || destination.last !== 0xffff) && {
        destinationPorts: { ...destination, invert: (invert & 2) !== 0 },
      }),
      ...((kind !== 0 || invert & 8) && { option: { number: kind, invert: (invert & 8) !== 0 } }),
      ...((mask !== 0 || invert & 4) && {
        flags: { mask: flagsOf(mask), set: flagsOf(set), invert: (invert & 4) !== 0 },
      }),
    }
  },

  encode(value, writer) {
    for (const range of [value.sourcePorts, value.destinationPorts]) {
      writer.u16(range?.first ?? 0).u16(range?.last ?? 0xffff)
    }
    writer
      .u8(value.option?.number ?? 0)
      .u8(bitsOf(value.flags?.mask ?? []))
      .u8(bitsOf(value.flags?.set ?? []))
      .u8(
        (value.sourcePorts?.invert ? 1 : 0) |
          (value.destinationPorts?.invert ? 2 : 0) |
          (value.flags?.invert ? 4 : 0) |
          (value.option?.invert ? 8 : 0),
      )
  },

  print({ sourcePorts, destinationPorts, option: kind, flags }) {
    return [
      ...(sourcePorts ? option('--sport', sourcePorts.invert, printRange(sourcePorts)) : []),
      ...(destinationPorts ? option('--dport', destinationPorts.invert, printRange(destinationPorts)) : []),
      ...(kind ? option('--tcp-option', kind.invert, String(kind.number)) : []),
      ...(flags ? option('--tcp-flags', flags.invert, printFlags(flags.mask), printFlags(flags.set)) : []),
    ]
  },

  parse: words => parseOptions({ name: 'tcp' }, words, options),
}

const flagsOf = (bits: number) => flagNames.filter((_, i) => bits & (1 << i))
const bitsOf = (flags: readonly TcpFlag[]) =>
  flags.reduce((bits, flag) => bits | (1 << flagNames.indexOf(flag)), 0)
const printFlags = (flags: readonly TcpFlag[]) => (flags.length === 0 ? 'NONE' : flags.join(','))

function parseFlags(text: string): TcpFlag[] | undefined {
  if (text === 'NONE') return []
  if (text === 'ALL') return [...flagNames]
  const names = text.split(',')
  if (!names.every(name => flagNames.some(flag => flag === name))) return undefined
  return flagNames.filter(flag => names.includes(flag))
}
