import { type OptionReader, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseRange, printRange, type Range } from '../range.ts'
import { sizes } from '../size.ts'

/** `-m multiport`: one of up to 15 ports; a range counts as two. */
export type Multiport = {
  readonly name: 'multiport'
  readonly side: 'source' | 'destination' | 'either'
  readonly ports: readonly Range[]
  readonly invert: boolean
}

/** XT_MULTIPORT_*. */
const sides = ['source', 'destination', 'either'] as const
const words = { source: '--sports', destination: '--dports', either: '--ports' } as const
const MOST_PORTS = 15

const ofSide = (side: Multiport['side']): OptionReader<Multiport> => ({
  values: 1,
  read([text = ''], invert) {
    const ports = text.split(',').map(part => parseRange(part))
    return ports.every(range => range !== undefined) ? { side, ports, invert } : undefined
  },
})

const options: OptionTable<Multiport> = {
  '--sports': ofSide('source'),
  '--source-ports': '--sports',
  '--dports': ofSide('destination'),
  '--destination-ports': '--dports',
  '--ports': ofSide('either'),
}

/** struct xt_multiport and xt_multiport_v1 of xt_multiport.h; only revision 1 has ranges and `!`. */
export const multiport: Extension<Multiport> = {
  name: 'multiport',
  revision: 1,
  size: sizes({ 0: 32, 1: 48 }),

  decode({ reader, at, revision }) {
    const side = sides[reader.u8(at)]
    const count = reader.u8(at + 1)
    if (!side || count > MOST_PORTS) return undefined
    const ports: Range[] = []
    for (let i = 0; i < count; i++) {
      const first = reader.u16(at + 2 + 2 * i)
      const isRange = revision > 0 && i + 1 < count && reader.u8(at + 32 + i) !== 0
      if (isRange) i++
      ports.push({ first, last: isRange ? reader.u16(at + 2 + 2 * i) : first })
    }
    return { name: 'multiport', side, ports, invert: revision > 0 && reader.u8(at + 47) !== 0 }
  },

  encode({ side, ports, invert }, writer) {
    const flat = ports.flatMap(({ first, last }) =>
      first === last
        ? [[first, 0]]
        : [
            [first, 1],
            [last, 0],
          ],
    )
    const rest = MOST_PORTS - flat.length
    writer.u8(sides.indexOf(side)).u8(flat.length)
    for (const [port] of flat) writer.u16(port!)
    writer.zeros(2 * rest)
    for (const [, isRange] of flat) writer.u8(isRange!)
    writer.zeros(rest).u8(invert ? 1 : 0)
  },

  print: ({ side, ports, invert }) =>
    option(words[side], invert, ports.map(range => printRange(range)).join(',')),

  parse: given =>
    given.length === 0
      ? undefined
      : parseOptions({ name: 'multiport', side: 'either', ports: [], invert: false }, given, options),
}
