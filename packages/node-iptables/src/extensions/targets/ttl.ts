import type { Family } from '../../model.ts'
import { type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'

type Change = 'set' | 'inc' | 'dec'
type HopChange<N extends string> = { readonly name: N; readonly change: Change; readonly value: number }

/** `-j TTL`, of IPv4. */
export type TtlTarget = HopChange<'TTL'>
/** `-j HL`: the hop limit of IPv6. */
export type HlTarget = HopChange<'HL'>

/** IPT_TTL_* of ipt_TTL.h and IP6T_HL_* of ip6t_HL.h. */
const changes: readonly Change[] = ['set', 'inc', 'dec']

/** struct ipt_TTL_info and ip6t_HL_info, which are the same. */
function hopChange<N extends string>(name: N, of: Family): Extension<HopChange<N>> {
  const word = name.toLowerCase()
  const options: OptionTable<HopChange<N>> = Object.fromEntries(
    changes.map(change => [
      `--${word}-${change}`,
      {
        values: 1,
        read([text]: readonly string[]) {
          const value = parseNumber(text, 255)
          return value === undefined ? undefined : { change, value }
        },
      },
    ]),
  )
  return {
    name,
    revision: 0,
    size: (revision, family) => (revision === 0 && family === of ? 2 : undefined),
    decode({ reader, at }) {
      const change = changes[reader.u8(at)]
      return change && { name, change, value: reader.u8(at + 1) }
    },
    encode({ change, value }, writer) {
      writer.u8(changes.indexOf(change)).u8(value)
    },
    print: ({ change, value }) => [`--${word}-${change}`, String(value)],
    parse: words =>
      words.length === 0 ? undefined : parseOptions({ name, change: 'set', value: 0 }, words, options),
  }
}

export const ttlTarget: Extension<TtlTarget> = hopChange('TTL', 'ip')
export const hlTarget: Extension<HlTarget> = hopChange('HL', 'ip6')
