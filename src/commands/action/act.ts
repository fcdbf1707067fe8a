import { isatty } from 'node:tty'
import { auditPath } from '../../actions/audit.ts'
import { unfinished } from '../../actions/audit-read.ts'
import { READ_ONLY } from '../../actions/availability.ts'
import type { Intent } from '../../actions/intent.ts'
import type { Outcome, Plan } from '../../actions/plan.ts'
import { planIntent } from '../../actions/plan-intent.ts'
import { createActionSession, type ActionSession } from '../../actions/session.ts'
import { siteOf } from '../../actions/site.ts'
import { outcomeText, progressText } from '../../actions/tell.ts'
import { dockerParts } from '../../collectors/docker/ask.ts'
import { AnswerError } from '../../collectors/docker/failure.ts'
import type { Snapshot } from '../../snapshot/index.ts'
import { errorMessage } from '../../util/errors.ts'
import { plural } from '../../util/format.ts'
import { jsonText } from '../../util/json-text.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { type LookOptions, look } from '../options.ts'
import { note, writeOut } from '../output.ts'
import { milliseconds } from '../seconds.ts'
import { changeLines } from '../diff-text.ts'
import { confirmPlan, type ConfirmOptions, isAsked } from './confirm.ts'
import { readLog } from './log.ts'
import { checkText, planText } from './plan-text.ts'
import { type Proof, proofOf } from './proof.ts'

export type ActionOptions = LookOptions &
  ConfirmOptions & {
    readonly allowActions?: boolean
    readonly dryRun?: boolean
    readonly json?: boolean
    /** Seconds until everything has to be as wanted. */
    readonly wait?: number
    /** False with `--no-proof`. */
    readonly proof?: boolean
  }

/**
 * Plans an action, asks, does it, and shows what it did.
 *
 * @param undoes id of the logged action that this one takes back
 * @returns 0 when it is done, or could be (with --dry-run); 3 when it is refused, not as wanted in time, or not known
 */
export async function act(intent: Intent, options: ActionOptions, undoes?: string): Promise<number> {
  const before = await look(options, { owners: true, docker: dockerParts })
  if (options.dryRun) return dryRun(intent, before, options)
  if (options.fromSnapshot !== undefined) {
    throw new CommandError(
      exitCodes.usage,
      'a snapshot is over, and cannot be changed: --dry-run plans on it',
    )
  }
  if (!options.allowActions) throw new CommandError(exitCodes.permission, READ_ONLY)
  requireDaemon(before)
  tellUnfinished()
  const session = open(options)
  try {
    const plan = await prepared(session, intent, before)
    return await doPlan(session, plan, before, options, undoes)
  } finally {
    await session.close()
  }
}

function open({ dockerHost, timeout }: ActionOptions): ActionSession {
  const callMs = timeout === undefined ? undefined : milliseconds(timeout)
  return createActionSession({ dockerHost, callMs, auditPath: auditPath(process.env) })
}

async function prepared(session: ActionSession, intent: Intent, snapshot: Snapshot): Promise<Plan> {
  const site = siteOf(snapshot)
  const first = planIntent(intent, site)
  // Where it cannot be done at all, the daemon would only say so in other words.
  if (first.checks.some(({ level, field }) => level === 'error' && field === undefined)) return first
  try {
    return await session.prepare(intent, site)
  } catch (error) {
    const code = error instanceof AnswerError ? exitCodes.findings : exitCodes.unreachable
    throw new CommandError(code, `nothing was sent: ${errorMessage(error)}`)
  }
}

/** Needs nothing: without a daemon the plan says what could not be checked. */
async function dryRun(intent: Intent, snapshot: Snapshot, options: ActionOptions): Promise<number> {
  const site = siteOf(snapshot)
  let plan = planIntent(intent, site)
  if (options.fromSnapshot === undefined && site.daemon.value) {
    const session = open(options)
    try {
      plan = await prepared(session, intent, snapshot)
    } finally {
      await session.close()
    }
  }
  await writeOut(options.json ? `${jsonText(document(plan))}\n` : planText(plan))
  return plan.checks.some(({ level }) => level === 'error') ? exitCodes.findings : exitCodes.ok
}

function requireDaemon({ sources }: Snapshot): void {
  const report = sources.find(({ source }) => source === 'docker.version')
  if (report?.status === 'ok' || report?.status === 'partial') return
  const reason = report?.reason ?? 'no Docker daemon was asked'
  const code = report?.status === 'forbidden' ? exitCodes.permission : exitCodes.unreachable
  throw new CommandError(code, `nothing was sent: ${reason}`)
}

/** An earlier program was killed in the middle of something: that is said before anything else is done. */
function tellUnfinished(): void {
  const reading = readLog(auditPath(process.env))
  for (const { intended, id } of unfinished(reading)) {
    note(
      `an action of ${intended.at} has no end in the log: ${intended.title} (${id}); cnmtop audit tells more`,
    )
  }
  const { damaged } = reading
  if (damaged.length > 0)
    note(`${plural(damaged.length, 'line')} of the log cannot be read; cnmtop audit tells which`)
}

async function doPlan(
  session: ActionSession,
  plan: Plan,
  before: Snapshot,
  options: ActionOptions,
  undoes: string | undefined,
): Promise<number> {
  const errors = plan.checks.filter(({ level }) => level === 'error')
  // Whoever is asked has to see what about.
  if (!options.json || errors.length > 0 || isAsked(plan, options)) process.stderr.write(planText(plan))
  if (errors.length > 0) {
    note('nothing was sent')
    if (options.json) await writeOut(`${jsonText(document(plan))}\n`)
    return exitCodes.findings
  } else if (options.json) for (const check of plan.checks) note(checkText(check))
  if (!(await confirmPlan(plan, options))) {
    note('nothing was sent')
    return exitCodes.interrupted
  }
  const leave = new AbortController()
  const interrupt = (): void => leave.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const outcome = await session.execute(plan, {
    tell: progress => note(progressText(progress)),
    signal: leave.signal,
    undoes,
    ...(options.wait !== undefined && { limitMs: milliseconds(options.wait) }),
  })
  process.off('SIGINT', interrupt)
  process.off('SIGTERM', interrupt)
  note(outcomeText(outcome))
  if (outcome.end === 'unknown') note(await session.stateNow(plan.intent))
  const proof = await prove(plan.intent, before, outcome, options, leave.signal)
  await writeOut(options.json ? `${jsonText(document(plan, outcome, proof))}\n` : await proofText(proof))
  // What was refused made nothing: what has its name is somebody else's.
  const isRefused = outcome.end === 'refused' && !outcome.done
  if (outcome.end !== 'done' && !isRefused) note(`undo: ${plan.undo.text}`)
  if (leave.signal.aborted) return exitCodes.interrupted
  if (outcome.end === 'refused' && outcome.status === 0) return exitCodes.unreachable
  return outcome.end === 'done' ? exitCodes.ok : exitCodes.findings
}

/** Nodes learn of tasks by gossip, seconds after they run: so long a path may still lead nowhere. */
const GOSSIP_TRIES = 10
const GOSSIP_MS = 1000

async function prove(
  intent: Intent,
  before: Snapshot,
  outcome: Outcome,
  options: ActionOptions,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  if (options.proof === false || outcome.end === 'refused' || signal.aborted) return undefined
  for (let count = 1; ; count++) {
    const proof = proofOf(intent, before, await look(options, { owners: true, docker: dockerParts }))
    if (isSettled(proof) || count === GOSSIP_TRIES || outcome.end !== 'done') return proof
    await new Promise(resolve => setTimeout(resolve, GOSSIP_MS))
  }
}

/** Delivered, or what this node cannot tell better a second later: what became of it on another node. */
function isSettled({ answer }: Proof): boolean {
  if (!answer || answer.works) return true
  return ['left-for-peer', 'left-node', 'insufficient-info'].includes(answer.disposition)
}

async function proofText(proof: Proof | undefined): Promise<string> {
  if (!proof) return ''
  const { difference, answer, unanswered } = proof
  const lines = changeLines(difference.changes, isatty(1) && process.env['NO_COLOR'] === undefined)
  const told = lines.length === 0 ? ['', 'The data plane of this node is as it was.'] : lines
  const path = answer && (await import('../../export/trace-text.ts')).formatAnswer(answer, [])
  for (const { what, namespace, reason } of difference.unknown) {
    note(`not compared: ${what}${namespace === undefined ? '' : ` of ${namespace}`}: ${reason}`)
  }
  if (unanswered !== undefined) note(`no path to follow: ${unanswered}`)
  return `${told.slice(1).join('\n')}\n${path === undefined ? '' : `\n${path}`}`
}

function document(plan: Plan, outcome?: Outcome, proof?: Proof): object {
  const { intent: _, ...shown } = plan
  return {
    format: 'cnmtop.action',
    version: 1,
    // The undo's intent may hold values that are shown nowhere.
    plan: { ...shown, undo: plan.undo.text },
    ...(outcome && { outcome }),
    ...(proof && {
      changes: proof.difference.changes,
      unknown: proof.difference.unknown,
      trace: proof.answer,
    }),
  }
}
