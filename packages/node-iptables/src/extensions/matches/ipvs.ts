import type { Family } from '../../model.ts'
import { protocolNumber } from '../../protocols.ts'
import { bareField, field, type OptionTable, option, parseOptions } from '../../text/words.ts'
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

type Method = 'GATE' | 'IPIP' | 'MASQ'

/** `-m ipvs`: properties of the IPVS connection that a packet belongs to. Absent fields are not tested. */
export type Ipvs = {
  readonly name: 'ipvs'
  /** Belongs to one at all. Implied by the other tests, and then absent. */
  readonly ipvs?: { readonly invert: boolean }
  readonly protocol?: NumberTest
  readonly virtualAddress?: MaskedTest
  readonly virtualPort?: NumberTest
  readonly direction?: 'ORIGINAL' | 'REPLY'
  readonly method?: { readonly method: Method; readonly invert: boolean }
  /** Virtual port of the controlling connection, of FTP for example. */
  readonly controlPort?: NumberTest
}

const PROPERTY = 1 << 0
const PROTO = 1 << 1
const VADDR = 1 << 2
const VPORT = 1 << 3
const DIR = 1 << 4
const METHOD = 1 << 5
const VPORTCTL = 1 << 6

/** IP_VS_CONN_F_* of ip_vs.h. */
const methods: Readonly<Record<Method, number>> = { MASQ: 0, IPIP: 2, GATE: 3 }
const methodNames: readonly (Method | undefined)[] = ['MASQ', undefined, 'IPIP', 'GATE']

const optionsOf = (family: Family): OptionTable<Ipvs> => ({
  '--ipvs': bareField('ipvs', invert => ({ invert })),
  '--vproto': field('protocol', (text, invert) => {
    const number = protocolNumber(text)
    return number === undefined ? undefined : { number, invert }
  }),
  '--vaddr': field('virtualAddress', maskedTest(family)),
  '--vport': field('virtualPort', numberTest(0xffff)),
  '--vdir': field('direction', text => (text === 'REPLY' || text === 'ORIGINAL' ? text : undefined)),
  '--vmethod': field('method', (text, invert) => {
    const method = methodNames.find(name => name === text)
    return method && { method, invert }
  }),
  '--vportctl': field('controlPort', numberTest(0xffff)),
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }

/** struct xt_ipvs_mtinfo of xt_ipvs.h. */
export const ipvs: Extension<Ipvs> = {
  name: 'ipvs',
  revision: 0,
  size: sizes({ 0: 40 }),

  decode({ reader, at, family }) {
    const inverted = reader.u8(at + 38)
    const bits = reader.u8(at + 39)
    const invert = (bit: number) => (inverted & bit) !== 0
    const method = methodNames[reader.u8(at + 35)]
    if (bits & 0x80 || (bits & METHOD && !method)) return undefined
    return {
      name: 'ipvs',
      ...(bits === PROPERTY && { ipvs: { invert: invert(PROPERTY) } }),
      ...(bits & PROTO && { protocol: { number: reader.u8(at + 34), invert: invert(PROTO) } }),
      ...(bits & VADDR && { virtualAddress: { ...readMasked(reader, at, family), invert: invert(VADDR) } }),
      ...(bits & VPORT && { virtualPort: { number: reader.be16(at + 32), invert: invert(VPORT) } }),
      ...(bits & DIR && { direction: invert(DIR) ? 'REPLY' : 'ORIGINAL' }),
      ...(bits & METHOD && method && { method: { method, invert: invert(METHOD) } }),
      ...(bits & VPORTCTL && { controlPort: { number: reader.be16(at + 36), invert: invert(VPORTCTL) } }),
    }
  },

  encode(value, writer, family) {
    const { tested, inverted } = bitsOfTests([
      [PROPERTY, value.ipvs],
      [PROTO, value.protocol],
      [VADDR, value.virtualAddress],
      [VPORT, value.virtualPort],
      [DIR, value.direction && { invert: value.direction === 'REPLY' }],
      [METHOD, value.method],
      [VPORTCTL, value.controlPort],
    ])
    writeMasked(writer, value.virtualAddress, family)
    writer
      .be16(value.virtualPort?.number ?? 0)
      .u8(value.protocol?.number ?? 0)
      .u8(value.method ? methods[value.method.method] : 0)
      .be16(value.controlPort?.number ?? 0)
      .u8(inverted)
      .u8(tested | PROPERTY)
  },

  print(value, family) {
    const { ipvs: property, virtualAddress, direction, method } = value
    return [
      ...(property ? option('--ipvs', property.invert) : []),
      ...printNumber('--vproto', value.protocol),
      ...(virtualAddress
        ? option('--vaddr', virtualAddress.invert, printMasked(virtualAddress, family))
        : []),
      ...printNumber('--vport', value.virtualPort),
      ...(direction ? ['--vdir', direction] : []),
      ...(method ? option('--vmethod', method.invert, method.method) : []),
      ...printNumber('--vportctl', value.controlPort),
    ]
  },

  parse(words, family) {
    const value = parseOptions<Ipvs>({ name: 'ipvs' }, words, options[family])
    if (!value?.ipvs || Object.keys(value).length === 2) return value
    const { ipvs: _, ...rest } = value
    return rest
  },
}
