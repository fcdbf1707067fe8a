import type { Intent, IntentKind } from '../../actions/intent.ts'
import type { ApiRequest, Outcome, Plan, Progress, Undo } from '../../actions/plan.ts'
import type { Snapshot } from '../../snapshot/index.ts'
import type { FormState } from './form/form.ts'

/** What the screen knows of changing things: how a plan is made, what was done, what is being done. */
export type Desk = {
  /** Makes the plan of an intent. Pure, and quick enough for every key. */
  readonly plan: Planner
  /** What is free in this cluster, to begin a form with. */
  readonly suggest: (snapshot: Snapshot) => Suggestions
  /** Why such an action cannot be planned on this node, in a sentence; undefined when it can. */
  readonly whyNot: (kind: IntentKind, snapshot: Snapshot) => string | undefined
  /** Why nothing is ever sent from here, and what to do about it; undefined when it may be. */
  readonly whyNotSent: string | undefined
  /** What was begun on this screen, the last one first. */
  readonly runs: readonly Run[]
  /** The log of everything that was ever sent from this node, the last one first; undefined until it was read. */
  readonly audit: readonly AuditRow[] | undefined
  /** Why the log cannot be read. */
  readonly auditProblem?: string | undefined
  /** Unfinished actions of earlier runs that nobody looked at yet. */
  readonly unfinished: number
}

export type Planner = (intent: Intent, snapshot: Snapshot) => Plan

export type Suggestions = {
  /** A subnet that nothing here uses, for an overlay and for a network of this node alone. */
  readonly overlaySubnet?: string | undefined
  readonly localSubnet?: string | undefined
  /** A port that nothing publishes or listens on. */
  readonly port?: number | undefined
}

/** An action from its confirmation on. Times are milliseconds since the epoch. */
export type Run = {
  readonly id: string
  readonly plan: Plan
  readonly startedAt: number
  readonly progress: readonly Progress[]
  /** Absent while it goes on. */
  readonly outcome?: Outcome
  readonly endedAt?: number
  /** The node before it, and after it as long as the difference is of interest. */
  readonly before: Snapshot
  readonly after?: Snapshot
  /** The form that it was filled in with: an engine that refuses leads back to it. */
  readonly form: FormState | undefined
}

/** How an action of the log ended; `unfinished`: its process ended first, `running`: it has not ended. */
export type AuditEnd = Outcome['end'] | 'running' | 'unfinished'

/** One action of the log. Texts may be of the world. */
export type AuditRow = {
  readonly id: string
  /** RFC 3339. */
  readonly time: string
  readonly title: string
  /** The docker command that does the same. */
  readonly command: string
  readonly end: AuditEnd
  /** One sentence on how it ended, or how far it came. */
  readonly told: string
  readonly requests: readonly ApiRequest[]
  /** What was answered, as it was logged. */
  readonly answers: readonly unknown[]
  readonly undo: Undo | undefined
  /** When another action took it back, RFC 3339; undefined while none did. */
  readonly undoneAt?: string | undefined
}

/** Whether the daemon may be at work on it. */
export function isRunning({ outcome }: Run): boolean {
  return outcome === undefined
}

/** Whether the daemon took at least one of its requests: then there may be something to take back. */
export function didSomething({ progress }: Run): boolean {
  return progress.some(step => step.step === 'answered' && step.status < 300)
}
