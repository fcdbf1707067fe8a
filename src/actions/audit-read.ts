import { readFileSync } from 'node:fs'
import { isCode } from '../util/errors.ts'
import type { AuditLine } from './audit.ts'
import type { Intent, IntentKind } from './intent.ts'
import type { Outcome, Undo } from './plan.ts'
import { isMasked } from './mask.ts'
import { isObject, type JsonObject } from './spec.ts'

type Line<Event extends AuditLine['event']> = Extract<AuditLine, { event: Event }>

/** One action as the log has it. */
export type AuditEntry = {
  readonly id: string
  readonly intended: Line<'intended'>
  readonly answers: readonly Line<'answered'>[]
  /** Absent when nobody wrote down how it ended: the program was killed, or is still at it. */
  readonly outcome: Outcome | undefined
  readonly endedAt: string | undefined
}

export type AuditReading = {
  /** The oldest first. */
  readonly entries: readonly AuditEntry[]
  /** Lines that cannot be read, by number from 1: told, and left where they are. */
  readonly damaged: readonly number[]
}

/** A log that is not there yet is empty. @throws the error of the file system otherwise */
export function readAudit(path: string): AuditReading {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { entries: [], damaged: [] }
    throw error
  }
  return parseAudit(text)
}

export function parseAudit(text: string): AuditReading {
  const damaged: number[] = []
  const found = new Map<string, AuditEntry>()
  for (const [index, row] of text.split('\n').entries()) {
    if (row.trim() === '') continue
    const line = parseLine(row)
    const entry = line && found.get(line.id)
    if (line?.event === 'intended' && !entry) {
      found.set(line.id, { id: line.id, intended: line, answers: [], outcome: undefined, endedAt: undefined })
    } else if (line?.event === 'answered' && entry) {
      found.set(line.id, { ...entry, answers: [...entry.answers, line] })
    } else if (line?.event === 'ended' && entry) {
      found.set(line.id, { ...entry, outcome: line.outcome, endedAt: line.at })
    } else {
      // Also what belongs to an action whose beginning is damaged.
      damaged.push(index + 1)
    }
  }
  return { entries: [...found.values()], damaged }
}

function parseLine(row: string): AuditLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(row)
  } catch {
    return undefined
  }
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['at'] !== 'string') return undefined
  switch (value['event']) {
    case 'intended':
      return isIntended(value) ? (value as AuditLine) : undefined
    case 'answered':
      return typeof value['status'] === 'number' && areTexts(value, 'method', 'path', 'created?')
        ? (value as AuditLine)
        : undefined
    case 'ended':
      return isOutcome(value['outcome']) ? (value as AuditLine) : undefined
    default:
      return undefined
  }
}

function isIntended(value: JsonObject): boolean {
  const { intent, undo, requests, pid } = value
  return (
    areTexts(value, 'user', 'host', 'title', 'command', 'undoes?') &&
    typeof pid === 'number' &&
    isIntent(intent) &&
    isObject(undo) &&
    areTexts(undo, 'text') &&
    (undo['intent'] === undefined || isIntent(undo['intent'])) &&
    Array.isArray(requests) &&
    requests.every(
      request => isObject(request) && areTexts(request, 'method', 'path') && isObject(request['query']),
    )
  )
}

/** That it has a kind is all that is asked: what an older or newer program wrote is planned anew, and refused where it makes no sense. */
function isIntent(value: unknown): boolean {
  return isObject(value) && typeof value['kind'] === 'string' && value['kind'] in kinds
}

const kinds: Readonly<Record<IntentKind, true>> = {
  'network-create': true,
  'network-remove': true,
  'network-prune': true,
  'network-restore': true,
  'network-connect': true,
  'network-disconnect': true,
  'service-create': true,
  'service-publish-add': true,
  'service-publish-remove': true,
  'service-scale': true,
  'service-force-update': true,
  'service-remove': true,
}

function isOutcome(value: unknown): boolean {
  if (!isObject(value)) return false
  switch (value['end']) {
    case 'done':
      return Array.isArray(value['warnings'])
    case 'refused':
      return typeof value['status'] === 'number' && areTexts(value, 'message')
    case 'not-converged':
    case 'unknown':
      return areTexts(value, 'reason')
    default:
      return false
  }
}

/** Whether these are texts; those with a question mark may be absent. */
function areTexts(value: JsonObject, ...names: readonly string[]): boolean {
  return names.every(name => {
    const found = value[name.replace('?', '')]
    return typeof found === 'string' || (found === undefined && name.endsWith('?'))
  })
}

/** What takes an action back, as far as the log has it: what is secret was not written down, and cannot be done again from there. */
export function loggedUndo(entry: AuditEntry): Undo {
  const { undo } = entry.intended
  if (!isPerhapsDone(entry)) return { intent: undefined, text: 'Nothing of it was done.' }
  if (!undo.intent) return undo
  if (isMasked(undo.intent)) {
    return {
      intent: undefined,
      text: `Values of it (environment, arguments, secrets) are not in the log; with them it is: ${undo.text}`,
    }
  }
  return { ...undo, intent: ofWhatWasMade(undo.intent, entry) }
}

/** What to ask the daemon of an action that nobody saw the end of: of a prune alone it cannot be told which networks went. */
export function lookedFor({ intended: { intent, undo } }: AuditEntry): Intent {
  return intent.kind === 'network-prune' ? (undo.intent ?? intent) : intent
}

/** The name may be that of another one by now: the plan then says so. */
function ofWhatWasMade(undo: Intent, { intended, answers }: AuditEntry): Intent {
  const made = answers.find(({ created }) => created !== undefined)?.created
  const isRemoval = undo.kind === 'network-remove' || undo.kind === 'service-remove'
  const isMaking = intended.intent.kind === 'network-create' || intended.intent.kind === 'service-create'
  return isRemoval && isMaking && made !== undefined ? { ...undo, made } : undo
}

/** What took actions back, by the id of the one that is taken back. */
export function undoings({ entries }: AuditReading): ReadonlyMap<string, AuditEntry> {
  return new Map(
    entries.flatMap(entry => {
      const { undoes } = entry.intended
      return undoes !== undefined && entry.outcome?.end === 'done' ? [[undoes, entry] as const] : []
    }),
  )
}

/**
 * The last action that can still be taken back: one that the daemon may have done, that is no undo itself, and that none took back.
 */
export function lastUndoable(reading: AuditReading): AuditEntry | undefined {
  const undone = undoings(reading)
  return reading.entries.findLast(
    entry =>
      entry.intended.undoes === undefined && !undone.has(entry.id) && loggedUndo(entry).intent !== undefined,
  )
}

/** Of several requests the daemon may have refused one, and done those before it. */
function isPerhapsDone({ outcome, answers }: Pick<AuditEntry, 'outcome' | 'answers'>): boolean {
  return outcome?.end !== 'refused' || answers.some(({ status }) => status < 300)
}

/** Actions without an end whose program is gone, and that nobody took back: what became of them has to be looked for. */
export function unfinished(
  reading: AuditReading,
  isAlive: (pid: number, since: number) => boolean = isProcess,
): AuditEntry[] {
  const undone = undoings(reading)
  return reading.entries.filter(
    ({ id, outcome, intended }) =>
      outcome === undefined &&
      !undone.has(id) &&
      (intended.pid === process.pid || !isAlive(intended.pid, Date.parse(intended.at))),
  )
}

/** Whether a process of this number was there at a time, in milliseconds since the epoch: numbers are given again, after a boot above all. */
function isProcess(pid: number, since: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false
  }
  const started = startOf(pid)
  return started === undefined || started <= since + CLOCK_MS
}

/** /proc tells seconds for the boot, and hundredths since it. */
const CLOCK_MS = 2000

/** When a process began, in milliseconds since the epoch; undefined where /proc does not tell (proc(5): stat, btime and starttime). */
function startOf(pid: number): number | undefined {
  try {
    const [, boot] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? []
    // The name, in parentheses, may hold blanks.
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
    return boot === undefined || ticks === undefined ? undefined : Number(boot) * 1000 + Number(ticks) * 10
  } catch {
    return undefined
  }
}
