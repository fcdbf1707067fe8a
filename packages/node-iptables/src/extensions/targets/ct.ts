import {
  field,
  flag,
  type OptionReader,
  type OptionTable,
  parseNumber,
  parseOptions,
} from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { bitsOfNames, type NamedBits, namesOfBits, parseNames } from '../names.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

const eventNames = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
] as const
export type ConntrackEvent = (typeof eventNames)[number]

/** `-j CT`: what connection tracking shall do with the packet's connection. */
export type Ct = {
  readonly name: 'CT'
  readonly notrack?: true
  readonly helper?: string
  readonly timeout?: string
  readonly events?: readonly ConntrackEvent[]
  readonly expectationEvents?: readonly 'new'[]
  /** The zone, or the packet's mark as the zone; for both directions unless `side` says otherwise. */
  readonly zone?: { readonly id: number | 'mark'; readonly side?: 'orig' | 'reply' }
}

/** `-j NOTRACK`: the older spelling of `-j CT --notrack`. */
export type Notrack = { readonly name: 'NOTRACK' }

const NOTRACK = 1 << 0
const NOTRACK_ALIAS = 1 << 1
const ZONE_DIR_ORIG = 1 << 2
const ZONE_DIR_REPL = 1 << 3
const ZONE_MARK = 1 << 4
const KNOWN = (1 << 5) - 1

/** enum ip_conntrack_events and ip_conntrack_expect_events of nf_conntrack_common.h. */
const eventBits: NamedBits<ConntrackEvent> = eventNames.map((name, i) => [name, 1 << i])
const expectationBits: NamedBits<'new'> = [['new', 1]]

const zone = (side?: 'orig' | 'reply'): OptionReader<Ct> => ({
  values: 1,
  read([text]) {
    const id = text === 'mark' ? text : parseNumber(text, 0xffff)
    if (id === undefined) return undefined
    return id === 0 && !side ? {} : { zone: side ? { id, side } : { id } }
  },
})

const options: OptionTable<Ct> = {
  '--notrack': flag('notrack'),
  '--helper': field('helper', text => text),
  '--timeout': field('timeout', text => text),
  '--ctevents': field('events', text => parseNames(text, eventBits)),
  '--expevents': field('expectationEvents', text => parseNames(text, expectationBits)),
  '--zone': zone(),
  '--zone-orig': zone('orig'),
  '--zone-reply': zone('reply'),
}

/** struct xt_ct_target_info (revision 0) and xt_ct_target_info_v1 (1 and 2) of xt_CT.h. */
export const ct: Extension<Ct, Notrack> = {
  name: 'CT',
  revision: 2,
  size: sizes({ 0: 40, 1: 72, 2: 72 }),

  decode({ reader, at, revision }) {
    const flags = reader.u16(at)
    const events = namesOfBits(reader.u32(at + 4), eventBits)
    const expectations = namesOfBits(reader.u32(at + 8), expectationBits)
    const sides = flags & (ZONE_DIR_ORIG | ZONE_DIR_REPL)
    if (!events || !expectations || flags & ~KNOWN || sides === (ZONE_DIR_ORIG | ZONE_DIR_REPL))
      return undefined
    if (flags & NOTRACK_ALIAS) return { name: 'NOTRACK' }
    const id = flags & ZONE_MARK ? 'mark' : reader.u16(at + 2)
    const helper = reader.text(at + 12, 16)
    const timeout = revision === 0 ? '' : reader.text(at + 28, 32)
    return {
      name: 'CT',
      ...(flags & NOTRACK && { notrack: true }),
      ...(helper !== '' && { helper }),
      ...(timeout !== '' && { timeout }),
      ...(events.length > 0 && { events }),
      ...(expectations.length > 0 && { expectationEvents: expectations }),
      ...(sides !== 0 && { zone: { id, side: sides === ZONE_DIR_ORIG ? 'orig' : 'reply' } }),
      ...(sides === 0 && id !== 0 && { zone: { id } }),
    }
  },

  encode(value, writer) {
    const side = value.zone?.side
    writer.u16(
      (value.notrack ? NOTRACK : 0) |
        (side === 'orig' ? ZONE_DIR_ORIG : side === 'reply' ? ZONE_DIR_REPL : 0) |
        (value.zone?.id === 'mark' ? ZONE_MARK : 0),
    )
    writer.u16(typeof value.zone?.id === 'number' ? value.zone.id : 0)
    writer.u32(bitsOfNames(value.events ?? [], eventBits))
    writer.u32(bitsOfNames(value.expectationEvents ?? [], expectationBits))
    writeText(writer, value.helper ?? '', 16)
    writeText(writer, value.timeout ?? '', 32)
    writer.zeros(12)
  },

  print: ({ notrack, helper, timeout, events, expectationEvents, zone: where }) => [
    ...(notrack ? ['--notrack'] : []),
    ...(helper ? ['--helper', helper] : []),
    ...(timeout ? ['--timeout', timeout] : []),
    ...(events ? ['--ctevents', events.join(',')] : []),
    ...(expectationEvents ? ['--expevents', expectationEvents.join(',')] : []),
    // Zone 0 is the one that there is without a word, and iptables-save does not print it.
    ...(where && where.id !== 0 ? [where.side ? `--zone-${where.side}` : '--zone', String(where.id)] : []),
  ],

  parse: words => parseOptions({ name: 'CT' }, words, options),
}

/** xt_CT.c registers NOTRACK without a struct; iptables writes CT with XT_CT_NOTRACK_ALIAS, and so does `encode`. */
export const notrack: Extension<Notrack> = {
  name: 'NOTRACK',
  kernelName: 'CT',
  revision: 2,
  size: sizes({ 0: 0 }),
  decode: () => ({ name: 'NOTRACK' }),
  encode(_, writer) {
    writer.u16(NOTRACK | NOTRACK_ALIAS).zeros(70)
  },
  print: () => [],
  parse: words => (words.length === 0 ? { name: 'NOTRACK' } : undefined),
}
