import type { RowRef } from '../evidence.ts'
import type { Packet } from '../packet.ts'

/** What a rule does once it fits. */
export type Effect =
  | { readonly kind: 'continue' | 'return' | 'accept' | 'drop' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** `with` is what the sender is told. */
  | { readonly kind: 'reject'; readonly with: string }
  /** What happens next is decided outside of what a snapshot holds, or by what is not understood. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** One way in which a rule may go for a packet. */
export type RuleResult = {
  readonly effect: Effect
  readonly packet: Packet
  /** It fitted, and so it was counted. */
  readonly isMatch: boolean
  /** What had to be assumed for it; absent when it is certain. */
  readonly assumes?: Assumption
}

/** `unknown`: a test whose answer a snapshot does not hold. `choice`: the kernel picks one of several. */
export type Assumption = { readonly kind: 'unknown' | 'choice'; readonly taken: string }

/** An assumption on the way, with the rule that it is about. */
export type Decision = Assumption & { readonly evidence: RowRef; readonly text: string }

/** A rule that fitted, or a policy that decided. */
export type TrailEntry = {
  readonly table: string
  readonly chain: string
  readonly text: string
  readonly evidence: RowRef
  readonly effect: Effect
  readonly before: Packet
  readonly after: Packet
}

/** A packet somewhere in the tables of a hook. */
export type Live = {
  readonly packet: Packet
  readonly trail: readonly TrailEntry[]
  readonly decisions: readonly Decision[]
}

export type Outcome = Live & {
  /** `no-route`: a change on OUTPUT had its route looked up again, and there is none. */
  readonly verdict: 'accept' | 'drop' | 'reject' | 'no-route' | 'unknown'
  /** What the sender is told, or why it is not known. */
  readonly reason?: string
}

/**
 * Makes one of those that differ in their history alone. What all of them assumed still holds; an assumption that leads to the
 * same either way is none.
 */
export function mergeLives<L extends Live>(lives: readonly L[], keyOf: (live: L) => string = packetKey): L[] {
  if (lives.length < 2) return [...lives]
  const merged = new Map<string, L>()
  for (const live of lives) {
    const key = keyOf(live)
    const same = merged.get(key)
    merged.set(key, same ? { ...same, decisions: common(same.decisions, live.decisions) } : live)
  }
  return [...merged.values()]
}

/** Of two rules that both drop it only one did: these are two outcomes. */
export function outcomeKey(outcome: Outcome): string {
  const { verdict, reason = '', trail } = outcome
  const by = verdict === 'drop' || verdict === 'reject' ? (trail.at(-1)?.evidence.key ?? '') : ''
  return `${verdict} ${by} ${reason} ${packetKey(outcome)}`
}

/** Everything that later tests can see. */
function packetKey({ packet }: Live): string {
  return JSON.stringify(packet)
}

function common(a: readonly Decision[], b: readonly Decision[]): Decision[] {
  return a.filter(decision =>
    b.some(other => other.evidence.key === decision.evidence.key && other.taken === decision.taken),
  )
}
