import type { Part } from '../collectors/kernel/parts.ts'
import type { Namespace, SourceReport } from '../snapshot/index.ts'

/** A column of a plain table. */
export type Column<Row> = {
  readonly title: string
  readonly right?: boolean
  /** `seen` tells what is known besides the row. */
  readonly cell: (row: Row, seen: { readonly sources: readonly SourceReport[] }) => string
}

/** A raw kind that `cnmtop ls` lists: where its rows are, and how a line tells them. */
export type Listing<Row> = {
  /** What has to be read for it. */
  readonly parts: readonly Part[]
  readonly rows: (namespace: Namespace) => readonly Row[]
  readonly columns: readonly Column<Row>[]
}

/** Text of an optional field: `-` when the kernel does not say. */
export function optional(value: string | number | null | undefined): string {
  return value === undefined || value === null || value === '' ? '-' : String(value)
}
