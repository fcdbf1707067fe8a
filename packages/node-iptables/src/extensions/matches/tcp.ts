import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import {
  numberTest,
  type NumberTest,
  type PortTests,
  somePortOptions,
  printNumber,
  printSomePorts,
  readPorts,
  writePorts,
} from '../tests.ts'

export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG'

/** `-m tcp`. Absent fields are not tested. */
export type Tcp = PortTests & {
  readonly name: 'tcp'
  /** Kind of a TCP option that must be there. */
  readonly option?: NumberTest
  /** Of the flags in `mask`, exactly those in `set` are on. */
  readonly flags?: {
    readonly mask: readonly TcpFlag[]
    readonly set: readonly TcpFlag[]
    readonly invert: boolean
  }
}

const flagNames: readonly TcpFlag[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

const options: OptionTable<Tcp> = {
  ...somePortOptions,
  '--tcp-option': field('option', numberTest(255)),
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
  size: sizes({ 0: 12 }),

  decode({ reader, at }) {
    const kind = reader.u8(at + 8)
    const mask = reader.u8(at + 9)
    const set = reader.u8(at + 10)
    const invert = reader.u8(at + 11)
    const sourcePorts = readPorts(reader, at, (invert & 1) !== 0)
    const destinationPorts = readPorts(reader, at + 4, (invert & 2) !== 0)
    if ((mask | set) & 0xc0 || invert & 0xf0) return undefined
    return {
      name: 'tcp',
      ...(sourcePorts && { sourcePorts }),
      ...(destinationPorts && { destinationPorts }),
      ...((kind !== 0 || invert & 8) && { option: { number: kind, invert: (invert & 8) !== 0 } }),
      ...((mask !== 0 || invert & 4) && {
        flags: { mask: flagsOf(mask), set: flagsOf(set), invert: (invert & 4) !== 0 },
      }),
    }
  },

  encode(value, writer) {
    writePorts(writer, value.sourcePorts)
    writePorts(writer, value.destinationPorts)
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

  print: value => [
    ...printSomePorts(value),
    ...printNumber('--tcp-option', value.option),
    ...(value.flags
      ? option('--tcp-flags', value.flags.invert, printFlags(value.flags.mask), printFlags(value.flags.set))
      : []),
  ],

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
