import { attribute, eachAttribute } from 'netlink-codec'
import { be32, be64, bits, type Field, required, text, word } from '../fields.ts'
import { readOne, writeOne } from './list.ts'
import { type ExpressionOf, expression } from './spec.ts'

/** An expression inside another; see NftExpression, which its type cannot name without naming itself. */
export type NestedExpression = { readonly name: string }

/** One expression in a nest of NFTA_EXPR_*. */
const one = (number: number): Field<NestedExpression, false> => ({
  attribute: number,
  required: false,
  read: (reader, at, length) => readOne(reader, at, at + length),
  write: writeOne,
})

/** NFTA_LIST_ELEM of NFTA_EXPR_*. */
const list = (number: number): Field<readonly NestedExpression[], false> => ({
  attribute: number,
  required: false,
  read(reader, at, length) {
    const found: NestedExpression[] = []
    eachAttribute(reader, at, at + length, (_, from, size) => {
      found.push(readOne(reader, from, from + size))
    })
    return found
  },
  write(writer, expressions) {
    for (const nested of expressions) attribute(writer, 1, item => writeOne(item, nested))
  },
})

/** Both kinds of nest, as sets and set elements have them too: `expression` before Linux 5.11, then the list. */
export const expressionField = one
export const expressionsField = list

/** nft_dynset.c: adds the key in a register to a set while packets pass. `timeout` in milliseconds. */
export const dynset = expression('dynset', {
  set: required(text(1)),
  op: required(word(3, ['add', 'update', 'delete'])),
  keySreg: required(be32(4)),
  dataSreg: be32(5),
  timeout: be64(6),
  expression: one(7),
  flags: bits(9, ['inv', 'expr']),
  expressions: list(10),
})

/** nft_inner.c: matches inside a tunnel's payload. */
export const inner = expression('inner', {
  number: be32(1),
  type: word(2, ['unspec', 'vxlan', 'geneve']),
  flags: be32(3),
  headerSize: be32(4),
  expression: one(5),
})

export type Dynset = ExpressionOf<typeof dynset>
export type Inner = ExpressionOf<typeof inner>

/** The nested expressions of either spelling. */
export function nestedOf(value: {
  readonly expression?: NestedExpression
  readonly expressions?: readonly NestedExpression[]
}): readonly NestedExpression[] {
  return value.expressions ?? (value.expression ? [value.expression] : [])
}
