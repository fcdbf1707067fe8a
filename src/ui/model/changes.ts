import type { Row, Table } from './table.ts'

/** What happened to a row a moment ago. */
export type Change = 'added' | 'changed' | 'removed'

/** What changed in one list, and until when that is shown. Times are milliseconds since the epoch. */
export type TableChanges = {
  /** Which list it is: its view, and for a tab the object. Rows of another list are no changes. */
  readonly key: string
  /** The table as it was seen last. */
  readonly table: Table
  readonly rows: ReadonlyMap<string, { readonly change: Change; readonly until: number }>
  /** Rows that are gone, still shown, each with the row that it stood behind; undefined for the first one. */
  readonly gone: readonly { readonly row: Row; readonly after: string | undefined }[]
}

/** So long a change is seen. */
export const CHANGE_MS = 3000

/** More at once is not a change that anybody follows, but another list. */
const MOST_CHANGES = 500

/**
 * Compares a list with how it was seen before, by the ids of its rows. Counters alone are no change.
 *
 * @returns the same object when nothing changed and nothing ran out
 */
export function advanceChanges(
  before: TableChanges | undefined,
  key: string,
  table: Table,
  now: number,
): TableChanges {
  if (before?.key !== key) return { key, table, rows: noRows, gone: [] }
  const isNew = before.table !== table && before.table.rows !== table.rows
  const isOver = [...before.rows.values()].some(({ until }) => until <= now)
  if (!isNew && !isOver) return before.table === table ? before : { ...before, table }
  const rows = new Map([...before.rows].filter(([, { until }]) => until > now))
  const found = isNew ? compare(before.table, table) : { changes: [], gone: [] }
  if (found.changes.length > MOST_CHANGES) return { key, table, rows: noRows, gone: [] }
  for (const [id, change] of found.changes) {
    // What comes and changes at once is still new.
    const isStillNew = change === 'changed' && rows.get(id)?.change === 'added'
    rows.set(id, { change: isStillNew ? 'added' : change, until: now + CHANGE_MS })
  }
  const gone = [...before.gone, ...found.gone].filter(({ row }) => rows.get(row.id)?.change === 'removed')
  return { key, table, rows, gone }
}

const noRows: TableChanges['rows'] = new Map()

function compare(
  before: Table,
  after: Table,
): { readonly changes: readonly [string, Change][]; readonly gone: TableChanges['gone'] } {
  const known = new Map(before.rows.map(row => [row.id, row]))
  const changes: [string, Change][] = []
  for (const row of after.rows) {
    const old = known.get(row.id)
    known.delete(row.id)
    if (row.isInert) continue
    if (!old) changes.push([row.id, 'added'])
    else if (old !== row && says(before, old) !== says(after, row)) changes.push([row.id, 'changed'])
  }
  const gone: { row: Row; after: string | undefined }[] = []
  if (known.size > 0) {
    for (const [index, row] of before.rows.entries()) {
      if (!known.has(row.id) || row.isInert) continue
      changes.push([row.id, 'removed'])
      gone.push({ row: { ...row, isInert: true }, after: before.rows[index - 1]?.id })
    }
  }
  return { changes, gone }
}

/** What a row says, without its counters. */
function says(table: Table, row: Row): string {
  if (row.says !== undefined) return row.says
  if (row.cells) {
    return row.cells
      .filter((_, index) => !table.columns[index]?.isCounter)
      .map(({ text }) => text)
      .join('\n')
  }
  return row.line?.map(({ text }) => text).join('') ?? ''
}

const joined = new WeakMap<TableChanges['gone'], { readonly table: Table; readonly result: Table }>()

/** The table, with the rows that are gone where they were. */
export function withGone(table: Table, changes: TableChanges | undefined): Table {
  if (!changes || changes.gone.length === 0 || changes.table !== table) return table
  const known = joined.get(changes.gone)
  if (known?.table === table) return known.result
  const behind = Map.groupBy(changes.gone, ({ after }) => after)
  const place = (id: string | undefined): Row[] =>
    (behind.get(id) ?? []).flatMap(({ row }) => [row, ...place(row.id)])
  const result = {
    ...table,
    rows: [...place(undefined), ...table.rows.flatMap(row => [row, ...place(row.id)])],
  }
  joined.set(changes.gone, { table, result })
  return result
}
