import { auditPath } from '../../actions/audit.ts'
import { type AuditEntry, lastUndoable, loggedUndo, lookedFor, unfinished } from '../../actions/audit-read.ts'
import { createActionSession } from '../../actions/session.ts'
import { outcomeText } from '../../actions/tell.ts'
import { jsonText } from '../../util/json-text.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { note, writeOut } from '../output.ts'
import { milliseconds } from '../seconds.ts'
import { plainTable } from '../plain-table.ts'
import { act, type ActionOptions } from './act.ts'
import { readLog } from './log.ts'

export type AuditOptions = {
  readonly json?: boolean
  readonly dockerHost?: string
  readonly timeout?: number
  readonly docker?: boolean
}

/** `cnmtop audit`: everything that was ever sent from here; what has no end is looked for in the daemon. */
export async function auditCommand(options: AuditOptions): Promise<number> {
  const path = auditPath(process.env)
  const reading = readLog(path)
  const open = new Set(unfinished(reading).map(({ id }) => id))
  if (options.json) {
    const entries = reading.entries.map(entry => ({ ...entry, isUnfinished: open.has(entry.id) }))
    await writeOut(
      `${jsonText({ format: 'cnmtop.audit', version: 1, path, entries, damaged: reading.damaged })}\n`,
    )
  } else {
    const columns = ['TIME', 'ID', 'USER', 'END', 'ACTION', 'UNDO'].map(title => ({ title }))
    const rows = reading.entries.map(entry => [
      entry.intended.at.slice(0, 19).replace('T', ' '),
      entry.id,
      entry.intended.user,
      endOf(entry, open.has(entry.id)),
      entry.intended.title,
      loggedUndo(entry).text,
    ])
    await writeOut(plainTable(columns, rows))
  }
  for (const line of reading.damaged) note(`${path}:${line} cannot be read; it stays as it is`)
  await tellNow(
    reading.entries.filter(({ id }) => open.has(id)),
    path,
    options,
  )
  return exitCodes.ok
}

function endOf({ outcome }: AuditEntry, isUnfinished: boolean): string {
  if (!outcome) return isUnfinished ? 'unfinished' : 'running'
  return outcome.end
}

/** What became of actions whose program was killed, as far as the daemon shows it. */
async function tellNow(entries: readonly AuditEntry[], path: string, options: AuditOptions): Promise<void> {
  if (entries.length === 0) return
  const callMs = options.timeout === undefined ? undefined : milliseconds(options.timeout)
  const session = createActionSession({ dockerHost: options.dockerHost, callMs, auditPath: path })
  for (const entry of entries) {
    const { intended, answers, id } = entry
    const answered = answers.map(({ method, path: to, status }) => `${method} ${to} was answered ${status}`)
    const how = answered.length === 0 ? 'no answer was noted' : answered.join(', ')
    note(
      `${id}: ${intended.title}: begun at ${intended.at} by process ${intended.pid}, which is gone; ${how}.`,
    )
    if (options.docker !== false) note(`${id}: ${await session.stateNow(lookedFor(entry))}`)
    note(`${id}: undo: ${loggedUndo(entry).text}`)
  }
  await session.close()
}

/** `cnmtop undo [ID]`: takes a logged action back; the last one that can be when none is named. */
export async function undoCommand(id: string | undefined, options: ActionOptions): Promise<number> {
  const reading = readLog(auditPath(process.env))
  const entry = id === undefined ? lastUndoable(reading) : reading.entries.find(one => one.id === id)
  if (!entry) {
    const what = id === undefined ? 'no action that can be taken back' : `no action ${id}`
    throw new CommandError(exitCodes.usage, `the log has ${what}; cnmtop audit shows it`)
  }
  const undo = loggedUndo(entry)
  if (!undo.intent) throw new CommandError(exitCodes.findings, `${entry.intended.title}: ${undo.text}`)
  const ended = entry.outcome ? outcomeText(entry.outcome) : 'It has no end in the log.'
  note(`takes back: ${entry.intended.title} (${entry.id}). ${ended}`)
  return act(undo.intent, options, entry.id)
}
