import { parseAddress, fullMask, readAddress, writeInetAddress } from '../../address.ts'
import type { Family } from '../../model.ts'
import {
  field,
  flag,
  type OptionReader,
  type OptionTable,
  option,
  parseNumber,
  parseOptions,
} from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

/** `-m recent`: a list of addresses that were seen (/proc/net/xt_recent). */
export type Recent = {
  readonly name: 'recent'
  readonly action: 'set' | 'rcheck' | 'update' | 'remove'
  readonly invert: boolean
  /** Seen within so many seconds. */
  readonly seconds?: number
  /** Forget what is older than `seconds`. */
  readonly reap?: true
  /** Seen so often. */
  readonly hitCount?: number
  /** With the same TTL as when it was put in. */
  readonly sameTtl?: true
  readonly list: string
  readonly mask: string
  readonly side: 'source' | 'destination'
}

const actions = { rcheck: 1 << 0, set: 1 << 1, update: 1 << 2, remove: 1 << 3 } as const
const actionNames = Object.keys(actions) as Recent['action'][]
const TTL = 1 << 4
const REAP = 1 << 5
const NAME_SIZE = 200

const action = (name: Recent['action']): OptionReader<Recent> => ({
  values: 0,
  read: (_, invert) => ({ action: name, invert }),
})

const positive = (text: string) => parseNumber(text) || undefined

const optionsOf = (family: Family): OptionTable<Recent> => ({
  ...Object.fromEntries(actionNames.map(name => [`--${name}`, action(name)])),
  '--seconds': field('seconds', positive),
  '--reap': flag('reap'),
  '--hitcount': field('hitCount', positive),
  '--rttl': flag('sameTtl'),
  '--name': field('list', text => text),
  '--mask': field('mask', text => parseAddress(text, family)),
  '--rsource': { values: 0, read: () => ({ side: 'source' }) },
  '--rdest': { values: 0, read: () => ({ side: 'destination' }) },
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }

/** struct xt_recent_mtinfo and xt_recent_mtinfo_v1 of xt_recent.h; revision 0 has no mask: it is full. */
export const recent: Extension<Recent> = {
  name: 'recent',
  revision: 1,
  size: sizes({ 0: 212, 1: 228 }),

  decode({ reader, at, revision, family }) {
    const set = reader.u8(at + 8)
    const does = actionNames.find(name => (set & 0xf) === actions[name])
    if (!does || set & 0xc0) return undefined
    return {
      name: 'recent',
      action: does,
      invert: reader.u8(at + 9) !== 0,
      ...(reader.u32(at) !== 0 && { seconds: reader.u32(at) }),
      ...(set & REAP && { reap: true }),
      ...(reader.u32(at + 4) !== 0 && { hitCount: reader.u32(at + 4) }),
      ...(set & TTL && { sameTtl: true }),
      list: reader.text(at + 10, NAME_SIZE),
      mask: revision === 0 ? fullMask(family) : readAddress(reader, at + 212, family),
      side: reader.u8(at + 210) === 0 ? 'source' : 'destination',
    }
  },

  encode(value, writer, family) {
    writer.u32(value.seconds ?? 0).u32(value.hitCount ?? 0)
    writer.u8(actions[value.action] | (value.sameTtl ? TTL : 0) | (value.reap ? REAP : 0))
    writer.u8(value.invert ? 1 : 0)
    writeText(writer, value.list, NAME_SIZE)
    writer.u8(value.side === 'source' ? 0 : 1).zeros(1)
    writeInetAddress(writer, value.mask, family)
  },

  print: value => [
    ...option(`--${value.action}`, value.invert),
    ...(value.seconds ? ['--seconds', String(value.seconds)] : []),
    ...(value.reap ? ['--reap'] : []),
    ...(value.hitCount ? ['--hitcount', String(value.hitCount)] : []),
    ...(value.sameTtl ? ['--rttl'] : []),
    '--name',
    value.list,
    '--mask',
    value.mask,
    value.side === 'source' ? '--rsource' : '--rdest',
  ],

  parse(words, family) {
    if (words.length === 0) return undefined
    const initial: Recent = {
      name: 'recent',
      action: 'set',
      invert: false,
      list: 'DEFAULT',
      mask: fullMask(family),
      side: 'source',
    }
    return parseOptions(initial, words, options[family])
  },
}
