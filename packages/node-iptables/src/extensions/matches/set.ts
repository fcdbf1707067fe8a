import type { ByteReader, ByteWriter } from 'netlink-codec'
import { type OptionReader, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import {
  INV_MATCH,
  parseSet,
  printSet,
  readSet,
  RETURN_NOMATCH,
  type SetReference,
  writeSet,
} from '../set-ref.ts'
import { sizes } from '../size.ts'

/** A comparison with a counter of the set's element. */
type CounterTest = { readonly comparison: 'eq' | 'ne' | 'lt' | 'gt'; readonly value: string }

/** `-m set`: the packet is in an ipset. */
export type SetMatch = SetReference & {
  readonly name: 'set'
  readonly invert: boolean
  readonly returnNomatch?: true
  readonly updateCounters?: false
  readonly updateSubcounters?: false
  readonly packets?: CounterTest
  readonly bytes?: CounterTest
}

/** IPSET_FLAG_*, enum ipset_cmd_flags of ip_set.h. */
const SKIP_COUNTER_UPDATE = 1 << 3
const SKIP_SUBCOUNTER_UPDATE = 1 << 4
const FLAG_RETURN_NOMATCH = 1 << 7
/** The kernel sets it when it finds a comparison. */
const MATCH_COUNTERS = 1 << 5
const KNOWN_FLAGS = SKIP_COUNTER_UPDATE | SKIP_SUBCOUNTER_UPDATE | FLAG_RETURN_NOMATCH | MATCH_COUNTERS

/** IPSET_COUNTER_*. */
const comparisons = [undefined, 'eq', 'ne', 'lt', 'gt'] as const

/**
 * struct xt_set_info_match_v0, v1 (revisions 1 and 2), v3 and v4 of xt_set.h. v3 and v4 differ in the order of a
 * comparison's two fields.
 */
export const set: Extension<SetMatch> = {
  name: 'set',
  revision: 4,
  size: sizes({ 0: 32, 1: 4, 2: 4, 3: 48, 4: 48 }),

  decode(payload) {
    const { reader, at, revision } = payload
    const reference = readSet(payload, at)
    const flags = revision < 3 ? 0 : reader.u32(at + 40)
    // Revision 0 has its own flags: the invert bit is IPSET_MATCH_INV of the first dimension.
    const inverted = revision === 0 ? reader.u32(at + 4) & 0x4 : reader.u8(at + 3) & INV_MATCH
    const returnNomatch =
      revision === 0 ? 0 : (reader.u8(at + 3) & RETURN_NOMATCH) | (flags & FLAG_RETURN_NOMATCH)
    if (!reference || flags & ~KNOWN_FLAGS) return undefined
    const packets = revision < 3 ? undefined : readCounter(reader, at + 8, revision)
    const bytes = revision < 3 ? undefined : readCounter(reader, at + 24, revision)
    return {
      name: 'set',
      ...reference,
      invert: inverted !== 0,
      ...(returnNomatch !== 0 && { returnNomatch: true }),
      ...(flags & SKIP_COUNTER_UPDATE && { updateCounters: false }),
      ...(flags & SKIP_SUBCOUNTER_UPDATE && { updateSubcounters: false }),
      ...(packets && { packets }),
      ...(bytes && { bytes }),
    }
  },

  encode(value, writer) {
    writeSet(writer, value, value.invert ? INV_MATCH : 0)
    writer.zeros(4)
    writeCounter(writer, value.packets)
    writeCounter(writer, value.bytes)
    writer.u32(
      (value.returnNomatch ? FLAG_RETURN_NOMATCH : 0) |
        (value.updateCounters === false ? SKIP_COUNTER_UPDATE : 0) |
        (value.updateSubcounters === false ? SKIP_SUBCOUNTER_UPDATE : 0),
    )
    writer.zeros(4)
  },

  print: value => [
    ...option('--match-set', value.invert, ...printSet(value)),
    ...(value.returnNomatch ? ['--return-nomatch'] : []),
    ...(value.updateCounters === false ? option('--update-counters', true) : []),
    ...(value.updateSubcounters === false ? option('--update-subcounters', true) : []),
    ...printCounter('packets', value.packets),
    ...printCounter('bytes', value.bytes),
  ],

  parse: words =>
    words.length === 0
      ? undefined
      : parseOptions({ name: 'set', directions: [], invert: false }, words, options),
}

function readCounter(reader: ByteReader, at: number, revision: number): CounterTest | undefined {
  const comparison = comparisons[reader.u8(revision === 3 ? at : at + 8)]
  return comparison && { comparison, value: reader.u64(revision === 3 ? at + 8 : at) }
}

/** struct ip_set_counter_match. */
function writeCounter(writer: ByteWriter, test: CounterTest | undefined): void {
  writer
    .u64(test?.value ?? '0')
    .u8(test ? comparisons.indexOf(test.comparison) : 0)
    .zeros(7)
}

function printCounter(name: string, test: CounterTest | undefined): string[] {
  if (!test) return []
  const isNot = test.comparison === 'ne'
  return option(`--${name}-${isNot ? 'eq' : test.comparison}`, isNot, test.value)
}

const counter = (key: 'packets' | 'bytes', plain: 'eq' | 'lt' | 'gt'): OptionReader<SetMatch> => ({
  values: 1,
  read([value = ''], invert) {
    if (!/^\d+$/.test(value) || (invert && plain !== 'eq')) return undefined
    return { [key]: { comparison: invert ? 'ne' : plain, value } }
  },
})

const options: OptionTable<SetMatch> = {
  '--match-set': {
    values: 2,
    read(words, invert) {
      const reference = parseSet(words)
      return reference && { ...reference, invert }
    },
  },
  '--return-nomatch': { values: 0, read: () => ({ returnNomatch: true }) },
  '--update-counters': { values: 0, read: (_, invert) => (invert ? { updateCounters: false } : {}) },
  '--update-subcounters': { values: 0, read: (_, invert) => (invert ? { updateSubcounters: false } : {}) },
  '--packets-eq': counter('packets', 'eq'),
  '--packets-lt': counter('packets', 'lt'),
  '--packets-gt': counter('packets', 'gt'),
  '--bytes-eq': counter('bytes', 'eq'),
  '--bytes-lt': counter('bytes', 'lt'),
  '--bytes-gt': counter('bytes', 'gt'),
}
