import { sanitise } from '../util/sanitise.ts'
import { padEnd, padStart } from '../util/text.ts'
import { width } from '../util/width.ts'

/**
 * Aligned columns with a header line, as `docker ps` and `kubectl get` print them: two spaces between, nothing behind
 * the last. What the world named is sanitised, so neither a pipe nor a terminal gets an escape sequence.
 */
export function plainTable(
  columns: readonly { readonly title: string; readonly right?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const safe = rows.map(row => row.map(sanitise))
  const widths = columns.map(({ title }, index) =>
    safe.reduce((most, row) => Math.max(most, width(row[index] ?? '')), title.length),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        columns[index]?.right ? padStart(cell, widths[index]!) : padEnd(cell, widths[index]!),
      )
      .join('  ')
      .trimEnd()
  return [columns.map(({ title }) => title), ...safe].map(cells => `${line(cells)}\n`).join('')
}
