import type { ByteReader, ByteWriter } from 'netlink-codec'
import type { Family } from '../../model.ts'
import { protocolNumber } from '../../protocols.ts'
import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { bitsOfNames, type NamedBits, namesOfBits } from '../names.ts'
import { parseRangeTest, printRange, type RangeTest, rangeTest } from '../range.ts'
import { sizes } from '../size.ts'
import {
  bitsOfTests,
  type MaskedTest,
  maskedTest,
  type NamesTest,
  namesTest,
  type NumberTest,
  printMasked,
  printNumber,
  readMasked,
  writeMasked,
} from '../tests.ts'
import type { State } from './state.ts'

export type ConntrackState = 'INVALID' | 'NEW' | 'RELATED' | 'ESTABLISHED' | 'UNTRACKED' | 'SNAT' | 'DNAT'
export type ConntrackStatus = 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED'

/** `-m conntrack`. Absent fields are not tested. Ports and addresses are those of the connection's two tuples. */
export type Conntrack = {
  readonly name: 'conntrack'
  readonly states?: NamesTest<ConntrackState>
  readonly protocol?: NumberTest
  readonly originalSource?: MaskedTest
  readonly originalDestination?: MaskedTest
  readonly replySource?: MaskedTest
  readonly replyDestination?: MaskedTest
  readonly originalSourcePort?: RangeTest
  readonly originalDestinationPort?: RangeTest
  readonly replySourcePort?: RangeTest
  readonly replyDestinationPort?: RangeTest
  /** Any of these; an empty list is `NONE`. */
  readonly status?: NamesTest<ConntrackStatus>
  /** Seconds until the connection is forgotten. */
  readonly expires?: RangeTest
  readonly direction?: 'ORIGINAL' | 'REPLY'
}

/** XT_CONNTRACK_STATE_*, in the order of printing. */
export const stateBits: NamedBits<ConntrackState> = [
  ['INVALID', 0x1],
  ['NEW', 0x8],
  ['RELATED', 0x4],
  ['ESTABLISHED', 0x2],
  ['UNTRACKED', 0x100],
  ['SNAT', 0x40],
  ['DNAT', 0x80],
]

/** enum ip_conntrack_status. */
const statusBits: NamedBits<ConntrackStatus> = [
  ['EXPECTED', 0x1],
  ['SEEN_REPLY', 0x2],
  ['ASSURED', 0x4],
  ['CONFIRMED', 0x8],
]

const STATE = 1 << 0
const PROTO = 1 << 1
const STATUS = 1 << 6
const EXPIRES = 1 << 7
const DIRECTION = 1 << 12
/** The rule was written with `-m state`. */
export const STATE_ALIAS = 1 << 13
const KNOWN = (1 << 14) - 1

/** Field, option, offset of the address (its mask follows) and XT_CONNTRACK_* bit. */
const addresses = [
  ['originalSource', '--ctorigsrc', 0, 1 << 2],
  ['originalDestination', '--ctorigdst', 32, 1 << 3],
  ['replySource', '--ctreplsrc', 64, 1 << 4],
  ['replyDestination', '--ctrepldst', 96, 1 << 5],
] as const

/** Field, option, offset of the first port and of the last (revision 3) and XT_CONNTRACK_* bit. */
const ports = [
  ['originalSourcePort', '--ctorigsrcport', 138, 154, 1 << 8],
  ['originalDestinationPort', '--ctorigdstport', 140, 156, 1 << 9],
  ['replySourcePort', '--ctreplsrcport', 142, 158, 1 << 10],
  ['replyDestinationPort', '--ctrepldstport', 144, 160, 1 << 11],
] as const

/** The bits of `addresses` and `ports`. */
const TUPLES = 0xf3c

/** struct xt_conntrack_mtinfo1, 2 and 3 of xt_conntrack.h. Before revision 3 ports are single and in network order. */
export const conntrack: Extension<Conntrack, State> = {
  name: 'conntrack',
  revision: 3,
  size: sizes({ 1: 152, 2: 156, 3: 164 }),

  decode({ reader, at, revision, family }) {
    const match = reader.u16(at + 146)
    const inverted = reader.u16(at + 148)
    const states = namesOfBits(revision === 1 ? reader.u8(at + 150) : reader.u16(at + 150), stateBits)
    const status = namesOfBits(revision === 1 ? reader.u8(at + 151) : reader.u16(at + 152), statusBits)
    if (!states || !status || match & ~KNOWN) return undefined
    const invert = (bit: number) => (inverted & bit) !== 0
    if (match & STATE_ALIAS) {
      if (match !== (STATE | STATE_ALIAS)) return undefined
      return { name: 'state', states: { any: states, invert: invert(STATE) } }
    }
    return {
      name: 'conntrack',
      ...(match & STATE && { states: { any: states, invert: invert(STATE) } }),
      ...(match & PROTO && { protocol: { number: reader.u16(at + 136), invert: invert(PROTO) } }),
      ...(match & TUPLES && readTuples(reader, at, revision, family, match, inverted)),
      ...(match & STATUS && { status: { any: status, invert: invert(STATUS) } }),
      ...(match & EXPIRES && {
        expires: { first: reader.u32(at + 128), last: reader.u32(at + 132), invert: invert(EXPIRES) },
      }),
      ...(match & DIRECTION && { direction: invert(DIRECTION) ? 'REPLY' : 'ORIGINAL' }),
    }
  },

  encode: (value, writer, family) => writeConntrack(value, writer, family, 0),

  print(value, family) {
    const { states, protocol, status, expires, direction } = value
    const words = states ? option('--ctstate', states.invert, states.any.join(',')) : []
    words.push(...printNumber('--ctproto', protocol))
    for (const [key, name] of addresses) {
      const test = value[key]
      if (test) words.push(...option(name, test.invert, printMasked(test, family)))
    }
    for (const [key, name] of ports) {
      const test = value[key]
      if (test) words.push(...option(name, test.invert, printRange(test)))
    }
    if (status) words.push(...option('--ctstatus', status.invert, status.any.join(',') || 'NONE'))
    if (expires) words.push(...option('--ctexpire', expires.invert, printRange(expires)))
    if (direction) words.push('--ctdir', direction)
    return words
  },

  parse: (words, family) => parseOptions({ name: 'conntrack' }, words, options[family]),
}

function readTuples(
  reader: ByteReader,
  at: number,
  revision: number,
  family: Family,
  match: number,
  inverted: number,
): Partial<Conntrack> {
  const tuples: Record<string, MaskedTest | RangeTest> = {}
  for (const [key, , offset, bit] of addresses) {
    if (!(match & bit)) continue
    tuples[key] = {
      ...readMasked(reader, at + offset, family),
      invert: (inverted & bit) !== 0,
    }
  }
  for (const [key, , low, high, bit] of ports) {
    if (!(match & bit)) continue
    const first = revision === 3 ? reader.u16(at + low) : reader.be16(at + low)
    const last = revision === 3 ? reader.u16(at + high) : first
    tuples[key] = { first, last, invert: (inverted & bit) !== 0 }
  }
  return tuples
}

/** Writes revision 3; `alias` is what `state` adds to the match flags. */
export function writeConntrack(value: Conntrack, writer: ByteWriter, family: Family, alias: number): void {
  const { tested, inverted } = bitsOfTests([
    [STATE, value.states],
    [PROTO, value.protocol],
    ...addresses.map(([key, , , bit]) => [bit, value[key]] as const),
    ...ports.map(([key, , , , bit]) => [bit, value[key]] as const),
    [STATUS, value.status],
    [EXPIRES, value.expires],
    [DIRECTION, value.direction && { invert: value.direction === 'REPLY' }],
  ])
  for (const [key] of addresses) writeMasked(writer, value[key], family)
  writer.u32(value.expires?.first ?? 0).u32(value.expires?.last ?? 0)
  writer.u16(value.protocol?.number ?? 0)
  for (const [key] of ports) writer.u16(value[key]?.first ?? 0)
  writer
    .u16(tested | alias)
    .u16(inverted)
    .u16(bitsOfNames(value.states?.any ?? [], stateBits))
    .u16(bitsOfNames(value.status?.any ?? [], statusBits))
  for (const [key] of ports) writer.u16(value[key]?.last ?? 0)
  writer.zeros(2)
}

const optionsOf = (family: Family): OptionTable<Conntrack> => ({
  '--ctstate': field('states', namesTest(stateBits)),
  '--ctproto': field('protocol', (text, invert) => {
    const number = protocolNumber(text)
    return number === undefined ? undefined : { number, invert }
  }),
  ...Object.fromEntries(addresses.map(([key, name]) => [name, field(key, maskedTest(family))])),
  ...Object.fromEntries(ports.map(([key, name]) => [name, field(key, parseRangeTest)])),
  '--ctstatus': field('status', namesTest(statusBits)),
  '--ctexpire': field('expires', rangeTest(0xffff_ffff)),
  '--ctdir': field('direction', text => (text === 'REPLY' || text === 'ORIGINAL' ? text : undefined)),
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }
