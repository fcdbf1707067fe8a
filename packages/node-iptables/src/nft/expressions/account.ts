import { be32, be64, bits, required, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** nft_counter.c. Decimal strings. */
export const counter = expression('counter', { bytes: required(be64(1)), packets: required(be64(2)) })

/** nft_limit.c: `rate` packets or bytes in `unit` seconds. */
export const limit = expression('limit', {
  rate: required(be64(1)),
  unit: required(be64(2)),
  burst: be32(3),
  type: word(4, ['packets', 'bytes']),
  flags: bits(5, ['inv']),
})

/** nft_quota.c. Decimal strings. */
export const quota = expression('quota', {
  bytes: required(be64(1)),
  flags: bits(2, ['inv', 'depleted']),
  consumed: be64(4),
})

/** nft_last.c: when the rule was last used, in milliseconds before now. */
export const last = expression('last', { set: be32(1), milliseconds: be64(2) })

export type Counter = ExpressionOf<typeof counter>
export type Limit = ExpressionOf<typeof limit>
export type Quota = ExpressionOf<typeof quota>
export type Last = ExpressionOf<typeof last>
