import type { Question } from '../../../lb/index.ts'
import { movementSentences } from '../../../lb/verify/tell.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import { evidenceLines } from '../evidence-lines.ts'
import { isUnread } from '../sources.ts'
import { type Line, textLine } from '../span.ts'
import { type Cell, cellRow, type Row, type Table, worldCell } from '../table.ts'
import { answerOf, MOST_JUDGED, questionId, questionsOf, type Told } from '../trace/answers.ts'
import { movementAlong } from '../trace/follow.ts'
import { followedColumns, ladderColumns, ladderRows } from '../trace/ladder.ts'
import { verdictTone } from '../trace/tones.ts'
import { type Detail, nothingChosen, type View } from './view.ts'

const columns: Table['columns'] = [
  { id: 'target', title: 'TARGET', grow: true, least: 12 },
  { id: 'from', title: 'FROM', hide: 2, max: 20 },
  { id: 'verdict', title: 'VERDICT', hide: 1 },
]

function listRows(data: Data): Row[] {
  return questionsOf(data).map(({ question, objectId }, index) => {
    const told = index < MOST_JUDGED ? answerOf(data, question) : undefined
    const { target, from, protocol } = question
    const name = protocol === undefined ? target : `${target} ${protocol}`
    const cells = [worldCell(name, 'strong'), worldCell(from ?? 'outside', 'dim'), verdictCell(told)]
    const row = cellRow(questionId(question), cells, { question }, cells[2]?.tone === 'bad')
    return { ...row, label: name, ...(objectId !== undefined && { objectId }) }
  })
}

function verdictCell(told: Told | undefined): Cell {
  if (!told) return { text: '·', tone: 'dim' }
  if ('problem' in told) return { text: 'cannot be asked', tone: 'unknown' }
  const { disposition, works } = told.answer
  return { text: disposition, tone: verdictTone(disposition, works) }
}

function questionOf(id: string | undefined, data: Data): Question | undefined {
  return questionsOf(data).find(({ question }) => questionId(question) === id)?.question
}

const madeTables = new WeakMap<
  object,
  { readonly graph: object; readonly asked: unknown; readonly table: Table }
>()

function listTable(data: Data): Table {
  const made = madeTables.get(data.nodes)
  if (made?.graph === data.graph && made.asked === data.questions) return made.table
  const table = { columns, rows: listRows(data) }
  madeTables.set(data.nodes, { graph: data.graph, asked: data.questions, table })
  return table
}

type MadeLadder = {
  readonly following: Data['following']
  readonly table: Table
  readonly told: readonly string[]
}

const ladders = new WeakMap<Told, MadeLadder>()

/** The ladder, and what is to be told of its movement while that is followed. */
function ladderOf(told: Told, question: Question, data: Data): MadeLadder {
  const made = ladders.get(told)
  if (made && made.following === data.following) return made
  const next = { following: data.following, ...makeLadder(told, questionId(question), data) }
  ladders.set(told, next)
  return next
}

function makeLadder(told: Told, id: string, data: Data): Omit<MadeLadder, 'following'> {
  if (!('answer' in told)) return { table: { columns: ladderColumns, rows: [] }, told: [] }
  const { answer } = told
  const all = answer.traces.map(({ trace }) => ({ trace, moved: movementAlong(data, id, trace) }))
  const known = all.flatMap(({ moved }) => moved ?? [])
  if (known.length < all.length || known.length === 0) {
    const isFollowed = data.following?.question === id
    const rows = ladderRows(data, answer)
    return { table: { columns: ladderColumns, rows }, told: isFollowed ? ['Reading the path again …'] : [] }
  }
  const movement = {
    steps: new Map(known.flatMap(({ steps }) => [...steps])),
    branches: new Map(known.flatMap(({ branches }) => [...branches])),
  }
  return {
    table: { columns: followedColumns, rows: ladderRows(data, answer, movement) },
    told: all.flatMap(({ trace, moved }) => (moved ? movementSentences(trace, moved) : [])),
  }
}

function detailOf(question: Question, data: Data): Detail {
  const told = answerOf(data, question)
  const ladder = ladderOf(told, question, data)
  const { table } = ladder
  const { target, from } = question
  return {
    title: [
      { text: 'trace ', tone: 'dim' },
      { text: sanitise(target), tone: 'title' },
      { text: ` from ${sanitise(from ?? 'outside')}`, tone: 'dim' },
    ],
    table: table.rows.length === 0 ? undefined : table,
    sortable: [],
    notices: width =>
      table.rows.length === 0 ? [] : [...verdictLines(told, width), ...movementLines(ladder.told, width)],
    empty: width => verdictLines(told, width),
    origin: (row, width, now) => {
      const evidence = table.rows.find(({ id }) => id === row)?.evidence ?? []
      return evidenceLines(evidence, node => snapshotOfNode(data, node), width, now)
    },
  }
}

/** All rows that decide the way, each once. */
function originOf(question: Question, data: Data, width: number, now: number): readonly Line[] {
  const told = answerOf(data, question)
  const { rows } = ladderOf(told, question, data).table
  const evidence = new Map(rows.flatMap(row => row.evidence ?? []).map(ref => [JSON.stringify(ref), ref]))
  if (evidence.size === 0) return verdictLines(told, width)
  return evidenceLines([...evidence.values()], node => snapshotOfNode(data, node), width, now)
}

function movementLines(sentences: readonly string[], width: number): Line[] {
  return sentences.flatMap(text =>
    wrap(sanitise(text), Math.max(20, width)).map(line =>
      textLine(line, text.includes('should have moved') ? 'bad' : 'accent'),
    ),
  )
}

/** The verdict on top, and how names were taken. */
function verdictLines(told: Told, width: number): Line[] {
  const room = Math.max(20, width)
  if ('problem' in told) return wrap(sanitise(told.problem), room).map(line => textLine(line, 'unknown'))
  const { disposition, sentence, notes, works } = told.answer
  return [
    ...wrap(sanitise(`${disposition}: ${sentence}`), room).map(line =>
      textLine(line, verdictTone(disposition, works)),
    ),
    ...notes.flatMap(note => wrap(sanitise(note), room).map(line => textLine(line, 'dim'))),
  ]
}

/** Where packets go: what was asked for, and each published port. */
export const traceView: View = {
  id: 'trace',
  key: '7',
  title: 'Trace',
  short: 'Trace',
  singular: 'trace',
  description: 'Trace: where a packet goes, step by step, with the rows that decide it',
  share: 0.32,
  sortable: ['target', 'from', 'verdict'],
  table: listTable,
  notices: () => [],
  empty: ({ snapshot }) =>
    isUnread(snapshot)
      ? 'Reading…'
      : 'No port is published. t asks for a target, and on any object how to come there.',
  tabs: () => [{ id: 'ladder', title: 'Path', short: 'Path', isEmpty: false }],
  detail: (id, _, data) => {
    const question = questionOf(id, data)
    return question ? detailOf(question, data) : nothingChosen
  },
  origin: (id, data, width, now) => {
    const question = questionOf(id, data)
    return question ? originOf(question, data, width, now) : []
  },
  objectId: (id, data) => questionsOf(data).find(({ question }) => questionId(question) === id)?.objectId,
  visible: () => ({ namespaceId: undefined, tab: undefined }),
}
