import type { Snapshot } from '../snapshot/index.ts'
import { formatTook, plural } from '../util/format.ts'
import { sanitise } from '../util/sanitise.ts'
import { paint } from './components/paint.ts'
import { createTheme, plainTheme, type ThemeOptions } from './components/theme.ts'
import { namespaceTable } from './model/namespaces.ts'
import { isProblem, statusGlyph, statusTone } from './model/sources.ts'
import { emptyLine, fitSpans, type Line, lineText } from './model/span.ts'
import { columnWidths, headingLine, itemLines } from './model/table.ts'

export type OnceOptions = ThemeOptions & {
  readonly width: number
  /** For a pipe or a file: no escape sequence of any kind. */
  readonly plain?: boolean
}

/** More problems than anyone reads in one go; the Sources tab and the snapshot have them all. */
const MOST_PROBLEMS = 20

/** The overview for a terminal that is none: every namespace in a line, and what could not be read. Ends with a newline. */
export function renderOnce(
  snapshot: Snapshot,
  { width, plain = false, ...themeOptions }: OnceOptions,
): string {
  const theme = plain ? plainTheme(createTheme(themeOptions)) : createTheme(themeOptions)
  const table = namespaceTable(snapshot)
  const widths = columnWidths(table, width)
  const { host, takenAt, tookMs, namespaces } = snapshot
  const lines: Line[] = [
    {
      spans: [
        { text: sanitise(host.hostname), tone: 'strong' },
        {
          text: `  ${sanitise(host.kernel)}  ${sanitise(takenAt)}  read in ${formatTook(tookMs)}`,
          tone: 'dim',
        },
      ],
    },
    emptyLine,
    headingLine(table, widths, undefined),
    ...table.rows.flatMap(row => itemLines(table, row, widths, width).map(spans => ({ spans }))),
    emptyLine,
    { spans: [{ text: plural(namespaces.length, 'namespace') }] },
    ...problemLines(snapshot),
  ]
  return lines.map(line => paint(fitted(line, width), theme).trimEnd()).join('\n') + '\n'
}

function problemLines(snapshot: Snapshot): Line[] {
  const all = [
    ...snapshot.sources.map(report => ({ where: '', report })),
    ...snapshot.namespaces.flatMap(({ name, sources }) =>
      sources.map(report => ({ where: `${name} `, report })),
    ),
  ].filter(({ report }) => isProblem(report))
  const lines = all.slice(0, MOST_PROBLEMS).map(({ where, report }): Line => {
    const reason = report.reason === undefined ? '' : `: ${report.reason}`
    const text = `${statusGlyph(report.status)} ${where}${report.source} ${report.status}${reason}`
    return { spans: [{ text: sanitise(text), tone: statusTone(report.status) }] }
  })
  const rest = all.length - lines.length
  return rest > 0 ? [...lines, { spans: [{ text: `and ${rest} more`, tone: 'dim' }] }] : lines
}

/** Cut to the width, without spaces at the end. */
function fitted(line: Line, width: number): Line {
  const spans = fitSpans(line.spans, width)
  const last = lineText({ spans }).trimEnd()
  return last === '' ? emptyLine : { spans }
}
