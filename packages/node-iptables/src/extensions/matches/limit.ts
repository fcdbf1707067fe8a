import { field, type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { printPeriod, readPeriod } from '../rate.ts'
import { sizes } from '../size.ts'

/** `-m limit`: a token bucket. */
export type Limit = {
  readonly name: 'limit'
  /** Time that one packet costs, in 1/10,000 s: 120,000 is five a minute. */
  readonly period: number
  /** Packets that the full bucket lets pass at once. */
  readonly burst: number
}

/** XT_LIMIT_SCALE. */
const SCALE = 10_000
const DEFAULT_BURST = 5
/** `--limit` of iptables when the rule does not say. */
const DEFAULT_PERIOD = (3600 * SCALE) / 3

const options: OptionTable<Limit> = {
  '--limit': field('period', text => readPeriod(text, SCALE)?.period),
  '--limit-burst': field('burst', text => parseNumber(text)),
}

/** struct xt_rateinfo of xt_limit.h; behind the first two fields is what the kernel keeps for itself. */
export const limit: Extension<Limit> = {
  name: 'limit',
  revision: 0,
  size: sizes({ 0: 40 }),
  decode: ({ reader, at }) => ({ name: 'limit', period: reader.u32(at), burst: reader.u32(at + 4) }),
  encode({ period, burst }, writer) {
    writer.u32(period).u32(burst).zeros(32)
  },
  print: ({ period, burst }) => [
    '--limit',
    printPeriod(period, SCALE),
    ...(burst === DEFAULT_BURST ? [] : ['--limit-burst', String(burst)]),
  ],
  parse: words =>
    parseOptions({ name: 'limit', period: DEFAULT_PERIOD, burst: DEFAULT_BURST }, words, options),
}
