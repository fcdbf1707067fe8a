import { be32, bits, data, required, text, constant, word } from '../fields.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** nft_cmp.c: breaks off the rule unless the register compares so to `data`. */
export const cmp = expression('cmp', {
  sreg: required(be32(1)),
  op: required(word(2, ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'])),
  data: required(constant(3)),
})

/** nft_range.c: the register lies within both bounds, or (`neq`) does not. */
export const range = expression('range', {
  sreg: required(be32(1)),
  op: required(word(2, ['eq', 'neq'])),
  from: required(constant(3)),
  to: required(constant(4)),
})

/** nft_bitwise.c. `mask-xor`: dreg = (sreg & mask) ^ xor; shifts by `data`; since Linux 6.13 also and, or, xor of `sreg2`. */
export const bitwise = expression('bitwise', {
  sreg: required(be32(1)),
  dreg: required(be32(2)),
  length: be32(3),
  mask: constant(4),
  xor: constant(5),
  op: word(6, ['mask-xor', 'lshift', 'rshift', 'and', 'or', 'xor']),
  data: constant(7),
  sreg2: be32(8),
})

/** nft_byteorder.c. */
export const byteorder = expression('byteorder', {
  sreg: required(be32(1)),
  dreg: required(be32(2)),
  op: word(3, ['ntoh', 'hton']),
  length: be32(4),
  size: be32(5),
})

/** nft_lookup.c: is the register in the set; with `dreg` the map's value is loaded (0: its verdict is taken). */
export const lookup = expression('lookup', {
  set: required(text(1)),
  sreg: required(be32(2)),
  dreg: be32(3),
  flags: bits(5, ['inv']),
})

/** nft_immediate.c: loads a value, or (register 0) gives the verdict. */
export const immediate = expression('immediate', {
  dreg: required(be32(1)),
  data: required(data(2)),
})

export type Cmp = ExpressionOf<typeof cmp>
export type Range = ExpressionOf<typeof range>
export type Bitwise = ExpressionOf<typeof bitwise>
export type Byteorder = ExpressionOf<typeof byteorder>
export type Lookup = ExpressionOf<typeof lookup>
export type Immediate = ExpressionOf<typeof immediate>
