/** The tests that need a real swarm: they run in a guest (lab/guest), of one suite or several. */
import { type Iptables, type Machine, userModeLinuxRuns } from '../lab/guest/boot.ts'
import { requireNamespaces } from '../lab/guest/contained.ts'
import { kernel } from '../lab/guest/kernel.ts'
import { requirePackages } from '../lab/guest/programs.ts'
import { qemuKernel } from '../lab/guest/qemu-kernel.ts'
import { rootTree } from '../lab/guest/root-tree.ts'
import { defaultSuite, type Suite } from '../lab/guest/suites.ts'
import { LabError } from '../lab/run.ts'
import { chooseSeed, committedTree } from '../test/support/seed.ts'
import { endingWithUs, endWithParent } from './parents.ts'
import type { Summary } from './test-report.ts'
import { runVitest } from './vitest-run.ts'

/** What a guest is made of. In qemu only the first tests are run, those of the collectors, as all of them take an hour. */
export type Guest = { readonly suite: Suite; readonly iptables: Iptables; readonly machine?: Machine }

export const fastest: Guest = { suite: defaultSuite, iptables: 'legacy' }

export const workers = 2
/** Seconds that one guest may take; seventeen minutes are usual, and twenty in qemu for its few tests; a busy machine takes twice that. */
const limit = { quick: 3_000, qemu: 3_600 }
const vitest = ['vitest', 'run', '--config', 'vitest.swarm.config.ts']

/** What came of one guest, or of the tests of the guest itself. */
export type SwarmRun = {
  readonly what: string
  readonly summary: Summary
  readonly seconds: number
  /** Why it could not run. */
  readonly reason?: string
}

/**
 * Tests the guest itself on this machine, then the swarm inside of each guest. A guest that cannot be made here counts as
 * one skipped test, with the reason among the lines.
 */
export async function runSwarmTests(guests: readonly Guest[]): Promise<SwarmRun[]> {
  endWithParent()
  let isFirst = true
  return eachGuest(guests, 'no swarm can be tested here', machineFor, async here => {
    const runs: SwarmRun[] = []
    if (isFirst)
      runs.push(await timed('the guest itself, on this machine', () => runVitest(() => endingWithUs(vitest))))
    isFirst = false
    console.log(`\nswarm: ${nameOf(here)}`)
    const inside = (): Promise<Summary> => runVitest((folder, variable) => inGuest(here, folder, variable))
    runs.push(await timed(nameOf(here), inside))
    return runs
  })
}

/**
 * One guest after the other, whatever becomes of those before.
 *
 * @param consequence what a guest that cannot be had means: `no faults can be proved here`
 * @param find the guest as it can be had here. @throws LabError with the reason why not
 */
export async function eachGuest(
  guests: readonly Guest[],
  consequence: string,
  find: (guest: Guest) => Promise<Guest>,
  run: (guest: Guest) => Promise<readonly SwarmRun[]>,
): Promise<SwarmRun[]> {
  const runs: SwarmRun[] = []
  for (const guest of guests) {
    try {
      runs.push(...(await run(await find(guest))))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      runs.push(
        error instanceof LabError
          ? cannotRun(guest, consequence, reason)
          : { what: nameOf(guest), seconds: 0, summary: broken(`${nameOf(guest)}: ${reason}`) },
      )
    }
  }
  return runs
}

/** Runs it with the clock on; its lines say what they are of. An error counts as one failure. */
export async function timed(what: string, run: () => Promise<Summary>): Promise<SwarmRun> {
  const started = performance.now()
  const summary = await run().catch((error: Error) => broken(error.message))
  const seconds = Math.round((performance.now() - started) / 1_000)
  return { what, seconds, summary: { ...summary, lines: summary.lines.map(line => `${what}: ${line}`) } }
}

function broken(line: string): Summary {
  return { ok: false, lines: [line], passed: 0, failed: 1, skipped: 0 }
}

/** A guest that cannot be had counts as one skipped test. */
function cannotRun(guest: Guest, consequence: string, reason: string): SwarmRun {
  const lines = [`skipped 1: ${nameOf(guest)}: ${consequence}: ${reason}`]
  const summary = { ok: true, lines, passed: 0, failed: 0, skipped: 1 }
  return { what: nameOf(guest), seconds: 0, summary, reason }
}

function inGuest({ suite, iptables, machine }: Guest, reportFolder: string, variable: string): string[] {
  const isSlow = machine === 'qemu'
  const options = Object.entries({
    suite,
    iptables,
    workers: isSlow ? 1 : workers,
    timeout: isSlow ? limit.qemu : limit.quick,
    output: reportFolder,
    env: variable,
  })
  const colour = process.stdout.isTTY ? [] : ['--env', 'NO_COLOR=1']
  // A guest sees neither CI nor what was chosen for this run.
  const { seed } = chooseSeed(process.env, committedTree)
  return endingWithUs([
    'lab/guest/run',
    ...options.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...colour,
    ...['--env', `CNMTOP_SEED=${seed}`],
    ...(isSlow ? ['--qemu'] : []),
    '--',
    ...vitest,
    ...(isSlow ? ['test/swarm/collectors.test.ts'] : []),
  ])
}

/** The guest, in qemu where user-mode Linux does not come up. @throws LabError with the reason why there is none here */
async function machineFor(guest: Guest): Promise<Guest> {
  await prepare(guest)
  if (guest.machine !== undefined || (await userModeLinuxRuns(guest.suite))) return guest
  const slow = { ...guest, machine: 'qemu' } as const
  await prepare(slow)
  return slow
}

/** Makes what the guest boots from. @throws LabError with the reason why that is not possible on this machine */
export async function prepare(guest: Guest): Promise<Guest> {
  if (process.getuid?.() !== 0) throw new LabError('it needs root')
  if (process.arch !== 'x64')
    throw new LabError(`user-mode Linux needs an x86-64 machine, and this is ${process.arch}`)
  requirePackages(['util-linux', 'mount', 'bash', ...(guest.machine === 'qemu' ? ['qemu-system-x86'] : [])])
  requireNamespaces()
  await (guest.machine === 'qemu' ? qemuKernel() : kernel())
  await rootTree(guest.suite)
  return guest
}

export function nameOf({ suite, iptables, machine }: Guest): string {
  return `${suite} with iptables-${iptables}${machine === 'qemu' ? ' in qemu' : ''}`
}
