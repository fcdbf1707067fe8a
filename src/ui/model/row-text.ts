import { sanitise } from '../../util/sanitise.ts'
import { padEnd, wrap } from '../../util/text.ts'
import { width } from '../../util/width.ts'
import { type Line, textLine } from './span.ts'
import type { Row } from './table.ts'

type Made = { readonly columns: number; readonly lines: readonly Line[] }

const rowCache = new WeakMap<Row, Made>()

/** Every field of a row, flattened: `linkinfo.info_data.id  4097`. */
export function rowLines(row: Row, columns: number): readonly Line[] {
  const known = rowCache.get(row)
  if (known?.columns === columns) return known.lines
  const lines = formatFields(row, columns)
  rowCache.set(row, { columns, lines })
  return lines
}

function formatFields(row: Row, columns: number): Line[] {
  const fields = flatten('', row.datum)
  const labels = Math.min(32, Math.max(0, ...fields.map(([label]) => width(sanitise(label))))) + 2
  return fields.flatMap(([label, value]) =>
    wrap(sanitise(value), Math.max(10, columns - labels)).map((text, line): Line => {
      return { spans: [{ text: padEnd(line === 0 ? sanitise(label) : '', labels), tone: 'dim' }, { text }] }
    }),
  )
}

/** More fields than anyone reads; the JSON has them all. */
const MOST_FIELDS = 500

function flatten(prefix: string, value: unknown): [string, string][] {
  if (value === null || typeof value !== 'object') return [[prefix === '' ? 'value' : prefix, String(value)]]
  const entries = Object.entries(value as Record<string, unknown>)
  if (Array.isArray(value) && value.every(item => typeof item !== 'object'))
    return [[prefix, value.join(' ')]]
  const fields: [string, string][] = []
  for (const [key, inner] of entries) {
    fields.push(...flatten(prefix === '' ? key : `${prefix}.${key}`, inner))
    if (fields.length > MOST_FIELDS) return [...fields.slice(0, MOST_FIELDS), ['…', 'more in the JSON (y)']]
  }
  return fields
}

const jsonCache = new WeakMap<object, Made>()

/** The datum as JSON, its keys in a tone of their own. */
export function jsonLines(row: Row, columns: number): readonly Line[] {
  const datum = row.datum as object
  const known = jsonCache.get(datum)
  if (known?.columns === columns) return known.lines
  const lines = formatJson(row, columns)
  jsonCache.set(datum, { columns, lines })
  return lines
}

/** Longest JSON that is shown; the whole of a namespace with 100,000 rules is for `cnmtop snapshot`. */
const MOST_JSON_LINES = 20_000

function formatJson(row: Row, columns: number): Line[] {
  const text = rowJson(row).split('\n')
  const lines = text.slice(0, MOST_JSON_LINES).flatMap(line => {
    const indent = line.length - line.trimStart().length
    const [, key, rest] = /^\s*("(?:[^"\\]|\\.)*": ?)?(.*)$/s.exec(line) ?? []
    if (key === undefined) return [textLine(' '.repeat(indent) + sanitise(rest ?? ''))]
    const room = Math.max(10, columns - indent - width(sanitise(key)))
    return wrap(sanitise(rest ?? ''), room).map((part, index): Line => {
      if (index > 0) return textLine(' '.repeat(indent + width(sanitise(key))) + part)
      return {
        spans: [{ text: ' '.repeat(indent) }, { text: sanitise(key), tone: 'accent' }, { text: part }],
      }
    })
  })
  const cut = text.length - MOST_JSON_LINES
  return cut > 0 ? [...lines, textLine(`… ${cut} more lines`, 'dim')] : lines
}

/** The datum of a row as a snapshot holds it. */
export function rowJson(row: Row): string {
  return JSON.stringify(row.datum, null, 2)
}
