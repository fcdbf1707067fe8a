import type { RowRef } from '../evidence.ts'
import type { Branch, Path, Step, StepAction, Trace } from '../trace.ts'
import { type Meter, meterOf, type Nodes, sameRow } from './meters.ts'

/** The rows of a path as they were read, one time after the other. */
export type Readings = {
  /** When watching began: movement is counted from here. */
  readonly first: Nodes
  /** Some time ago: what moved before it has had the time to show further on, and in IPVS. */
  readonly settled: Nodes
  /** The one before `now`, for rates. */
  readonly previous: Nodes
  readonly now: Nodes
  /** Milliseconds from `previous` to `now`. */
  readonly elapsedMs: number
}

/**
 * How long IPVS may take to tell what it counted: it sums its counters up every two seconds (ip_vs_est.c), so a reading is `settled`
 * when it is a bit older.
 */
export const SETTLED_MS = 2500

/**
 * - `moved`: the row counted something since watching began; that is all that fits the row, not the flow alone.
 * - `still`: it did not, and nothing says that it should have.
 * - `missing`: it did not, although what leads to it did.
 * - `not-taken`: it is on a branch that nothing took.
 * - `uncounted`: no row of the step counts. `gone`: the row is not there any more. `unread`: it could not be read.
 */
export type Verdict = 'moved' | 'still' | 'missing' | 'not-taken' | 'uncounted' | 'gone' | 'unread'

export type StepMovement = {
  readonly verdict: Verdict
  readonly unit?: Meter['unit']
  /** Since watching began. */
  readonly moved?: number
  /** Since the reading before. */
  readonly lately?: number
  readonly perSecond?: number
}

export type BranchMovement = StepMovement & {
  /** Undefined where no counter tells one branch from the others. */
  readonly isTaken: boolean | undefined
}

export type Movement = {
  readonly steps: ReadonlyMap<Step, StepMovement>
  readonly branches: ReadonlyMap<Branch, BranchMovement>
}

/** What moved along a path, and what should have. */
export function movementOf({ path }: Pick<Trace, 'path'>, readings: Readings): Movement {
  const movement = { steps: new Map<Step, StepMovement>(), branches: new Map<Branch, BranchMovement>() }
  follow(path, start, { readings, ...movement })
  return movement
}

/** What is known of the flow at a point of the path. */
type Sight = {
  /** A counter that only such flows move, moved some time ago: packets go here. */
  readonly flows: boolean
  /** And so did one that counts connections: new ones go here. */
  readonly begins: boolean
  readonly isTaken: boolean
}

const start: Sight = { flows: false, begins: false, isTaken: true }

type Following = {
  readonly readings: Readings
  readonly steps: Map<Step, StepMovement>
  readonly branches: Map<Branch, BranchMovement>
}

function follow({ hops, fork, reply }: Path, before: Sight, following: Following): void {
  let sight = before
  for (const step of hops.flatMap(hop => hop.steps)) sight = look(step, sight, following)
  if (fork) followBranches(fork, sight, following)
  if (reply) follow(reply, sight, following)
}

function look(step: Step, sight: Sight, { readings, steps }: Following): Sight {
  const measured = measure(step.evidence, readings, step.action)
  if (!measured) {
    steps.set(step, { verdict: 'uncounted' })
    return sight
  }
  if (typeof measured === 'string') {
    steps.set(step, { verdict: measured })
    return sight
  }
  const verdict = verdictOf(measured, sight)
  steps.set(step, { verdict, ...told(measured) })
  // What did not get here did not get further: one hop is named, not all behind it.
  if (verdict === 'missing') return { ...sight, flows: false, begins: false }
  return specific.has(step.action) ? established(measured, sight) : sight
}

/** Rows that ask for the port, the address or the mark of the flow; other rows count whatever passes. */
const specific: ReadonlySet<StepAction> = new Set<StepAction>(['dnat', 'marked', 'balanced'])

function established({ meter, settled }: Measured, sight: Sight): Sight {
  if (!settled) return sight
  return { ...sight, flows: true, begins: sight.begins || meter.counts === 'connections' }
}

function verdictOf({ meter, moved, packets }: Measured, { flows, begins, isTaken }: Sight): Verdict {
  if (moved > 0n || packets > 0n) return 'moved'
  if (!isTaken) return 'not-taken'
  const isExpected = meter.counts === 'connections' ? begins : flows
  return isExpected ? 'missing' : 'still'
}

function followBranches(
  { reason, branches }: NonNullable<Path['fork']>,
  sight: Sight,
  following: Following,
): void {
  const taken = branches.map(branch =>
    reason === 'real-server' ? ofRealServer(branch, following) : ofBranch(branch, branches, following),
  )
  for (const [index, branch] of branches.entries()) {
    const one = taken[index]!
    following.branches.set(branch, one)
    const isTaken = sight.isTaken && one.isTaken !== false
    const isSure = one.isTaken === true || branches.length === 1
    follow(branch.path, isSure ? { ...sight, isTaken } : { flows: false, begins: false, isTaken }, following)
  }
}

function ofRealServer({ evidence }: Branch, { readings }: Following): BranchMovement {
  const measured = measure(evidence, readings)
  if (!measured) return { verdict: 'uncounted', isTaken: undefined }
  if (typeof measured === 'string') return { verdict: measured, isTaken: undefined }
  const isTaken = measured.moved > 0n || measured.packets > 0n
  return { verdict: isTaken ? 'moved' : 'not-taken', isTaken, ...told(measured) }
}

/** Taken, when a row moved that the other branches do not have. */
function ofBranch(branch: Branch, all: readonly Branch[], { readings }: Following): BranchMovement {
  const others = new Set(all.filter(each => each !== branch).flatMap(each => keysOf(each.path)))
  const own = stepsOf(branch.path).filter(({ evidence }) => evidence.some(ref => !others.has(keyOf(ref))))
  const measured = own.flatMap(({ evidence, action }) => {
    const one = measure(evidence, readings, action)
    return one && typeof one !== 'string' ? [one] : []
  })
  if (measured.length === 0) return { verdict: 'uncounted', isTaken: undefined }
  const mover = measured.find(({ moved }) => moved > 0n)
  return mover
    ? { verdict: 'moved', isTaken: true, ...told(mover) }
    : { verdict: 'still', isTaken: undefined }
}

function stepsOf({ hops, fork }: Path): Step[] {
  return [
    ...hops.flatMap(({ steps }) => steps),
    ...(fork?.branches.flatMap(({ path }) => stepsOf(path)) ?? []),
  ]
}

function keysOf(path: Path): string[] {
  return stepsOf(path).flatMap(({ evidence }) => evidence.map(keyOf))
}

function keyOf({ node, namespace, part, key }: RowRef): string {
  return `${node} ${namespace} ${part} ${key}`
}

type Measured = {
  readonly meter: Meter
  readonly moved: bigint
  readonly lately: bigint
  readonly packets: bigint
  readonly elapsedMs: number
  /** It had moved by the settled reading. */
  readonly settled: boolean
}

/** The first row of a step that counts. */
function measure(
  evidence: readonly RowRef[],
  { first, settled, previous, now, elapsedMs }: Readings,
  action?: StepAction,
): Measured | 'gone' | 'unread' | undefined {
  for (const ref of evidence) {
    const [begun, ago, before, meter] = [first, settled, previous, now].map(nodes =>
      meterOf(nodes, sameRow(first, nodes, ref), action),
    )
    if (meter === undefined) continue
    if (typeof meter === 'string') return meter
    const since = (other: typeof begun): Meter =>
      typeof other === 'object' ? other : { ...meter, value: 0n }
    const moved = growth(since(begun), meter)
    const packets = (meter.packets ?? 0n) - (since(begun).packets ?? meter.packets ?? 0n)
    const lately = growth(since(before), meter)
    const hadMoved = growth(since(begun), since(ago)) > 0n
    return { meter, moved, lately, packets, elapsedMs, settled: hadMoved }
  }
  return undefined
}

/** A counter that is lower than before was set back: it counts from zero. */
function growth(before: Meter, now: Meter): bigint {
  return now.value < before.value ? now.value : now.value - before.value
}

function told({ meter, moved, lately, elapsedMs }: Measured): Omit<StepMovement, 'verdict'> {
  return {
    unit: meter.unit,
    moved: Number(moved),
    lately: Number(lately),
    ...(elapsedMs > 0 && { perSecond: Math.round((Number(lately) * 10_000) / elapsedMs) / 10 }),
  }
}
