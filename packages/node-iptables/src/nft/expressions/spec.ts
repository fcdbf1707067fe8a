import type { ByteReader, ByteWriter } from 'netlink-codec'
import {
  type FieldTable,
  type Fields,
  type FieldValues,
  fieldTable,
  readFields,
  writeFields,
} from '../fields.ts'

/** One kind of expression: its kernel name (nft_expr_type.name) and the attributes of NFTA_EXPR_DATA. */
export type ExpressionSpec<Name extends string, F extends Fields> = {
  readonly name: Name
  readonly table: FieldTable<F>
}

/** The plain value of an expression: `{ name: 'cmp', sreg: 1, op: 'eq', data: '06' }`. */
export type ExpressionOf<S> =
  S extends ExpressionSpec<infer Name, infer F> ? { readonly name: Name } & FieldValues<F> : never

type AnySpec = ExpressionSpec<string, Fields>

export function expression<Name extends string, F extends Fields>(
  name: Name,
  fields: F,
): ExpressionSpec<Name, F> {
  return { name, table: fieldTable(fields) }
}

const known = new Map<string, AnySpec>()

/** From then on `specOf` knows them. Expressions nest, so the table cannot be imported by those that it holds. */
export function declareExpressions(specs: readonly AnySpec[]): void {
  for (const spec of specs) known.set(spec.name, spec)
}

/** The declaration of a kernel name; undefined when this package does not decode it. */
export function specOf(name: string): AnySpec | undefined {
  return known.get(name)
}

/** Reads the data nest of one expression; undefined when a field is missing without which it means nothing. */
export function readExpression(
  spec: AnySpec,
  reader: ByteReader,
  start: number,
  end: number,
): { readonly name: string } | undefined {
  const value: Record<string, unknown> & { name: string } = { name: spec.name }
  return readFields(spec.table, reader, start, end, value) ? value : undefined
}

export function writeExpression(
  spec: AnySpec,
  writer: ByteWriter,
  value: Readonly<Record<string, unknown>>,
): void {
  writeFields(spec.table, writer, value)
}
