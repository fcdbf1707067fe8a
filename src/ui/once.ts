import type { Snapshot } from '../snapshot/index.ts'
import { formatTook, plural } from '../util/format.ts'
import { sanitise } from '../util/sanitise.ts'
import { paint } from './components/paint.ts'
import { createTheme, plainTheme, type ThemeOptions } from './components/theme.ts'
import type { Data } from './model/data.ts'
import { glyphs, isProblem, statusGlyph, statusTone } from './model/sources.ts'
import { emptyLine, fitSpans, type Line, lineText, type Span } from './model/span.ts'
import { columnWidths, headingLine, itemLines, type Row, type Table } from './model/table.ts'
import { viewOf } from './model/views/index.ts'

export type OnceOptions = ThemeOptions & {
  readonly width: number
  /** For a pipe or a file: no escape sequence of any kind. */
  readonly plain?: boolean
}

/** More problems than anyone reads in one go; the Sources tab and the snapshot have them all. */
const MOST_PROBLEMS = 20

/** Columns before a row, where a problem is marked. */
const MARGIN = 2

/**
 * The overview for a terminal that is none: nodes, networks with their services and tasks, what does not fit, and what could not
 * be read. Ends with a newline.
 */
export function renderOnce(
  { nodes, graph }: Pick<Data, 'nodes' | 'graph'>,
  { width, plain = false, ...themeOptions }: OnceOptions,
): string {
  const theme = plain ? plainTheme(createTheme(themeOptions)) : createTheme(themeOptions)
  const [snapshot] = nodes
  const data: Data | undefined = snapshot && {
    snapshot,
    nodes,
    graph,
    status: { mode: 'file', collecting: false },
    history: undefined,
  }
  const overview = viewOf('overview')
  const lines: Line[] = [
    ...nodes.map(takenLine),
    ...(data
      ? [...overview.notices(data, width), emptyLine, ...tableLines(overview.table(data), width)]
      : []),
    emptyLine,
    ...sourceLines(nodes),
    { spans: [{ text: plural(sum(nodes.map(({ namespaces }) => namespaces.length)), 'namespace') }] },
  ]
  return lines.map(line => paint(fitted(line, width), theme).trimEnd()).join('\n') + '\n'
}

function takenLine({ host, takenAt, tookMs }: Snapshot): Line {
  const about = `  ${sanitise(host.kernel)}  ${sanitise(takenAt)}  read in ${formatTook(tookMs)}`
  return {
    spans: [
      { text: sanitise(host.hostname), tone: 'strong' },
      { text: about, tone: 'dim' },
    ],
  }
}

/** Titles stand at the left end, with an empty line before each but the first; rows are indented. */
function tableLines(table: Table, width: number): Line[] {
  const widths = columnWidths(table, width - MARGIN)
  const indent: Span = { text: ' '.repeat(MARGIN) }
  const lineOf = (row: Row): Line[] => {
    if (row.isInert) return [emptyLine, { spans: row.line ?? [] }]
    const margin: Span = row.isProblem ? { text: `${glyphs.warn} `, tone: 'warn' } : indent
    return itemLines(table, row, widths, width - MARGIN).map(spans => ({ spans: [margin, ...spans] }))
  }
  return [{ spans: [indent, ...headingLine(table, widths, undefined).spans] }, ...table.rows.flatMap(lineOf)]
}

function sourceLines(nodes: readonly Snapshot[]): Line[] {
  const all = nodes.flatMap(({ host, sources, namespaces }) => {
    const node = nodes.length > 1 ? `${host.hostname} ` : ''
    return [
      ...sources.map(report => ({ where: node, report })),
      ...namespaces.flatMap(({ name, sources: reports }) =>
        reports.map(report => ({ where: `${node}${name} `, report })),
      ),
    ]
  })
  const unread = all.filter(({ report }) => isProblem(report))
  const lines = unread.slice(0, MOST_PROBLEMS).map(({ where, report }): Line => {
    const reason = report.reason === undefined ? '' : `: ${report.reason}`
    const text = `${statusGlyph(report.status)} ${where}${report.source} ${report.status}${reason}`
    return { spans: [{ text: sanitise(text), tone: statusTone(report.status) }] }
  })
  const rest = unread.length - lines.length
  const told = unread.length === 0 ? 'none failed' : `${unread.length} of ${all.length} not read whole`
  return [
    { spans: [{ text: `Sources: ${told}`, tone: 'title' }] },
    ...lines,
    ...(rest > 0 ? [{ spans: [{ text: `and ${rest} more`, tone: 'dim' as const }] }] : []),
  ]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** Cut to the width, without spaces at the end. */
function fitted(line: Line, width: number): Line {
  const spans = fitSpans(line.spans, width)
  const last = lineText({ spans }).trimEnd()
  return last === '' ? emptyLine : { spans }
}
