import {
  anyInterface,
  IFNAMSIZ,
  interfaceText,
  parseInterface,
  readInterface,
  writeInterface,
} from '../../interface.ts'
import type { InterfaceTest } from '../../model.ts'
import { bareField, field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { bitsOfTests } from '../tests.ts'

type Test = { readonly invert: boolean }

/** `-m physdev`: bridge ports. Absent fields are not tested. */
export type Physdev = {
  readonly name: 'physdev'
  /** Came in by a bridge port at all. */
  readonly isIn?: Test
  readonly in?: InterfaceTest
  /** Leaves by a bridge port at all. */
  readonly isOut?: Test
  readonly out?: InterfaceTest
  /** Is bridged, not routed. */
  readonly isBridged?: Test
}

const IN = 0x01
const OUT = 0x02
const BRIDGED = 0x04
const ISIN = 0x08
const ISOUT = 0x10

const options: OptionTable<Physdev> = {
  '--physdev-is-in': bareField('isIn', invert => ({ invert })),
  '--physdev-in': field('in', parseInterface),
  '--physdev-is-out': bareField('isOut', invert => ({ invert })),
  '--physdev-out': field('out', parseInterface),
  '--physdev-is-bridged': bareField('isBridged', invert => ({ invert })),
}

/** struct xt_physdev_info of xt_physdev.h. */
export const physdev: Extension<Physdev> = {
  name: 'physdev',
  revision: 0,
  size: sizes({ 0: 66 }),

  decode({ reader, at }) {
    const inverted = reader.u8(at + 64)
    const bits = reader.u8(at + 65)
    const test = (bit: number): Test | undefined =>
      bits & bit ? { invert: (inverted & bit) !== 0 } : undefined
    const port = (bit: number, name: number): InterfaceTest | undefined => {
      if (!(bits & bit)) return undefined
      const invert = (inverted & bit) !== 0
      return readInterface(reader, name, name + IFNAMSIZ, invert) ?? anyInterface(invert)
    }
    const from = port(IN, at)
    const to = port(OUT, at + 32)
    const [isIn, isOut, isBridged] = [test(ISIN), test(ISOUT), test(BRIDGED)]
    return {
      name: 'physdev',
      ...(isIn && { isIn }),
      ...(from && { in: from }),
      ...(isOut && { isOut }),
      ...(to && { out: to }),
      ...(isBridged && { isBridged }),
    }
  },

  encode(value, writer) {
    writeInterface(writer, value.in)
    writeInterface(writer, value.out)
    const { tested, inverted } = bitsOfTests([
      [IN, value.in],
      [OUT, value.out],
      [BRIDGED, value.isBridged],
      [ISIN, value.isIn],
      [ISOUT, value.isOut],
    ])
    writer.u8(inverted)
    writer.u8(tested)
  },

  print: ({ isIn, in: from, isOut, out: to, isBridged }) => [
    ...(isIn ? option('--physdev-is-in', isIn.invert) : []),
    ...(from ? option('--physdev-in', from.invert, interfaceText(from)) : []),
    ...(isOut ? option('--physdev-is-out', isOut.invert) : []),
    ...(to ? option('--physdev-out', to.invert, interfaceText(to)) : []),
    ...(isBridged ? option('--physdev-is-bridged', isBridged.invert) : []),
  ],

  parse: words => parseOptions({ name: 'physdev' }, words, options),
}
