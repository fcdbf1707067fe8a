import {
  field,
  flag,
  type OptionReader,
  type OptionTable,
  parseNumber,
  parseOptions,
} from '../../text/words.ts'
import type { Extension, Payload } from '../extension.ts'
import { NO_SET, parseSet, printSet, readSet, type SetReference, writeSet } from '../set-ref.ts'
import { sizes } from '../size.ts'

/** `-j SET`: puts the packet into ipsets, takes it out, or takes its mark, priority or queue from one. */
export type SetTarget = {
  readonly name: 'SET'
  readonly add?: SetReference
  readonly del?: SetReference
  readonly map?: SetReference
  /** An element that is there already gets the new timeout. */
  readonly exist?: true
  /** Seconds. */
  readonly timeout?: number
  readonly mapMark?: true
  readonly mapPriority?: true
  readonly mapQueue?: true
}

/** IPSET_FLAG_*, enum ipset_cmd_flags of ip_set.h. */
const EXIST = 1 << 0
const MAP_SKBMARK = 1 << 8
const MAP_SKBPRIO = 1 << 9
const MAP_SKBQUEUE = 1 << 10
const NO_TIMEOUT = 0xffff_ffff

const reference = (key: 'add' | 'del' | 'map'): OptionReader<SetTarget> => ({
  values: 2,
  read(words) {
    const set = parseSet(words)
    return set && { [key]: set }
  },
})

const options: OptionTable<SetTarget> = {
  '--add-set': reference('add'),
  '--del-set': reference('del'),
  '--map-set': reference('map'),
  '--exist': flag('exist'),
  '--timeout': field('timeout', text => parseNumber(text)),
  '--map-mark': flag('mapMark'),
  '--map-prio': flag('mapPriority'),
  '--map-queue': flag('mapQueue'),
}

/** struct xt_set_info_target_v0, v1, v2 and v3 of xt_set.h. */
export const setTarget: Extension<SetTarget> = {
  name: 'SET',
  revision: 3,
  size: sizes({ 0: 64, 1: 8, 2: 16, 3: 20 }),

  decode(payload) {
    const { reader, at, revision } = payload
    const references = readReferences(payload)
    const flags = revision < 2 ? 0 : reader.u32(revision === 2 ? at + 8 : at + 12)
    const timeout = revision < 2 ? NO_TIMEOUT : reader.u32(revision === 2 ? at + 12 : at + 16)
    if (!references || flags & ~(EXIST | MAP_SKBMARK | MAP_SKBPRIO | MAP_SKBQUEUE)) return undefined
    return {
      name: 'SET',
      ...references,
      ...(flags & EXIST && { exist: true }),
      ...(timeout !== NO_TIMEOUT && { timeout }),
      ...(flags & MAP_SKBMARK && { mapMark: true }),
      ...(flags & MAP_SKBPRIO && { mapPriority: true }),
      ...(flags & MAP_SKBQUEUE && { mapQueue: true }),
    }
  },

  encode(value, writer) {
    for (const set of [value.add, value.del, value.map]) writeSet(writer, set)
    writer.u32(
      (value.exist ? EXIST : 0) |
        (value.mapMark ? MAP_SKBMARK : 0) |
        (value.mapPriority ? MAP_SKBPRIO : 0) |
        (value.mapQueue ? MAP_SKBQUEUE : 0),
    )
    writer.u32(value.timeout ?? NO_TIMEOUT)
  },

  print: value => [
    ...(value.add ? ['--add-set', ...printSet(value.add)] : []),
    ...(value.del ? ['--del-set', ...printSet(value.del)] : []),
    ...(value.map ? ['--map-set', ...printSet(value.map)] : []),
    ...(value.exist ? ['--exist'] : []),
    ...(value.timeout === undefined ? [] : ['--timeout', String(value.timeout)]),
    ...(value.mapMark ? ['--map-mark'] : []),
    ...(value.mapPriority ? ['--map-prio'] : []),
    ...(value.mapQueue ? ['--map-queue'] : []),
  ],

  parse: words => (words.length === 0 ? undefined : parseOptions({ name: 'SET' }, words, options)),
}

/** The sets that are there; undefined when one cannot be read. */
function readReferences(payload: Payload): Pick<SetTarget, 'add' | 'del' | 'map'> | undefined {
  const { reader, at, revision } = payload
  const size = revision === 0 ? 32 : 4
  const keys = revision === 3 ? (['add', 'del', 'map'] as const) : (['add', 'del'] as const)
  const references: Record<string, SetReference> = {}
  for (const [i, key] of keys.entries()) {
    if (reader.u16(at + size * i) === NO_SET) continue
    const set = readSet(payload, at + size * i)
    if (!set) return undefined
    references[key] = set
  }
  return references
}
