import { WriteError } from '../collectors/docker/writer.ts'
import { errorMessage } from '../util/errors.ts'
import type { AuditLog } from './audit.ts'
import {
  type Convergence,
  networkConvergence,
  removalConvergence,
  serviceConvergence,
  singleConvergence,
} from './converge.ts'
import type { Engine } from './engine.ts'
import type { Intent } from './intent.ts'
import type { Prepared } from './plan-intent.ts'
import type { Outcome, Plan, Progress } from './plan.ts'
import { fieldOfRefusal } from './refusal.ts'
import { isObject, listOf, objectAt, wordAt } from './spec.ts'

export type ExecuteOptions = {
  readonly tell: (progress: Progress) => void
  /** Leaves the action: what was sent is not taken back. */
  readonly signal: AbortSignal
  /** How long it may take until everything is as wanted, in milliseconds. */
  readonly limitMs?: number | undefined
  /** How long it has to stay so; docker's own command waits as long. */
  readonly stableMs?: number | undefined
  readonly pollMs?: number | undefined
  /** Id of the logged action that this one takes back. */
  readonly undoes?: string | undefined
}

/**
 * Does what was planned: notes it, sends it, and waits until it is so. Nothing is sent before the note is on disk, and nothing twice.
 * Never throws for what the daemon does.
 */
export async function executePlan(
  { plan, send }: Prepared,
  engine: Engine,
  audit: AuditLog,
  options: ExecuteOptions,
): Promise<Outcome> {
  let id: string
  try {
    id = audit.intended(plan, engine.host, options.undoes)
  } catch (error) {
    return refusedUnsent(`what is done cannot be noted, so it is not done: ${errorMessage(error)}`)
  }
  // From here on a log that cannot be written (a full disk) does not change what the daemon did.
  let unwritten: string | undefined
  function write(line: () => void): void {
    try {
      line()
    } catch (error) {
      unwritten ??= `the log could not be written to its end: ${errorMessage(error)}`
    }
  }
  const outcome = await sendAll({ plan, send }, engine, options, (request, status, created) =>
    write(() => audit.answered(id, request, status, created)),
  )
  write(() => audit.ended(id, outcome))
  if (unwritten === undefined || outcome.end !== 'done') return outcome
  return { ...outcome, warnings: [...outcome.warnings, unwritten] }
}

async function sendAll(
  { plan, send }: Prepared,
  engine: Engine,
  options: ExecuteOptions,
  note: (request: Prepared['send'][number], status: number, created: string | undefined) => void,
): Promise<Outcome> {
  if (send.length === 0) return refusedUnsent('there is no request: the service could not be read')
  const before = await tasksBefore(plan.intent, engine)
  let created: string | undefined
  const warnings: string[] = []
  for (const [index, request] of send.entries()) {
    const shown = plan.requests[index] ?? { ...request, body: undefined }
    const unsent = (message: string): Outcome =>
      index === 0
        ? refusedUnsent(message)
        : {
            end: 'not-converged',
            id: created,
            reason: `${message}, after ${index} of ${send.length} requests`,
          }
    if (options.signal.aborted) return unsent('it was interrupted')
    options.tell({ step: 'sending', request: shown })
    try {
      const { status, body, message } = await engine.send(request, options.signal)
      created = idOf(body) ?? created
      note(shown, status, created)
      options.tell({
        step: 'answered',
        request: shown,
        status,
        ...(created !== undefined && { id: created }),
      })
      // A proxy's word, and not the daemon's: that may be at it still.
      if (status === 502 || status === 504) {
        return { end: 'unknown', reason: `the answer was ${status} ${message}, after it was sent` }
      }
      if (status < 200 || status > 299) {
        const field = fieldOfRefusal(plan.intent, message)
        return { end: 'refused', status, message, field, ...(index > 0 && { done: index }) }
      }
      warnings.push(...warningsOf(body), ...unplanned(plan, body))
    } catch (error) {
      if (!(error instanceof WriteError)) throw error
      if (!error.isSent) return unsent(error.message)
      return { end: 'unknown', reason: `${error.message}, after it was sent` }
    }
  }
  const gone = send[0]?.path ?? ''
  return converge(plan.intent, { created, gone }, { before, warnings }, engine, options)
}

function refusedUnsent(message: string): Outcome {
  return { end: 'refused', status: 0, message, field: undefined }
}

/** Default time limit; pulling an image may take longer, and goes on without us. */
const LIMIT_MS = 120_000
const STABLE_MS = 5000
const POLL_MS = 500

async function converge(
  intent: Intent,
  { created, gone }: Made,
  { before, warnings }: { readonly before: number; readonly warnings: readonly string[] },
  engine: Engine,
  { tell, signal, limitMs = LIMIT_MS, stableMs = STABLE_MS, pollMs = POLL_MS }: ExecuteOptions,
): Promise<Outcome> {
  const look = lookFor(intent, { created, gone }, before, engine)
  if (!look) return { end: 'done', id: created, warnings }
  const settleMs = intent.kind.startsWith('service-') && intent.kind !== 'service-remove' ? stableMs : 0
  const started = performance.now()
  let since: number | undefined
  let last = ''
  let seen: Convergence | undefined
  const missed = (reason: string): Outcome => ({ end: 'not-converged', id: created, reason })
  for (;;) {
    try {
      seen = await look()
    } catch (error) {
      return missed(`the daemon does not tell any more how it is: ${errorMessage(error)}`)
    }
    const text = JSON.stringify(seen.progress)
    if (text !== last) tell(seen.progress)
    last = text
    if (seen.failure !== undefined) return missed(seen.failure)
    const now = performance.now()
    since = seen.isDone ? (since ?? now) : undefined
    if (since !== undefined && now - since >= settleMs) return { end: 'done', id: created, warnings }
    if (signal.aborted) return missed(`you left it at ${howFar(seen)}; the Swarm goes on by itself`)
    if (now - started > limitMs) {
      return missed(`after ${Math.round(limitMs / 1000)} s it is at ${howFar(seen)}`)
    }
    await pause(pollMs, signal)
  }
}

function howFar({ progress: { done, wanted, errors } }: Convergence): string {
  return `${done} of ${wanted}${errors.length === 0 ? '' : ` (${errors.join('; ')})`}`
}

/** Id of what was made, and the path of what was removed. */
type Made = { readonly created: string | undefined; readonly gone: string }

/** How to see whether it is as wanted; undefined for what is done when it is answered. */
function lookFor(
  intent: Intent,
  { created, gone }: Made,
  before: number,
  engine: Engine,
): (() => Promise<Convergence>) | undefined {
  switch (intent.kind) {
    case 'network-create': {
      if (intent.driver !== 'overlay') return undefined
      const word = created ?? intent.name
      return async () => networkConvergence(Number(await isAllocated(engine, word)), 1)
    }
    case 'network-restore': {
      const overlays = intent.networks.filter(({ driver }) => driver === 'overlay')
      if (overlays.length === 0) return undefined
      return async () => {
        const all = await Promise.all(overlays.map(async ({ name }) => isAllocated(engine, name)))
        return networkConvergence(all.filter(Boolean).length, all.length)
      }
    }
    case 'network-remove':
      return async () => {
        // By what was sent, an id: the name may be the beginning of another one's id.
        const network = await engine.get(gone)
        return singleConvergence(network === undefined, network === undefined ? 'gone' : 'still there')
      }
    case 'network-prune':
    case 'network-connect':
    case 'network-disconnect':
      return undefined
    case 'service-remove':
      return async () => removalConvergence(before, await tasksLeft(engine))
    default: {
      const word = created ?? (intent.kind === 'service-create' ? intent.name : intent.service)
      return async () => {
        const service = await engine.get(`/services/${encodeURIComponent(word)}`)
        if (!isObject(service)) return { ...singleConvergence(false, 'gone'), failure: 'the service is gone' }
        return serviceConvergence(service, await tasksOf(engine, wordAt(service, 'ID')))
      }
    }
  }
}

/** The manager gives an overlay its addresses after it answered. */
async function isAllocated(engine: Engine, word: string): Promise<boolean> {
  const network = await engine.get(`/networks/${encodeURIComponent(word)}`)
  const config = isObject(network) ? listOf(objectAt(network, 'IPAM')['Config']) : []
  return config.some(one => isObject(one) && wordAt(one, 'Gateway') !== '')
}

async function tasksOf(engine: Engine, service: string): Promise<readonly unknown[]> {
  return listOf(await engine.get('/tasks', { filters: JSON.stringify({ service: { [service]: true } }) }))
}

/** Tasks whose service is gone: the daemon refuses to filter by a service that it does not know any more. */
async function tasksLeft(engine: Engine): Promise<readonly unknown[]> {
  const [tasks, services] = await Promise.all([engine.get('/tasks'), engine.get('/services')])
  const known = new Set(
    listOf(services)
      .filter(isObject)
      .map(({ ID }) => ID),
  )
  return listOf(tasks).filter(
    task => isObject(task) && typeof task['ServiceID'] === 'string' && !known.has(task['ServiceID']),
  )
}

async function tasksBefore(intent: Intent, engine: Engine): Promise<number> {
  if (intent.kind !== 'service-remove') return 0
  const tasks = await tasksOf(engine, intent.service).catch(() => [])
  return tasks.length
}

function idOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined
  const id = body['Id'] ?? body['ID']
  return typeof id === 'string' ? id : undefined
}

function warningsOf(body: unknown): string[] {
  if (!isObject(body)) return []
  return [body['Warning'], ...listOf(body['Warnings'])]
    .filter(text => typeof text === 'string')
    .filter(text => text !== '')
}

/** What the daemon pruned otherwise than was planned: it looks again at what is used. */
function unplanned({ removes }: Plan, body: unknown): string[] {
  if (removes === undefined || !isObject(body)) return []
  const gone = listOf(body['NetworksDeleted']).filter(name => typeof name === 'string')
  return [
    ...gone
      .filter(name => !removes.includes(name))
      .map(name => `Network ${name} went too: it was not in the plan, and is not in what takes this back.`),
    ...removes
      .filter(name => !gone.includes(name))
      .map(name => `Network ${name} stays: the daemon did not take it.`),
  ]
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
