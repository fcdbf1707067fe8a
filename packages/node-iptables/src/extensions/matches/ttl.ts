import type { Family } from '../../model.ts'
import { type OptionReader, option, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'

type Comparison = 'eq' | 'ne' | 'lt' | 'gt'
type HopTest<N extends string> = { readonly name: N; readonly comparison: Comparison; readonly value: number }

/** `-m ttl`, of IPv4. */
export type Ttl = HopTest<'ttl'>
/** `-m hl`: the hop limit of IPv6. */
export type Hl = HopTest<'hl'>

/** IPT_TTL_* and IP6T_HL_*. */
const comparisons: readonly Comparison[] = ['eq', 'ne', 'lt', 'gt']

/** struct ipt_ttl_info of ipt_ttl.h and ip6t_hl_info of ip6t_hl.h, which are the same. */
function hopTest<N extends string>(name: N, of: Family): Extension<HopTest<N>> {
  const compare = (plain: Comparison, inverted?: Comparison): OptionReader<HopTest<N>> => ({
    values: 1,
    read([text], invert) {
      const value = parseNumber(text, 255)
      const comparison = invert ? inverted : plain
      return value === undefined || !comparison ? undefined : { comparison, value }
    },
  })
  const options = {
    [`--${name}-eq`]: compare('eq', 'ne'),
    [`--${name}-lt`]: compare('lt'),
    [`--${name}-gt`]: compare('gt'),
  }
  return {
    name,
    revision: 0,
    size: (revision, family) => (revision === 0 && family === of ? 2 : undefined),
    decode({ reader, at }) {
      const comparison = comparisons[reader.u8(at)]
      return comparison && { name, comparison, value: reader.u8(at + 1) }
    },
    encode({ comparison, value }, writer) {
      writer.u8(comparisons.indexOf(comparison)).u8(value)
    },
    print: ({ comparison, value }) =>
      option(`--${name}-${comparison === 'ne' ? 'eq' : comparison}`, comparison === 'ne', String(value)),
    parse: words =>
      words.length === 0 ? undefined : parseOptions({ name, comparison: 'eq', value: 0 }, words, options),
  }
}

export const ttl: Extension<Ttl> = hopTest('ttl', 'ip')
export const hl: Extension<Hl> = hopTest('hl', 'ip6')
