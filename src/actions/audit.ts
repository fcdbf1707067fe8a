import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { dockerCommand } from './command-line.ts'
import type { Intent } from './intent.ts'
import { maskedIntent, maskedRequest } from './mask.ts'
import type { ApiRequest, Outcome, Plan, Undo } from './plan.ts'

/**
 * The log of every write: JSON lines that are only ever added. `intended` is on disk before anything is sent, so that whatever kills
 * the program leaves word of what it was about to do.
 */
export type AuditLine = {
  /** Of the action; the same in all of its lines. */
  readonly id: string
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
} & (
  | {
      readonly event: 'intended'
      /** Who: user and process. */
      readonly user: string
      readonly pid: number
      /** Which daemon. */
      readonly host: string
      readonly title: string
      readonly command: string
      readonly intent: Intent
      readonly requests: readonly ApiRequest[]
      readonly undo: Undo
      /** Id of the action that this one takes back. */
      readonly undoes?: string
    }
  | {
      readonly event: 'answered'
      readonly method: string
      readonly path: string
      readonly status: number
      /** Id of what was made. */
      readonly created?: string
    }
  | { readonly event: 'ended'; readonly outcome: Outcome }
)

export type AuditLog = {
  readonly path: string
  /**
   * Notes what is about to be sent.
   *
   * @returns the id of the action
   * @throws the error of the file system: then nothing may be sent
   */
  readonly intended: (plan: Plan, host: string, undoes?: string) => string
  readonly answered: (id: string, request: ApiRequest, status: number, created: string | undefined) => void
  readonly ended: (id: string, outcome: Outcome) => void
}

type Environment = Readonly<Record<string, string | undefined>>

/** `CNMTOP_AUDIT_LOG`, else `cnmtop/audit.jsonl` in the directory for state. */
export function auditPath(env: Environment): string {
  const named = env['CNMTOP_AUDIT_LOG']
  if (named !== undefined && named !== '') return named
  const state = env['XDG_STATE_HOME']
  // A relative path is to be ignored (XDG Base Directory Specification).
  const base = state?.startsWith('/') ? state : join(env['HOME'] || homedir(), '.local/state')
  return join(base, 'cnmtop/audit.jsonl')
}

/** Nothing is opened or made before the first line is written. */
export function openAudit(path: string): AuditLog {
  return {
    path,
    intended(plan, host, undoes) {
      const id = `${new Date().toISOString().replaceAll(/[-:]|\.\d+Z$/g, '')}-${randomBytes(3).toString('hex')}`
      const intent = maskedIntent(plan.intent)
      const undo = plan.undo.intent && maskedIntent(plan.undo.intent)
      append(path, {
        id,
        at: now(),
        event: 'intended',
        user: userName(),
        pid: process.pid,
        host,
        title: plan.title,
        // What was masked is told anew.
        command: isSame(intent, plan.intent) ? plan.command : dockerCommand(intent),
        intent,
        requests: plan.requests.map(maskedRequest),
        undo: {
          intent: undo,
          text: undo && !isSame(undo, plan.undo.intent) ? dockerCommand(undo) : plan.undo.text,
        },
        ...(undoes !== undefined && { undoes }),
      })
      return id
    },
    answered: (id, { method, path: asked }, status, created) =>
      append(path, {
        id,
        at: now(),
        event: 'answered',
        method,
        path: asked,
        status,
        ...(created !== undefined && { created }),
      }),
    ended: (id, outcome) => append(path, { id, at: now(), event: 'ended', outcome }),
  }
}

function isSame(one: Intent, other: Intent | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function now(): string {
  return new Date().toISOString()
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user without an entry in passwd, as in containers.
    return String(process.getuid?.() ?? '?')
  }
}

/** One write at the end of the file, then on disk. Several programs may write at the same time: O_APPEND keeps lines whole. */
function append(path: string, line: AuditLine): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // A pipe that nobody reads would be waited for.
  const flags =
    constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = openSync(path, flags, 0o600)
  try {
    const stat = fstatSync(file)
    // A device such as /dev/null keeps nothing, and is everybody's.
    if (!stat.isFile()) throw new Error(`${path} is no file`)
    // It may have been made by somebody with other ideas.
    if ((stat.mode & 0o077) !== 0) fchmodSync(file, 0o600)
    // A line that was cut off stays what it is, and does not swallow this one.
    const gap = endsInLine(file) ? '' : '\n'
    writeWhole(file, Buffer.from(`${gap}${JSON.stringify(line)}\n`), stat.size)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** All of it, or an error and the file as it was: a full disk takes the beginning of a line without a word. */
function writeWhole(file: number, bytes: Buffer, before: number): void {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(file, bytes, written)
  } catch (error) {
    // Unless another program has written behind it.
    if (written > 0 && fstatSync(file).size === before + written) ftruncateSync(file, before)
    throw error
  }
}

function endsInLine(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last[0] === 0x0a
}
