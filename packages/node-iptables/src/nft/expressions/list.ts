import { attribute, type ByteReader, type ByteWriter, eachAttribute } from 'netlink-codec'
import { hexBytes } from '../verdict.ts'
import type { NftExpression } from './expression.ts'
import { readExpression, specOf, writeExpression } from './spec.ts'

/** NFTA_EXPR_*, NFTA_LIST_ELEM (linux/netfilter/nf_tables.h). */
const NFTA_EXPR_NAME = 1
const NFTA_EXPR_DATA = 2
const NFTA_LIST_ELEM = 1

/**
 * One nest of NFTA_EXPR_*. A name that is not known, or data that lacks what the expression needs, gives
 * `{ name: 'unknown' }` with the bytes.
 *
 * @throws DecodeError when attributes do not fit
 */
export function readOne(reader: ByteReader, start: number, end: number): NftExpression {
  let name = ''
  let from = end
  let to = end
  eachAttribute(reader, start, end, (type, at, length) => {
    if (type === NFTA_EXPR_NAME) name = reader.text(at, length)
    else if (type === NFTA_EXPR_DATA) {
      from = at
      to = at + length
    }
  })
  const spec = specOf(name)
  const known = spec && readExpression(spec, reader, from, to)
  return (known ?? { name: 'unknown', expression: name, hex: reader.hex(from, to - from) }) as NftExpression
}

/** NFTA_RULE_EXPRESSIONS and other lists, between their first and last byte. */
export function readExpressions(reader: ByteReader, start: number, end: number): NftExpression[] {
  const found: NftExpression[] = []
  eachAttribute(reader, start, end, (_, at, length) => {
    found.push(readOne(reader, at, at + length))
  })
  return found
}

/** The inverse of `readOne`. */
export function writeOne(writer: ByteWriter, value: { readonly name: string }): void {
  const known = value as NftExpression
  const name = known.name === 'unknown' ? known.expression : known.name
  attribute(writer, NFTA_EXPR_NAME, payload => payload.text(name))
  attribute(writer, NFTA_EXPR_DATA, payload => {
    if (known.name === 'unknown') payload.raw(hexBytes(known.hex))
    else writeExpression(specOf(known.name)!, payload, known)
  })
}

/** The inverse of `readExpressions`. */
export function writeExpressions(writer: ByteWriter, expressions: readonly NftExpression[]): void {
  for (const expression of expressions) {
    attribute(writer, NFTA_LIST_ELEM, nest => writeOne(nest, expression))
  }
}
