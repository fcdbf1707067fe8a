import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { bitsOfNames, type NamedBits, namesOfBits } from '../names.ts'
import { type Range, readRange16 } from '../range.ts'
import { sizes } from '../size.ts'
import {
  bitsOfTests,
  type NamesTest,
  namesTest,
  type NumberTest,
  numberTest,
  type PortTests,
  portOptions,
  printNumber,
  printPorts,
} from '../tests.ts'

const typeNames = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
  'INVALID',
] as const
export type DccpType = (typeof typeNames)[number]

/** `-m dccp`. Absent fields are not tested. */
export type Dccp = PortTests & {
  readonly name: 'dccp'
  readonly types?: NamesTest<DccpType>
  readonly option?: NumberTest
}

/** Types 10 to 15 are those that no RFC defines. */
const INVALID = 0xfc00
const typeBits: NamedBits<DccpType> = typeNames.map((name, i) => [
  name,
  name === 'INVALID' ? INVALID : 1 << i,
])
const SRC_PORTS = 0x1
const DEST_PORTS = 0x2
const TYPE = 0x4
const OPTION = 0x8

const options: OptionTable<Dccp> = {
  ...portOptions,
  '--dccp-types': field('types', namesTest(typeBits)),
  '--dccp-option': field('option', numberTest(255)),
}

/** struct xt_dccp_info of xt_dccp.h: destination ports first. */
export const dccp: Extension<Dccp> = {
  name: 'dccp',
  revision: 0,
  size: sizes({ 0: 16 }),

  decode({ reader, at }) {
    const flags = reader.u16(at + 8)
    const inverted = reader.u16(at + 10)
    const invert = (bit: number) => (inverted & bit) !== 0
    const types = namesOfBits(reader.u16(at + 12), typeBits)
    const ports = (bit: number, range: Range) => ({ ...range, invert: invert(bit) })
    if (!types || flags & ~0xf) return undefined
    return {
      name: 'dccp',
      ...(flags & SRC_PORTS && { sourcePorts: ports(SRC_PORTS, readRange16(reader, at + 4)) }),
      ...(flags & DEST_PORTS && { destinationPorts: ports(DEST_PORTS, readRange16(reader, at)) }),
      ...(flags & TYPE && { types: { any: types, invert: invert(TYPE) } }),
      ...(flags & OPTION && { option: { number: reader.u8(at + 14), invert: invert(OPTION) } }),
    }
  },

  encode(value, writer) {
    writer.u16(value.destinationPorts?.first ?? 0).u16(value.destinationPorts?.last ?? 0)
    writer.u16(value.sourcePorts?.first ?? 0).u16(value.sourcePorts?.last ?? 0)
    const { tested, inverted } = bitsOfTests([
      [SRC_PORTS, value.sourcePorts],
      [DEST_PORTS, value.destinationPorts],
      [TYPE, value.types],
      [OPTION, value.option],
    ])
    writer.u16(tested)
    writer.u16(inverted)
    writer
      .u16(bitsOfNames(value.types?.any ?? [], typeBits))
      .u8(value.option?.number ?? 0)
      .zeros(1)
  },

  print: value => [
    ...printPorts(value),
    ...(value.types ? option('--dccp-types', value.types.invert, value.types.any.join(',')) : []),
    ...printNumber('--dccp-option', value.option),
  ],

  parse: words => parseOptions({ name: 'dccp' }, words, options),
}
