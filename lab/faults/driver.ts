/** Breaks a healthy scenario, proves that it is broken as told, undoes it, and proves that it heals. */
import { verifyScenarios, runSteps } from '../scenarios/driver.ts'
import { fill, lookAround, standaloneIn, type World } from '../scenarios/facts.ts'
import { tryInPlace } from '../scenarios/place.ts'
import { ask, describe, expectedAnswers, type Outcome } from '../scenarios/probe.ts'
import { type Swarm, waitFor, waitForServices } from '../swarm/index.ts'
import type { Expectation, Fault } from './fault.ts'

export type Proof = {
  /** What each probe gave while it was broken. */
  readonly broken: readonly { readonly probe: string; readonly fails: string; readonly saw: string }[]
  /** What the fault's `look` printed. */
  readonly look: { readonly healthy: string; readonly broken: string }
  readonly seconds: { readonly untilBroken: number; readonly untilHealed: number }
}

/**
 * @param whileBroken called when the fault is proved, to record it
 * @returns the proof, and the world afterwards
 * @throws Error when the fault does not break what it says, or does not heal; it is undone all the same
 */
export async function proveFault(
  swarm: Swarm,
  before: World,
  fault: Fault,
  whileBroken: (proof: Omit<Proof, 'seconds'>, world: World) => Promise<void>,
): Promise<{ proof: Proof; world: World }> {
  const probes = [{ name: fault.name, about: fault.about, probes: fault.expects.map(({ probe }) => probe) }]
  const again = async (world: World): Promise<World> => {
    if (!fault.restarts) return world
    await waitForServices(swarm)
    return lookAround(swarm, standaloneIn(world.facts))
  }
  const look = async (world: World): Promise<string> => {
    const command = ['bash', '-c', fill(fault.look, world.facts)]
    const { stdout, stderr } = await tryInPlace(swarm, world.sandboxes, fault.hop.at, command)
    return `${stdout}${stderr}`.trimEnd()
  }
  await verifyScenarios(swarm, before, probes)
  const healthy = await look(before)
  let world = before
  let seen: Omit<Proof, 'seconds'> = { broken: [], look: { healthy, broken: '' } }
  const started = performance.now()
  let untilBroken = 0
  let undoStarted = 0
  try {
    await runSteps(swarm, world, fault.break)
    world = await again(world)
    const broken = await untilAsExpected(swarm, world, fault.expects)
    untilBroken = performance.now() - started
    seen = { broken, look: { healthy, broken: await look(world) } }
    if (seen.look.broken === healthy) throw new Error(`nothing is to be seen by: ${fault.look}`)
    await whileBroken(seen, world)
  } finally {
    undoStarted = performance.now()
    await runSteps(swarm, world, fault.undo)
  }
  world = await again(world)
  await verifyScenarios(swarm, world, probes)
  const untilHealed = performance.now() - undoStarted
  const seconds = { untilBroken: round(untilBroken), untilHealed: round(untilHealed) }
  return { proof: { ...seen, seconds }, world }
}

/** What was learned before (a neighbour, a connection) may hide a fault for some seconds. */
async function untilAsExpected(
  swarm: Swarm,
  world: World,
  expects: readonly Expectation[],
): Promise<Proof['broken']> {
  const seen: { probe: string; fails: string; saw: string }[] = []
  for (const expected of expects) {
    let saw = ''
    await waitFor(
      async () => {
        const outcome = await ask(swarm, world, expected.probe, 2)
        saw = describe(outcome)
        return isAsExpected(expected, outcome, world)
          ? undefined
          : `${expected.probe.name} should fail ${expected.fails}: ${saw}`
      },
      { seconds: 25, everyMs: 500 },
    )
    seen.push({ probe: expected.probe.name, fails: words(expected), saw })
  }
  return seen
}

function isAsExpected({ probe, fails, without }: Expectation, outcome: Outcome, { facts }: World): boolean {
  const { failed, asked, answers } = outcome
  if (fails === 'always') return failed === asked
  if (fails === 'sometimes') return failed > 0 && failed < asked
  const wanted = expectedAnswers(probe, facts).filter(answer => answer !== without)
  return (
    failed === 0 &&
    wanted.every(answer => answer in answers) &&
    !(without !== undefined && without in answers)
  )
}

function words({ fails, without }: Expectation): string {
  return without === undefined ? fails : `never, but not by ${without}`
}

function round(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10
}
