import { DecodeError, NetlinkError } from 'netlink-codec'
import type { SourceReport, SourceStatus } from '../../snapshot/index.ts'
import { type Capability, needed } from './capability.ts'
import { SystemCallError } from './libc.ts'

/** What one reading gave: a Dump has this shape, and so has any other reader's result. */
export type Reading<Value> = {
  readonly value: Value
  readonly interrupted?: boolean
  readonly problems?: readonly string[]
  /** Why there is nothing to read; no exception, as most namespaces of most nodes lack something. */
  readonly unavailable?: string
}

/** A reader that cannot answer says why with this; it is no error of ours. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly status: SourceStatus

  constructor(status: Exclude<SourceStatus, 'ok'>, reason: string) {
    super(reason)
    this.status = status
  }
}

export type SourceLog = {
  readonly reports: SourceReport[]
  /**
   * Reads one source and records how it went. What the world did becomes a status, with `fallback` as the value;
   * an error of ours is thrown on.
   *
   * @param needs the capability to name when the kernel refuses
   */
  read<Value>(source: string, needs: Capability | '', fallback: Value, reader: () => Reading<Value>): Value
}

/** A dump that the kernel marks as interrupted is asked for again this many times before it is kept as it is. */
const RETRIES = 3
const TOLD_PROBLEMS = 3

export function createSourceLog(): SourceLog {
  const reports: SourceReport[] = []
  return {
    reports,
    read(source, needs, fallback, reader) {
      const started = performance.now()
      try {
        let reading = reader()
        for (let retry = 0; reading.interrupted && retry < RETRIES; retry++) reading = reader()
        reports.push(reportOf(source, started, outcomeOf(reading)))
        return reading.value
      } catch (error) {
        const failure = explain(error, needs)
        if (!failure) throw error
        reports.push(reportOf(source, started, failure))
        return fallback
      }
    },
  }
}

type Outcome = { readonly status: SourceStatus; readonly reason?: string }

const fine: Outcome = { status: 'ok' }

function outcomeOf({ unavailable, interrupted, problems }: Reading<unknown>): Outcome {
  if (unavailable !== undefined) return { status: 'unavailable', reason: unavailable }
  if (interrupted) {
    return { status: 'interrupted', reason: `changed while it was read, ${RETRIES + 1} times in a row` }
  }
  return problems && problems.length > 0 ? { status: 'partial', reason: summary(problems) } : fine
}

function reportOf(source: string, started: number, { status, reason }: Outcome): SourceReport {
  const tookMs = Math.round((performance.now() - started) * 1000) / 1000
  return reason === undefined ? { source, status, tookMs } : { source, status, tookMs, reason }
}

function summary(problems: readonly string[]): string {
  const rest = problems.length - TOLD_PROBLEMS
  return problems.slice(0, TOLD_PROBLEMS).join('; ') + (rest > 0 ? `; and ${rest} more` : '')
}

/** Status and reason of what the world did; undefined for an error of ours. */
export function explain(
  error: unknown,
  needs: Capability | '',
): { status: SourceStatus; reason: string } | undefined {
  if (error instanceof Unreadable) return { status: error.status, reason: error.message }
  if (error instanceof DecodeError) return { status: 'partial', reason: error.message }
  if (!(error instanceof NetlinkError || error instanceof SystemCallError)) return undefined
  switch (error.code) {
    case 'EPERM':
    case 'EACCES':
      return {
        status: 'forbidden',
        reason: `${error.message}${needs === '' ? '' : `: needs ${needed(needs)}`}`,
      }
    case 'ETIMEDOUT':
    case 'EMSGSIZE':
      return { status: 'timeout', reason: error.message }
    case 'ENOBUFS':
      return { status: 'interrupted', reason: error.message }
    default:
      return { status: 'unavailable', reason: error.message }
  }
}
