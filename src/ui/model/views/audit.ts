import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import type { AuditRow } from '../desk.ts'
import { jsonTextLines, requestLines } from '../dialog/plan-lines.ts'
import { endGlyph, endTones } from '../dialog/words.ts'
import { emptyLine, type Line, textLine, type Tone } from '../span.ts'
import { type Cell, cellRow, type Row, type Table, worldCell } from '../table.ts'
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
  share: 0.6,
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
  const { id, time, title, end, command, undoneAt } = row
  const isUnwell = end === 'unfinished' || end === 'unknown' || end === 'not-converged'
  const cells: Cell[] = [
    // The year stands with the answer.
    { text: moment(time).slice(5), tone: 'dim', value: Date.parse(time) },
    worldCell(title, undoneAt === undefined ? 'strong' : 'dim'),
    { text: `${endGlyph(end)} ${end}${undoneAt === undefined ? '' : ', undone'}`, tone: endTones[end] },
  ]
  return { ...cellRow(id, cells, row, isUnwell), label: title, alias: command }
}

/** `2026-11-29 06:06:26` */
function moment(time: string): string {
  return sanitise(time.slice(0, 19).replace('T', ' '))
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
    table: undefined,
    sortable: [],
    notices: () => [],
    empty: width => (row ? linesOf(row, tab, width) : []),
    origin: () => [],
  }
}

function linesOf(row: AuditRow, tab: string, width: number): Line[] {
  const said = (text: string, tone?: Tone): Line[] =>
    wrap(sanitise(text), Math.max(20, width)).map(line => textLine(line, tone))
  switch (tab) {
    case 'answer':
      return [
        ...said(`${endGlyph(row.end)} ${row.told}`, endTones[row.end]),
        ...said(`Begun at ${moment(row.time)} UTC.`, 'dim'),
        emptyLine,
        ...row.answers.flatMap(answer => jsonTextLines(answer, width)),
      ]
    case 'undo':
      return [
        ...(row.undoneAt === undefined
          ? []
          : [...said(`It was taken back at ${moment(row.undoneAt)} UTC.`), emptyLine]),
        ...said(row.undo?.text ?? 'Nothing can be taken back.'),
        ...(row.undo?.intent ? [emptyLine, ...said('u opens the plan of it.', 'dim')] : []),
      ]
    default:
      return [
        ...said(row.command, 'strong'),
        emptyLine,
        ...row.requests.flatMap(request => [...requestLines(request, width), emptyLine]),
      ]
  }
}
