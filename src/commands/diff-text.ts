import type { Change, FieldChange } from '../snapshot/diff.ts'
import { sanitise } from '../util/sanitise.ts'

const marks = { added: '+', removed: '-', changed: '~' } as const
const colours = { added: 32, removed: 31, changed: 33 } as const

/** Each namespace with what was added (+), removed (-) and changed (~) in it, as lines that a terminal may have. */
export function changeLines(changes: readonly Change[], color: boolean): string[] {
  const paint = painter(color)
  const lines: string[] = []
  let namespace: string | undefined
  for (const change of changes) {
    if (change.namespace !== namespace) {
      namespace = change.namespace
      lines.push('', paint(sanitise(`@@ ${namespace} @@`), 36))
    }
    lines.push(
      paint(sanitise(`${marks[change.change]} ${change.type} ${change.name}`), colours[change.change]),
    )
    for (const field of change.fields ?? []) lines.push(...fieldLines(field, paint))
  }
  return lines
}

/** Gives a line a colour of the terminal, by its number in ECMA-48. */
export function painter(color: boolean): (line: string, code: number) => string {
  return (line, code) => (color ? `\x1b[${code}m${line}\x1b[0m` : line)
}

/** `    mtu 1450 -> 1500`; a list that differs tells what came and what went. */
function fieldLines(
  { field, before, after }: FieldChange,
  paint: (line: string, code: number) => string,
): string[] {
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return [sanitise(`    ${field} ${word(before)} -> ${word(after)}`)]
  }
  const [gone, come] = [missing(before, after), missing(after, before)]
  if (gone.length + come.length === 0) {
    return [`    ${sanitise(field)} differs`, ...after.map(item => sanitise(`      ${word(item)}`))]
  }
  return [
    ...gone.map(item => paint(sanitise(`    ${field} - ${word(item)}`), colours.removed)),
    ...come.map(item => paint(sanitise(`    ${field} + ${word(item)}`), colours.added)),
  ]
}

function missing(from: readonly unknown[], other: readonly unknown[]): unknown[] {
  const there = new Set(other.map(item => JSON.stringify(item)))
  return from.filter(item => !there.has(JSON.stringify(item)))
}

function word(value: unknown): string {
  if (value === undefined) return '(none)'
  return typeof value === 'string' ? (value === '' ? '""' : value) : JSON.stringify(value)
}
