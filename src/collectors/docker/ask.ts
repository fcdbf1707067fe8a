import type { SourceReport } from '../../snapshot/index.ts'
import type { DockerClient } from './client.ts'
import type { Query } from './dial.ts'
import { explainFailure, type Failure } from './failure.ts'

/** The names of what is read of a daemon; the sources of a snapshot have `docker.` in front. */
export const dockerParts = [
  'version',
  'info',
  'networks',
  'containers',
  'services',
  'tasks',
  'nodes',
  'events',
] as const

export type DockerPart = (typeof dockerParts)[number]

/** Calls to one daemon in one API version, each with its time limit. */
export type Ask = {
  readonly host: string
  readonly callMs: number
  readonly get: (path: string, query?: Query) => Promise<unknown>
  readonly stream: (path: string, query: Query) => Promise<AsyncIterable<Uint8Array>>
}

/**
 * @param version without one the daemon takes the newest that it has
 * @param callMs how long one call may take
 * @param signal ends all calls
 */
export function createAsk(
  client: DockerClient,
  version: string | undefined,
  callMs: number,
  signal: AbortSignal,
): Ask {
  const prefix = version === undefined ? '' : `/v${version}`
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(callMs)])
  return {
    host: client.host,
    callMs,
    get: async (path, query = {}) => client.get(`${prefix}${path}`, query, limit()),
    stream: async (path, query) => client.stream(`${prefix}${path}`, query, limit()),
  }
}

/** What a reader gives: its value, and sentences about what is odd or missing in it. */
export type Told<Value> = { readonly value: Value; readonly problems: readonly string[] }

/** A value, when there is one, and how reading it went. */
export type Reading<Value> = {
  readonly value: Value | undefined
  readonly report: SourceReport
  /** It is known that there is nothing (a worker has no list of services): what was read before is not old, it is wrong. */
  readonly isNone: boolean
}

const TOLD_PROBLEMS = 3

/** Reads one source and reports how it went; what the daemon did becomes a status. */
export async function readSource<Value>(
  part: DockerPart,
  ask: Pick<Ask, 'host' | 'callMs'>,
  reader: () => Promise<Told<Value>>,
): Promise<Reading<Value>> {
  const started = performance.now()
  try {
    const { value, problems } = await reader()
    const report = reportOf(part, performance.now() - started, problemsOf(problems))
    return { value, report, isNone: false }
  } catch (error) {
    const isNone = error instanceof Untold
    const failure = isNone ? error.failure : explainFailure(error, ask.host, ask.callMs)
    return { value: undefined, report: reportOf(part, performance.now() - started, failure), isNone }
  }
}

/** Thrown by a reader that knows why there is nothing to be read. */
export class Untold extends Error {
  override readonly name = 'Untold'
  readonly failure: Failure

  constructor(status: Failure['status'], reason: string) {
    super(reason)
    this.failure = { status, reason }
  }
}

export function reportOf(part: DockerPart, tookMs: number, failure: Failure | undefined): SourceReport {
  return {
    source: `docker.${part}`,
    status: failure?.status ?? 'ok',
    tookMs: Math.round(tookMs * 1000) / 1000,
    ...(failure && { reason: failure.reason }),
  }
}

function problemsOf(problems: readonly string[]): Failure | undefined {
  if (problems.length === 0) return undefined
  const rest = problems.length - TOLD_PROBLEMS
  const told = problems.slice(0, TOLD_PROBLEMS).join('; ')
  return { status: 'partial', reason: rest > 0 ? `${told}; and ${rest} more` : told }
}
