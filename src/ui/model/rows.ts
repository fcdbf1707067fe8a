import { naturalOrder } from '../../util/natural-order.ts'
import { parseFilter, type Searchable } from './filter.ts'
import type { ListState, Sort } from './state.ts'
import { type Row, searchText, someText, type Table } from './table.ts'

/** The rows of a table that are shown, in the order in which they are shown. */
export type ShownRows = {
  readonly rows: readonly Row[]
  readonly ids: readonly string[]
  readonly heights: number | readonly number[]
  /** Indexes of the rows that are never chosen, in their order: titles, and what is gone. */
  readonly inert: readonly number[]
  /** How many the filter or the question for problems hides. */
  readonly hidden: number
}

const shown = new WeakMap<Table, { readonly key: string; readonly result: ShownRows }>()

/** Filters and sorts; remembers the last answer for each table. A list may have ten thousand rows, and a key waits for it. */
export function showRows(table: Table, list: ListState, problemsOnly: boolean): ShownRows {
  const key = JSON.stringify([list.filter, list.sort, problemsOnly])
  const known = shown.get(table)
  if (known?.key === key) return known.result
  const rows = sortRows(table, filterRows(table, list.filter, problemsOnly), list.sort)
  const ids: string[] = []
  const inert: number[] = []
  let isEven = true
  for (const [index, row] of rows.entries()) {
    ids.push(row.id)
    if (row.isInert) inert.push(index)
    if (row.block) isEven = false
  }
  const heights = isEven ? 1 : rows.map(row => row.block?.height ?? 1)
  const result = { rows, ids, heights, inert, hidden: hiddenRows(table, rows, list) }
  shown.set(table, { key, result })
  return result
}

function hiddenRows(table: Table, rows: readonly Row[], list: ListState): number {
  // Ordered rows lose their headings; those are not hidden by a filter.
  if (!list.sort || table.isTree) return table.rows.length - rows.length
  return table.rows.reduce((count, { cells }) => (cells ? count + 1 : count), 0) - rows.length
}

function filterRows(table: Table, typed: string, problemsOnly: boolean): readonly Row[] {
  if (typed === '' && !problemsOnly) return table.rows
  const matches = parseFilter(typed)
  const columns = new Map(table.columns.map(({ id }, index) => [id, index]))
  const kept: Row[] = []
  let row: Row | undefined
  const searchable: Searchable = {
    some: test => row !== undefined && someText(row, test),
    text: () => (row ? searchText(row) : ''),
    column: name => row?.cells?.[columns.get(name) ?? -1]?.text,
  }
  // From the end, so that a heading is kept when a row below it is.
  let below = 0
  for (let index = table.rows.length - 1; index >= 0; index--) {
    row = table.rows[index] as Row
    const isMatch = (!problemsOnly || row.isProblem) && matches(searchable)
    if (!isMatch && row.level >= below) continue
    kept.push(row)
    below = row.level
  }
  return kept.reverse()
}

function sortRows(table: Table, rows: readonly Row[], sort: Sort | undefined): readonly Row[] {
  const index = sort ? table.columns.findIndex(({ id }) => id === sort.column) : -1
  if (!sort || index === -1) return rows
  const direction = sort.reversed ? -1 : 1
  const compare = (a: Row, b: Row): number => direction * compareCells(a, b, index)
  return table.isTree ? sortTree(rows, compare) : rows.filter(row => row.cells).sort(compare)
}

/** Orders the rows of each level below their parent. Headings stay where they are: they are parts of the list. */
function sortTree(rows: readonly Row[], compare: (a: Row, b: Row) => number): readonly Row[] {
  const [first] = rows
  if (!first) return rows
  let lowest = first.level
  let isFlat = true
  let isOrdered = true
  for (const row of rows) {
    if (row.level !== first.level) isFlat = false
    if (row.level < lowest) lowest = row.level
    if (!row.cells) isOrdered = false
  }
  // Most rows are leaves beside each other.
  if (isFlat) return isOrdered ? rows.toSorted(compare) : rows
  const branches: { readonly head: Row; readonly below: Row[] }[] = []
  for (const row of rows) {
    const last = branches.at(-1)
    if (row.level === lowest || !last) branches.push({ head: row, below: [] })
    else last.below.push(row)
  }
  if (branches.every(({ head }) => head.cells)) branches.sort((a, b) => compare(a.head, b.head))
  const ordered: Row[] = []
  for (const { head, below } of branches) {
    ordered.push(head)
    for (const row of below.length > 1 ? sortTree(below, compare) : below) ordered.push(row)
  }
  return ordered
}

/** Numbers before text, each in its own order; the largest number first, as one looks for the busiest. */
function compareCells(a: Row, b: Row, index: number): number {
  const left = a.cells?.[index]
  const right = b.cells?.[index]
  if (left?.value !== undefined && right?.value !== undefined) return right.value - left.value
  if (left?.value !== undefined) return -1
  if (right?.value !== undefined) return 1
  return naturalOrder(left?.text ?? '', right?.text ?? '')
}
