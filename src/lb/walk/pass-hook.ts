import { causeOfClearText } from '../cause/answer.ts'
import { causeOfClosedPort } from '../cause/rule.ts'
import { CONNTRACK_KEY } from '../../snapshot/row-keys.ts'
import { type HookRange, runHook } from '../netfilter/hook.ts'
import type { Outcome, TrailEntry } from '../netfilter/outcome.ts'
import { type Place, priorities } from '../netfilter/place.ts'
import type { Packet } from '../packet.ts'
import type { Step, StepAction } from '../trace.ts'
import { because, end, type Next } from './next.ts'
import { addSteps, changed, type Walk } from './walk.ts'

export const wholeHook: HookRange = { from: priorities.first, to: priorities.last }

/**
 * Runs a part of a hook and goes on with what it accepts. Where what happens is not known, the path divides; the branches are
 * put together again when they end the same.
 */
export function passHook(
  walk: Walk,
  place: Place,
  packet: Packet,
  range: HookRange,
  then: (walk: Walk, packet: Packet) => Next,
): Next {
  const outcomes = runHook(place, packet, walk.connections, range)
  const [only] = outcomes
  if (only && outcomes.length === 1 && only.decisions.length === 0) {
    addSteps(walk, place.view, stepsOf(packet, only, place))
    return nextOf(walk, only, place, then)
  }
  return {
    at: 'fork',
    reason: outcomes.every(({ decisions }) => decisions.every(({ kind }) => kind === 'choice'))
      ? 'nat-range'
      : 'unknown',
    branches: outcomes.map(outcome => ({
      label: labelOf(outcome),
      evidence: outcome.decisions.map(({ evidence }) => evidence),
      view: place.view,
      steps: stepsOf(packet, outcome, place),
      next: nextOf(walk, outcome, place, then),
    })),
  }
}

function labelOf({ decisions }: Outcome): string {
  return decisions
    .map(({ text, taken, kind }) => (kind === 'choice' ? `to ${taken}` : `if '${text}' ${taken}`))
    .join(' and ')
}

function nextOf(
  walk: Walk,
  outcome: Outcome,
  { view, hook }: Place,
  then: (walk: Walk, packet: Packet) => Next,
): Next {
  const { verdict, packet, trail, reason } = outcome
  const last = trail.at(-1)
  const evidence = last ? [last.evidence] : []
  switch (verdict) {
    case 'accept':
      return { at: 'resume', packet, goOn: then }
    case 'drop':
      if (reason !== undefined)
        return end(view, packet, 'dropped', reason, [view.ref('conntrack', CONNTRACK_KEY)])
      return because(
        end(view, packet, 'dropped', `by ${whereOf(last, hook)}`, evidence),
        hook === 'INPUT'
          ? (causeOfClearText(walk, view, packet) ?? causeOfClosedPort(view, packet))
          : undefined,
      )
    case 'reject':
      return end(view, packet, 'rejected', `with ${reason} by ${whereOf(last, hook)}`, evidence)
    case 'no-route':
      return end(view, packet, 'no-route', `to ${packet.destination}: ${reason}`, evidence)
    case 'unknown':
      return end(view, packet, 'insufficient-info', reason ?? 'not known', evidence)
  }
}

function whereOf(entry: TrailEntry | undefined, hook: string): string {
  if (!entry) return `the ${hook} hook`
  return entry.text.startsWith('policy')
    ? `the ${entry.text} in ${entry.table}`
    : `${entry.table}: ${entry.text}`
}

/** The rules that fitted, and between them what connection tracking did by itself. */
function stepsOf(start: Packet, { trail, packet }: Outcome, place: Place): Step[] {
  const steps: Step[] = []
  let before = start
  for (const entry of trail) {
    steps.push(...stepOfTranslation(before, entry.before, place.hook), stepOf(entry, place))
    before = entry.after
  }
  return [...steps, ...stepOfTranslation(before, packet, place.hook)]
}

function stepOf({ table, chain, text, evidence, effect, before, after }: TrailEntry, { hook }: Place): Step {
  return {
    kind: 'rule',
    action: actionOf(effect.kind, before, after),
    hook,
    chain: `${table}/${chain}`,
    detail: text,
    evidence: [evidence],
    ...changed(before, after),
  }
}

function actionOf(effect: TrailEntry['effect']['kind'], before: Packet, after: Packet): StepAction {
  if (effect === 'drop') return 'dropped'
  if (effect === 'reject') return 'rejected'
  if (effect === 'unknown') return 'unknown'
  if (before.destination !== after.destination || before.destinationPort !== after.destinationPort)
    return 'dnat'
  if (before.source !== after.source || before.sourcePort !== after.sourcePort) return 'snat'
  if (before.mark !== after.mark) return 'marked'
  return effect === 'accept' ? 'accepted' : 'passed'
}

/** NAT that a connection carries, applied without a rule being asked: worth a step of its own. */
function stepOfTranslation(before: Packet, after: Packet, hook: string): Step[] {
  const dnat = before.destination !== after.destination || before.destinationPort !== after.destinationPort
  const snat = before.source !== after.source || before.sourcePort !== after.sourcePort
  if (!dnat && !snat) return []
  const detail = 'NAT of a connection that is known'
  return [
    {
      kind: 'conntrack',
      action: dnat ? 'dnat' : 'snat',
      hook,
      detail,
      evidence: [],
      ...changed(before, after),
    },
  ]
}
