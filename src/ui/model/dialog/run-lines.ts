import type { Outcome, Progress } from '../../../actions/plan.ts'
import { diffDataPlane } from '../../../snapshot/data-plane.ts'
import type { Change, SnapshotDiff } from '../../../snapshot/diff.ts'
import type { Snapshot } from '../../../snapshot/index.ts'
import { plural } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import { didSomething, type Run } from '../desk.ts'
import { glyphs } from '../sources.ts'
import { emptyLine, type Line, textLine, type Tone } from '../span.ts'
import { answerOf } from '../trace/answers.ts'
import { verdictTone } from '../trace/tones.ts'
import { questionOfRun } from './question.ts'
import { endGlyph, endOf, endTones } from './words.ts'

/** What became of an action: its steps, how it ended, and what it made of the data plane. */
export function runLines(run: Run, data: Data, columns: number, now: number): Line[] {
  return [
    ...run.progress.flatMap((step, index) =>
      stepLines(step, index === run.progress.length - 1, run, columns),
    ),
    ...(run.progress.length === 0 ? [textLine('… It is logged, and sent.', 'accent')] : []),
    ...endLines(run, columns),
    ...(run.outcome && didSomething(run) ? proofLines(run, data, columns, now) : []),
  ]
}

function stepLines(step: Progress, isLast: boolean, { outcome, plan }: Run, columns: number): Line[] {
  const isOpen = isLast && outcome === undefined
  switch (step.step) {
    case 'sending':
      return said(isOpen ? '…' : '-', `${step.request.method} ${step.request.path}`, columns, 'plain')
    case 'answered': {
      const isGood = step.status < 300
      const id = step.id === undefined ? '' : `, id ${step.id.slice(0, 12)}`
      return said(
        isGood ? glyphs.ok : glyphs.bad,
        `answered ${step.status}${id}`,
        columns,
        isGood ? 'ok' : 'bad',
      )
    }
    case 'converging': {
      if (!isLast) return []
      // A network has no tasks: it is what its state says.
      if (plan.intent.kind.startsWith('network-')) {
        const isThere = step.done >= step.wanted
        const states = Object.entries(step.states).map(([state, count]) =>
          step.wanted === 1 ? state : `${count} ${state}`,
        )
        return said(isThere ? glyphs.ok : '…', states.join(', '), columns, isThere ? 'ok' : 'accent')
      }
      const states = Object.entries(step.states).map(([state, count]) => `${count} ${state}`)
      const isThere = step.done >= step.wanted
      return [
        ...said(
          isThere ? glyphs.ok : '…',
          `${step.done} of ${step.wanted} tasks as wanted${states.length === 0 ? '' : `: ${states.join(', ')}`}`,
          columns,
          isThere ? 'ok' : 'accent',
        ),
        ...step.errors.flatMap(error => said(glyphs.bad, error, columns, 'bad')),
      ]
    }
  }
}

function said(glyph: string, text: string, columns: number, tone: Tone): Line[] {
  return wrap(sanitise(text), Math.max(20, columns - 2)).map((line, index) =>
    textLine(`${index === 0 ? glyph : ' '} ${line}`, tone),
  )
}

function endLines(run: Run, columns: number): Line[] {
  const { outcome, plan } = run
  if (!outcome) return []
  const end = endOf(run)
  const undo =
    didSomething(run) && plan.undo.intent ? [textLine(`u takes it back: ${plan.undo.text}`, 'dim')] : []
  return [
    emptyLine,
    ...said(endGlyph(end), outcomeWords(outcome), columns, endTones[end]),
    ...warningsOf(outcome).flatMap(warning => said(glyphs.warn, warning, columns, 'warn')),
    ...undo.flatMap(line => line),
  ]
}

function warningsOf(outcome: Outcome): readonly string[] {
  return outcome.end === 'done' ? outcome.warnings : []
}

/** Of several requests those in front of the refused one were done. */
function beforeIt({ done = 0 }: Extract<Outcome, { end: 'refused' }>): string {
  return done === 0 ? '' : `; ${plural(done, 'request')} before it ${done === 1 ? 'was' : 'were'} done`
}

/** How it ended, in one sentence. */
function outcomeWords(outcome: Outcome): string {
  switch (outcome.end) {
    case 'done':
      return 'Done.'
    case 'refused':
      return outcome.status === 0
        ? `Nothing was sent: ${outcome.message}`
        : `The engine refused (${outcome.status}): ${outcome.message}${beforeIt(outcome)}`
    case 'not-converged':
      return `It was taken, and is not as wanted: ${outcome.reason}`
    case 'unknown':
      return `It is not known whether it was done: ${outcome.reason}`
  }
}

/** More than this nobody reads in a window; `cnmtop diff` has all. */
const MOST_CHANGES = 60

const marks = { added: '+', removed: '-', changed: '~' } as const
const markTones = { added: 'ok', removed: 'bad', changed: 'warn' } as const

/** What is different in the data plane since it was confirmed, and where a packet goes now. */
function proofLines(run: Run, data: Data, columns: number, now: number): Line[] {
  const { changes: shown } = differenceOf(run.before, run.after ?? data.snapshot, now)
  return [
    ...traceLines(run, data, columns, now),
    emptyLine,
    textLine('Data plane of this node, before and after', 'title'),
    ...(shown.length === 0 ? [textLine('  No difference so far.', 'dim')] : []),
    ...shown.slice(0, MOST_CHANGES).map(changeLine),
    ...(shown.length > MOST_CHANGES ? [textLine(`  … ${shown.length - MOST_CHANGES} more`, 'dim')] : []),
    textLine(`  ${plural(shown.length, 'difference')}; other things may have changed meanwhile.`, 'dim'),
  ]
}

function changeLine({ change, namespace, type, name, fields = [] }: Change): Line {
  const changed = fields.map(({ field }) => field).join(', ')
  return {
    spans: [
      { text: `  ${marks[change]} `, tone: markTones[change] },
      { text: namespace === undefined ? '' : `${sanitise(namespace)}: `, tone: 'dim' },
      { text: sanitise(`${type} ${name}${changed === '' ? '' : ` (${changed})`}`) },
    ],
  }
}

/** Nodes learn of tasks by gossip, and what the daemon did is read, some seconds after it ended: until then no verdict is a last one. */
const GOSSIP_MS = 10_000

function traceLines(run: Run, data: Data, columns: number, now: number): Line[] {
  const question = questionOfRun(run, data)
  if (!question) return []
  const told = answerOf(data, question)
  const from = question.from ?? 'a client outside'
  const title = textLine(sanitise(`Trace from ${from} to ${question.target}`), 'title')
  const isEarly = run.endedAt !== undefined && now < run.endedAt + GOSSIP_MS
  const early = (text: string): Line[] => said('…', `so far ${text}`, columns, 'accent')
  if ('problem' in told) {
    const lines = isEarly ? early(told.problem) : said(glyphs.unknown, told.problem, columns, 'unknown')
    return [emptyLine, title, ...lines]
  }
  const { disposition, sentence, works } = told.answer
  const tone = verdictTone(disposition, works)
  const glyph = tone === 'ok' ? glyphs.ok : tone === 'bad' ? glyphs.bad : glyphs.unknown
  const text = `${disposition}: ${sentence}`
  const isSettled = works || disposition === 'left-for-peer'
  return [emptyLine, title, ...(isEarly && !isSettled ? early(text) : said(glyph, text, columns, tone))]
}

type Difference = {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly made: SnapshotDiff
  /** Milliseconds since the epoch: another one is not made before. */
  readonly until: number
}
let last: Difference | undefined

/** A large node takes its time to compare, and is another one every second: comparing may not take more than this part of all time. */
const DIFFERENCE_SHARE = 1 / 20

function differenceOf(before: Snapshot, after: Snapshot, now: number): SnapshotDiff {
  const isSame = last?.before === before && (last.after === after || now < last.until)
  if (!last || !isSame) {
    const started = performance.now()
    const made = diffDataPlane(before, after)
    last = { before, after, made, until: now + (performance.now() - started) / DIFFERENCE_SHARE }
  }
  return last.made
}
