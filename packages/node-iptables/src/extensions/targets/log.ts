import { field, flag, type OptionTable, parseNumber, parseOptions, quote } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

/** `-j LOG`: a line in the kernel's log. */
export type Log = {
  readonly name: 'LOG'
  readonly prefix: string
  /** Syslog level, 0 (emergency) to 7 (debug). */
  readonly level: number
  readonly tcpSequence?: true
  readonly tcpOptions?: true
  readonly ipOptions?: true
  readonly uid?: true
  readonly macDecode?: true
}

/** LOG_WARNING. */
const DEFAULT_LEVEL = 4
const PREFIX_SIZE = 30
const levels = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug']
const levelAliases: Readonly<Record<string, number>> = { panic: 0, warn: 4, err: 3 }

/** XT_LOG_*, in the order of printing. */
const flags = [
  ['tcpSequence', '--log-tcp-sequence', 0x01],
  ['tcpOptions', '--log-tcp-options', 0x02],
  ['ipOptions', '--log-ip-options', 0x04],
  ['uid', '--log-uid', 0x08],
  ['macDecode', '--log-macdecode', 0x20],
] as const
const KNOWN = flags.reduce((bits, [, , bit]) => bits | bit, 0)

const options: OptionTable<Log> = {
  '--log-prefix': field('prefix', text => text),
  '--log-level': field('level', parseLevel),
  ...Object.fromEntries(flags.map(([key, name]) => [name, flag(key)])),
}

function parseLevel(text: string): number | undefined {
  const name = text.toLowerCase()
  if (Object.hasOwn(levelAliases, name)) return levelAliases[name]
  const level = levels.indexOf(name)
  return level < 0 ? parseNumber(text, 7) : level
}

/** struct xt_log_info of xt_LOG.h. */
export const log: Extension<Log> = {
  name: 'LOG',
  revision: 0,
  size: sizes({ 0: 32 }),
  decode({ reader, at }) {
    const bits = reader.u8(at + 1)
    if (bits & ~KNOWN) return undefined
    return {
      name: 'LOG',
      prefix: reader.text(at + 2, PREFIX_SIZE),
      level: reader.u8(at),
      ...Object.fromEntries(flags.filter(([, , bit]) => bits & bit).map(([key]) => [key, true])),
    }
  },
  encode(value, writer) {
    writer.u8(value.level).u8(flags.reduce((bits, [key, , bit]) => (value[key] ? bits | bit : bits), 0))
    writeText(writer, value.prefix, PREFIX_SIZE)
  },
  print: value => [
    ...(value.prefix === '' ? [] : ['--log-prefix', quote(value.prefix)]),
    ...(value.level === DEFAULT_LEVEL ? [] : ['--log-level', String(value.level)]),
    ...flags.filter(([key]) => value[key]).map(([, name]) => name),
  ],
  parse: words => parseOptions({ name: 'LOG', prefix: '', level: DEFAULT_LEVEL }, words, options),
}
