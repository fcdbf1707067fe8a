import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import type { AuditRow } from '../desk.ts'
import { jsonTextLines, requestLines } from '../dialog/plan-lines.ts'
import { endGlyph, endTones } from '../dialog/words.ts'
import { emptyLine, type Line, lineText, textLine } from '../span.ts'
import { cellRow, lineRow, type Row, type Table, worldCell } from '../table.ts'
import type { Detail, View } from './view.ts'

const columns: Table['columns'] = [
  { id: 'time', title: 'TIME' },
  { id: 'action', title: 'ACTION', grow: true, least: 20 },
  { id: 'outcome', title: 'OUTCOME' },
]

const tabs = [
  { id: 'request', title: 'Request', short: 'Request', isEmpty: false },
  { id: 'answer', title: 'Answer', short: 'Answer', isEmpty: false },
  { id: 'undo', title: 'Undo', short: 'Undo', isEmpty: false },
] as const

/** Everything that cnmtop ever changed from this node: when, what, how it ended, and what takes it back. */
export const auditView: View = {
  id: 'audit',
  key: '@',
  title: 'Actions',
  short: 'Act',
  singular: 'action',
  description: 'Actions: the log of everything that was changed from here; u takes one back',
  share: 0.5,
  sortable: ['time', 'action', 'outcome'],
  table: auditTable,
  notices: () => [],
  empty: ({ desk }) => {
    if (!desk) return 'Nothing can be changed from this screen.'
    if (desk.auditProblem !== undefined) return `The log cannot be read: ${desk.auditProblem}`
    return desk.audit === undefined ? 'Reading…' : 'Nothing was ever changed from here.'
  },
  tabs: () => tabs,
  detail: (id, tab, data) => auditDetail(rowOf(id, data), tab),
  origin: (_, __, width) =>
    wrap('The log is a file of this machine; values of variables are not in it.', width).map(line =>
      textLine(line, 'dim'),
    ),
  objectId: () => undefined,
  visible: () => ({ namespaceId: undefined, tab: undefined }),
}

const made = new WeakMap<readonly AuditRow[], Table>()
const nothing: readonly AuditRow[] = []

function auditTable({ desk }: Data): Table {
  const audit = desk?.audit ?? nothing
  let table = made.get(audit)
  if (!table) made.set(audit, (table = { columns, rows: audit.map(listRow) }))
  return table
}

function listRow(row: AuditRow): Row {
  const { id, time, title, end, command } = row
  const isUnwell = end === 'unfinished' || end === 'unknown' || end === 'not-converged'
  const cells = [
    worldCell(time.slice(0, 19).replace('T', ' '), 'dim'),
    worldCell(title, 'strong'),
    { text: `${endGlyph(end)} ${end}`, tone: endTones[end] },
  ]
  return { ...cellRow(id, cells, row, isUnwell), label: title, alias: command }
}

function rowOf(id: string | undefined, { desk }: Data): AuditRow | undefined {
  return desk?.audit?.find(row => row.id === id)
}

function auditDetail(row: AuditRow | undefined, tab: string): Detail {
  return {
    title: row
      ? [
          { text: 'action ', tone: 'dim' },
          { text: sanitise(row.title), tone: 'title' },
        ]
      : [{ text: 'Nothing is chosen', tone: 'dim' }],
    table: row && tableOf(row, tab),
    sortable: [],
    notices: () => [],
    empty: () => [],
    origin: () => [],
  }
}

/** Lines of a text are rows: so they scroll, are filtered and copied as all others. */
const LINE_COLUMNS = 100

const lineTables = new WeakMap<AuditRow, Map<string, Table>>()

function tableOf(row: AuditRow, tab: string): Table {
  let tables = lineTables.get(row)
  if (!tables) lineTables.set(row, (tables = new Map()))
  let table = tables.get(tab)
  if (!table) {
    const rows = linesOf(row, tab).map((line, index) =>
      lineRow(String(index), 1, line.spans, { text: lineText(line) }),
    )
    tables.set(tab, (table = { columns: [], rows }))
  }
  return table
}

function linesOf(row: AuditRow, tab: string): Line[] {
  switch (tab) {
    case 'answer':
      return [
        textLine(`${endGlyph(row.end)} ${sanitise(row.told)}`, endTones[row.end]),
        emptyLine,
        ...row.answers.flatMap(answer => jsonTextLines(answer, LINE_COLUMNS)),
      ]
    case 'undo':
      return row.undo
        ? [
            textLine(sanitise(row.undo.text)),
            ...(row.undo.intent ? [emptyLine, textLine('u opens the plan of it.', 'dim')] : []),
          ]
        : [textLine('Nothing can be taken back.', 'dim')]
    default:
      return [
        textLine(sanitise(row.command), 'strong'),
        emptyLine,
        ...row.requests.flatMap(request => [...requestLines(request, LINE_COLUMNS), emptyLine]),
      ]
  }
}
