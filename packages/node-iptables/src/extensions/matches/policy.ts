import type { ByteReader, ByteWriter } from 'netlink-codec'
import type { Family } from '../../model.ts'
import { protocolName, protocolNumber } from '../../protocols.ts'
import { hexNumber, type OptionReader, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import {
  bitsOfTests,
  type MaskedTest,
  maskedTest,
  type NumberTest,
  numberTest,
  printMasked,
  printNumber,
  readMasked,
  writeMasked,
} from '../tests.ts'

/** One transformation of the IPsec policy. Absent fields are not tested. */
export type PolicyElement = {
  readonly reqid?: NumberTest
  readonly spi?: NumberTest
  readonly protocol?: NumberTest
  readonly mode?: { readonly mode: 'transport' | 'tunnel'; readonly invert: boolean }
  readonly tunnelDestination?: MaskedTest
  readonly tunnelSource?: MaskedTest
}

/** `-m policy`: the IPsec policy that a packet was received under, or will be sent under. */
export type Policy = {
  readonly name: 'policy'
  readonly direction: 'in' | 'out'
  readonly policy: 'none' | 'ipsec'
  /** The elements must be all of the policy, in order; without it, any one that fits is enough. */
  readonly strict?: true
  /** At least one, which may test nothing, unless `policy` is `none`. */
  readonly elements: readonly PolicyElement[]
}

const MATCH_IN = 0x1
const MATCH_OUT = 0x2
const MATCH_NONE = 0x4
const MATCH_STRICT = 0x8
const ELEMENTS = 4
const ELEMENT_SIZE = 76

/** Bits of struct xt_policy_spec. */
const SADDR = 0x1
const DADDR = 0x2
const PROTO = 0x4
const MODE = 0x8
const SPI = 0x10
const REQID = 0x20

const modes = ['transport', 'tunnel'] as const

/**
 * struct xt_policy_info of xt_policy.h. The kernel compares `spi` in network order, but iptables 1.8.9 stores and prints
 * it in host order: what `--spi 0x1000` tests on a little-endian host is SPI 0x100000. The value is iptables' one.
 */
export const policy: Extension<Policy> = {
  name: 'policy',
  revision: 0,
  size: sizes({ 0: ELEMENTS * ELEMENT_SIZE + 4 }),

  decode({ reader, at, family }) {
    const flags = reader.u16(at + ELEMENTS * ELEMENT_SIZE)
    const count = reader.u16(at + ELEMENTS * ELEMENT_SIZE + 2)
    const sides = flags & (MATCH_IN | MATCH_OUT)
    if (count > ELEMENTS || flags > 0xf || (sides !== MATCH_IN && sides !== MATCH_OUT)) return undefined
    const elements: PolicyElement[] = []
    for (let i = 0; i < count; i++) {
      const element = readElement(reader, at + i * ELEMENT_SIZE, family)
      if (!element) return undefined
      elements.push(element)
    }
    return {
      name: 'policy',
      direction: sides === MATCH_IN ? 'in' : 'out',
      policy: flags & MATCH_NONE ? 'none' : 'ipsec',
      ...(flags & MATCH_STRICT && { strict: true }),
      elements,
    }
  },

  encode(value, writer, family) {
    for (let i = 0; i < ELEMENTS; i++) writeElement(writer, value.elements[i] ?? {}, family)
    writer.u16(
      (value.direction === 'in' ? MATCH_IN : MATCH_OUT) |
        (value.policy === 'none' ? MATCH_NONE : 0) |
        (value.strict ? MATCH_STRICT : 0),
    )
    writer.u16(value.elements.length)
  },

  print: ({ direction, policy: which, strict, elements }, family) => [
    '--dir',
    direction,
    '--pol',
    which,
    ...(strict ? ['--strict'] : []),
    ...elements.flatMap((element, i) => [...(i > 0 ? ['--next'] : []), ...printElement(element, family)]),
  ],

  parse(words, family) {
    if (words.length === 0) return undefined
    const initial: Policy = { name: 'policy', direction: 'in', policy: 'ipsec', elements: [{}] }
    const value = parseOptions(initial, words, options[family])
    return value?.policy === 'none' ? { ...value, elements: [] } : value
  },
}

function readElement(reader: ByteReader, at: number, family: Family): PolicyElement | undefined {
  const tested = reader.u8(at + 74)
  const inverted = reader.u8(at + 75)
  const invert = (bit: number) => (inverted & bit) !== 0
  const mode = modes[reader.u8(at + 73)]
  if (tested & 0xc0 || (tested & MODE && !mode)) return undefined
  return {
    ...(tested & REQID && { reqid: { number: reader.u32(at + 68), invert: invert(REQID) } }),
    ...(tested & SPI && { spi: { number: reader.u32(at + 64), invert: invert(SPI) } }),
    ...(tested & PROTO && { protocol: { number: reader.u8(at + 72), invert: invert(PROTO) } }),
    ...(tested & MODE && mode && { mode: { mode, invert: invert(MODE) } }),
    ...(tested & DADDR && {
      tunnelDestination: { ...readMasked(reader, at + 32, family), invert: invert(DADDR) },
    }),
    ...(tested & SADDR && { tunnelSource: { ...readMasked(reader, at, family), invert: invert(SADDR) } }),
  }
}

function writeElement(writer: ByteWriter, element: PolicyElement, family: Family): void {
  writeMasked(writer, element.tunnelSource, family)
  writeMasked(writer, element.tunnelDestination, family)
  writer.u32(element.spi?.number ?? 0).u32(element.reqid?.number ?? 0)
  writer.u8(element.protocol?.number ?? 0).u8(element.mode?.mode === 'tunnel' ? 1 : 0)
  const { tested, inverted } = bitsOfTests([
    [SADDR, element.tunnelSource],
    [DADDR, element.tunnelDestination],
    [PROTO, element.protocol],
    [MODE, element.mode],
    [SPI, element.spi],
    [REQID, element.reqid],
  ])
  writer.u8(tested)
  writer.u8(inverted)
}

function printElement(element: PolicyElement, family: Family): string[] {
  const { spi, protocol, mode, tunnelDestination, tunnelSource } = element
  return [
    ...printNumber('--reqid', element.reqid),
    ...(spi ? option('--spi', spi.invert, hexNumber(spi.number)) : []),
    ...(protocol ? option('--proto', protocol.invert, protocolName(protocol.number)) : []),
    ...(mode ? option('--mode', mode.invert, mode.mode) : []),
    ...(tunnelDestination
      ? option('--tunnel-dst', tunnelDestination.invert, printMasked(tunnelDestination, family))
      : []),
    ...(tunnelSource ? option('--tunnel-src', tunnelSource.invert, printMasked(tunnelSource, family)) : []),
  ]
}

/** An option that adds to the last element. */
function ofElement(read: (text: string, invert: boolean) => PolicyElement | undefined): OptionReader<Policy> {
  return {
    values: 1,
    read([text = ''], invert, { elements }) {
      const part = read(text, invert)
      return part && { elements: [...elements.slice(0, -1), { ...elements.at(-1), ...part }] }
    },
  }
}

/** Reader of one field of an element. */
const part =
  <K extends keyof PolicyElement>(
    key: K,
    read: (text: string, invert: boolean) => PolicyElement[K] | undefined,
  ) =>
  (text: string, invert: boolean): PolicyElement | undefined => {
    const test = read(text, invert)
    return test && { [key]: test }
  }

const optionsOf = (family: Family): OptionTable<Policy> => ({
  '--dir': {
    values: 1,
    read: ([text]) => (text === 'in' || text === 'out' ? { direction: text } : undefined),
  },
  '--pol': {
    values: 1,
    read: ([text]) => (text === 'none' || text === 'ipsec' ? { policy: text } : undefined),
  },
  '--strict': { values: 0, read: () => ({ strict: true }) },
  '--next': { values: 0, read: (_, __, { elements }) => ({ elements: [...elements, {}] }) },
  '--reqid': ofElement(part('reqid', numberTest())),
  '--spi': ofElement(part('spi', numberTest())),
  '--proto': ofElement(
    part('protocol', (text, invert) => {
      const number = protocolNumber(text)
      return number === undefined ? undefined : { number, invert }
    }),
  ),
  '--mode': ofElement(
    part('mode', (text, invert) => {
      const mode = modes.find(name => name === text)
      return mode && { mode, invert }
    }),
  ),
  '--tunnel-dst': ofElement(part('tunnelDestination', maskedTest(family))),
  '--tunnel-src': ofElement(part('tunnelSource', maskedTest(family))),
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }
