import type { TextSize } from './lists.ts'
import { type Line, spansWidth } from './span.ts'

const widths = new WeakMap<readonly Line[], number>()

/** A text of many thousand lines is measured once, where it stays the same. */
function widest(lines: readonly Line[]): number {
  let columns = widths.get(lines)
  if (columns === undefined) {
    columns = lines.reduce((most, { spans }) => Math.max(most, spansWidth(spans)), 0)
    widths.set(lines, columns)
  }
  return columns
}

export function textSize(lines: readonly Line[], columns: number, rows: number): TextSize {
  return { lines: lines.length, page: Math.max(1, rows), columns, over: Math.max(0, widest(lines) - columns) }
}

/** Which part of a text is seen; nothing when all of it is. */
export function textPosition(
  { lines, page, columns, over }: TextSize,
  { top, left = 0 }: { readonly top: number; readonly left?: number },
): string {
  const across = over > 0 ? [`columns ${left + 1}-${left + columns} of ${columns + over}`] : []
  const down = lines > page ? [`${top + 1}-${Math.min(lines, top + page)} of ${lines}`] : []
  return [...across, ...down].join('  ')
}
