import type { RowRef } from '../evidence.ts'
import type { Packet } from '../packet.ts'
import { type Effect, type Live, mergeLives, type Outcome, outcomeKey, type RuleResult } from './outcome.ts'
import type { Place } from './place.ts'

/** A rule of either kind, iptables' or nft's. */
export type ChainRule = {
  readonly text: string
  evidence(place: Place): RowRef
  evaluate(packet: Packet, place: Place): readonly RuleResult[]
}

/** The chains of one table. */
export type RuleTable = {
  readonly name: string
  rules(chain: string): readonly ChainRule[]
  /** What to point at for the end of a chain. */
  evidence(place: Place, chain: string): RowRef
}

/** The kernel allows jumps 16 deep in nf_tables (NFT_JUMP_STACK_SIZE); legacy tables are bounded by their chains. */
const MOST_JUMPS = 256
/** More histories than this are not told apart: what they do is then not known. */
const MOST_LIVES = 64

/** What became of packets in a chain: done, or at its end. */
type Passed = { readonly outcomes: Outcome[]; readonly returned: Live[] }

/** Leads a packet through a base chain. Several outcomes: it depends on what is not known. */
export function traverseBaseChain(
  table: RuleTable,
  chain: string,
  policy: 'accept' | 'drop',
  start: Live,
  place: Place,
): Outcome[] {
  const { outcomes, returned } = traverse(table, chain, [start], place, 0)
  for (const live of mergeLives(returned)) {
    if (policy === 'accept') outcomes.push({ ...live, verdict: 'accept' })
    else {
      const text = `policy of ${chain} is DROP`
      const entry = { table: table.name, chain, text, evidence: table.evidence(place, chain), effect: drop }
      const trail = [...live.trail, { ...entry, before: live.packet, after: live.packet }]
      outcomes.push({ ...live, trail, verdict: 'drop' })
    }
  }
  return mergeLives(outcomes, outcomeKey)
}

const drop: Effect = { kind: 'drop' }

function traverse(
  table: RuleTable,
  chain: string,
  start: readonly Live[],
  place: Place,
  depth: number,
): Passed {
  const outcomes: Outcome[] = []
  const returned: Live[] = []
  if (depth > MOST_JUMPS) {
    return {
      outcomes: start.map(live => ({ ...live, verdict: 'unknown', reason: `too many jumps at ${chain}` })),
      returned,
    }
  }
  let lives = start
  for (const rule of table.rules(chain)) {
    if (lives.length === 0) break
    let next: Live[] = []
    for (const live of lives) {
      for (const result of rule.evaluate(live.packet, place)) {
        const after = record(live, rule, result, place, table.name, chain)
        const passed = follow(table, result.effect, after, place, depth)
        outcomes.push(...passed.outcomes)
        next.push(...passed.next)
        returned.push(...passed.returned)
      }
    }
    next = next.length > 1 ? mergeLives(next) : next
    if (next.length > MOST_LIVES) {
      outcomes.push({ ...next[0]!, verdict: 'unknown', reason: `too many unknown tests in ${chain}` })
      next = []
    }
    lives = next
  }
  returned.push(...lives)
  return { outcomes, returned }
}

/** `next` goes on in this chain, `returned` is at the end of it. */
function follow(
  table: RuleTable,
  effect: Effect,
  live: Live,
  place: Place,
  depth: number,
): Passed & { readonly next: readonly Live[] } {
  switch (effect.kind) {
    case 'continue':
      return { outcomes: [], returned: [], next: [live] }
    case 'return':
      return { outcomes: [], returned: [live], next: [] }
    case 'jump': {
      const { outcomes, returned } = traverse(table, effect.chain, [live], place, depth + 1)
      return { outcomes, returned: [], next: returned }
    }
    case 'goto':
      return { ...traverse(table, effect.chain, [live], place, depth + 1), next: [] }
    case 'accept':
    case 'drop':
      return { outcomes: [{ ...live, verdict: effect.kind }], returned: [], next: [] }
    case 'reject':
      return { outcomes: [{ ...live, verdict: 'reject', reason: effect.with }], returned: [], next: [] }
    case 'unknown':
      return { outcomes: [{ ...live, verdict: 'unknown', reason: effect.reason }], returned: [], next: [] }
  }
}

function record(
  live: Live,
  rule: ChainRule,
  { packet, effect, isMatch, assumes }: RuleResult,
  place: Place,
  table: string,
  chain: string,
): Live {
  // A rule of nft that breaks off has done what stands before: `meta mark set 1 tcp dport vmap { … }`.
  const hasActed = isMatch || packet !== live.packet
  if (!hasActed && !assumes) return live
  const evidence = rule.evidence(place)
  const { text } = rule
  return {
    packet,
    trail: hasActed
      ? [...live.trail, { table, chain, text, evidence, effect, before: live.packet, after: packet }]
      : live.trail,
    decisions: assumes ? [...live.decisions, { ...assumes, evidence, text }] : live.decisions,
  }
}
