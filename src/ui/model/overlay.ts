import { formatDuration } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import { padEnd, wrap } from '../../util/text.ts'
import { width } from '../../util/width.ts'
import { chosenNamespace, type Data, shownDetails, shownNamespaces } from './data.ts'
import { type Binding, bindings, keyLabel } from './keymap.ts'
import { readings } from './origin.ts'
import { indexOf } from './reducer.ts'
import { reportsOf, statusGlyph, statusTone } from './sources.ts'
import { emptyLine, type Line, textLine } from './span.ts'
import type { UiState } from './state.ts'
import type { Row } from './table.ts'
import { tabs } from './tabs/index.ts'

/** A text that lies over the lists. */
export type OverlayText = { readonly title: string; readonly lines: readonly Line[] }

/** The row that keys act on. */
export function chosenRow(state: UiState, data: Data): Row | undefined {
  if (state.focus === 'list') {
    const { rows, ids } = shownNamespaces(state, data)
    return rows[indexOf(state.list, { ids })]
  }
  const { rows, ids } = shownDetails(state, data)
  return rows[indexOf(state.details[state.tab], { ids })]
}

/** What the open overlay says, in lines of at most `columns`. */
export function overlayText(state: UiState, data: Data, columns: number, now: number): OverlayText {
  const row = chosenRow(state, data)
  switch (state.overlay?.kind) {
    case 'help':
      return { title: 'Keys', lines: helpLines(columns) }
    case 'row':
      return { title: titleOf(row), lines: row ? rowLines(row, columns) : nothing }
    case 'json':
      return { title: `${titleOf(row)} as JSON`, lines: row ? jsonLines(row, columns) : nothing }
    case 'origin':
      return { title: 'Origin', lines: originLines(state, data, columns, now) }
    case undefined:
      return { title: '', lines: [] }
  }
}

const nothing: readonly Line[] = [textLine('No row is chosen.', 'dim')]

function titleOf(row: Row | undefined): string {
  return row ? sanitise(row.id) : ''
}

const groups: readonly { readonly title: string; readonly contexts: readonly Binding['context'][] }[] = [
  { title: 'Lists', contexts: ['pane'] },
  { title: 'Moving', contexts: ['move'] },
  { title: 'Everywhere', contexts: ['global'] },
  { title: 'While a filter is typed', contexts: ['filter'] },
  { title: 'In a window like this one', contexts: ['overlay'] },
]

/** The help screen, from the table of keys. */
export function helpLines(columns: number, table: readonly Binding[] = bindings): Line[] {
  const keysOf = ({ keys }: Binding): string => keys.map(keyLabel).join(' ')
  const keyColumns = Math.max(...table.map(binding => width(keysOf(binding)))) + 2
  return groups.flatMap(({ title, contexts }, index) => [
    ...(index === 0 ? [] : [emptyLine]),
    textLine(title, 'title'),
    ...table
      .filter(({ context }) => contexts.includes(context))
      .flatMap(binding =>
        wrap(binding.description, Math.max(20, columns - keyColumns - 2)).map((text, line): Line => {
          const key = padEnd(line === 0 ? keysOf(binding) : '', keyColumns)
          return { spans: [{ text: `  ${key}`, tone: 'key' }, { text }] }
        }),
      ),
  ])
}

/** Every field of a row, flattened: `linkinfo.info_data.id  4097`. */
function rowLines(row: Row, columns: number): Line[] {
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

/** Longest JSON that is shown; the whole of a namespace with 100,000 rules is for `cnmtop snapshot`. */
const MOST_JSON_LINES = 20_000

function jsonLines(row: Row, columns: number): Line[] {
  const text = rowJson(row).split('\n')
  const lines = text.slice(0, MOST_JSON_LINES).flatMap(line => {
    const indent = line.length - line.trimStart().length
    const [, key, rest] = /^\s*("(?:[^"\\]|\\.)*": ?)?(.*)$/.exec(line) ?? []
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

/** How the row in question came here: which sources, how they are read, when, and what it took. */
function originLines(state: UiState, data: Data, columns: number, now: number): Line[] {
  const namespace = chosenNamespace(state, data)
  if (!namespace) return [...nothing]
  const taken = Date.parse(data.snapshot.takenAt)
  const lines: Line[] = [
    pair('namespace', sanitise(`${namespace.name}  ${namespace.id}`)),
    ...namespace.paths.map(path => pair('path', sanitise(path))),
    pair('processes', namespace.pids.length === 0 ? 'none' : namespace.pids.join(' ')),
    pair(
      'snapshot',
      `${data.snapshot.takenAt} (${formatDuration(now - taken)} ago), took ${data.snapshot.tookMs} ms`,
    ),
    emptyLine,
  ]
  const tab = tabs[state.tab]
  const reports =
    state.focus === 'list' || tab.sources.length === 0 ? namespace.sources : reportsOf(namespace, tab.sources)
  for (const report of reports) {
    const tone = statusTone(report.status)
    lines.push(
      {
        spans: [
          { text: `${statusGlyph(report.status)} `, tone },
          { text: sanitise(report.source), tone: 'strong' },
        ],
      },
      pair('status', sanitise(report.status)),
      pair('took', `${report.tookMs} ms`),
    )
    if (report.reason !== undefined) lines.push(pair('reason', sanitise(report.reason)))
    const reading = readings.find(({ source }) => report.source.startsWith(source))
    if (reading) lines.push(pair('read by', reading.how), pair('same as', reading.sameAs))
    lines.push(emptyLine)
  }
  return lines.flatMap(line => wrapPair(line, columns))
}

const LABEL = 12

function pair(label: string, value: string): Line {
  return { spans: [{ text: padEnd(`  ${label}`, LABEL), tone: 'dim' }, { text: value }] }
}

function wrapPair(line: Line, columns: number): Line[] {
  const [label, value] = line.spans
  if (!label || !value || line.spans.length !== 2 || label.tone !== 'dim') return [line]
  return wrap(value.text, Math.max(10, columns - LABEL)).map((text, index): Line => {
    return { spans: [index === 0 ? label : { text: ' '.repeat(LABEL) }, { text }] }
  })
}
