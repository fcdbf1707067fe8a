/** The tests that need a real swarm: they run in a guest (lab/guest), of one suite or several. */
import { type Iptables, type Machine, userModeLinuxRuns } from '../lab/guest/boot.ts'
import { kernel } from '../lab/guest/kernel.ts'
import { qemuKernel } from '../lab/guest/qemu-kernel.ts'
import { rootTree } from '../lab/guest/root-tree.ts'
import { defaultSuite, type Suite } from '../lab/guest/suites.ts'
import { LabError } from '../lab/run.ts'
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
  const runs: SwarmRun[] = []
  let isFirst = true
  for (const guest of guests) {
    const reason = await whyNot(guest)
    if (reason !== undefined) {
      runs.push(cannotRun(guest, 'no swarm can be tested here', reason))
      continue
    }
    const comesUp = guest.machine !== undefined || (await userModeLinuxRuns(guest.suite))
    const here = comesUp ? guest : { ...guest, machine: 'qemu' as const }
    if (isFirst)
      runs.push(await timed('the guest itself, on this machine', () => runVitest(() => endingWithUs(vitest))))
    isFirst = false
    console.log(`\nswarm: ${nameOf(here)}`)
    const inside = (): Promise<Summary> => runVitest((folder, variable) => inGuest(here, folder, variable))
    runs.push(await timed(nameOf(here), inside))
  }
  return runs
}

/** Runs it with the clock on; its lines say what they are of. */
export async function timed(what: string, run: () => Promise<Summary>): Promise<SwarmRun> {
  const started = performance.now()
  const summary = await run()
  const seconds = Math.round((performance.now() - started) / 1_000)
  return { what, seconds, summary: { ...summary, lines: summary.lines.map(line => `${what}: ${line}`) } }
}

/** A guest that cannot be had counts as one skipped test. */
export function cannotRun(guest: Guest, consequence: string, reason: string): SwarmRun {
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
  return endingWithUs([
    'lab/guest/run',
    ...options.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...colour,
    ...(isSlow ? ['--qemu'] : []),
    '--',
    ...vitest,
    ...(isSlow ? ['test/swarm/collectors.test.ts'] : []),
  ])
}

/** Makes what the guest boots from; gives the reason when that is not possible on this machine. */
export async function whyNot({ suite, machine }: Guest): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it needs root'
  if (process.arch !== 'x64') return `user-mode Linux needs an x86-64 machine, and this is ${process.arch}`
  try {
    await (machine === 'qemu' ? qemuKernel() : kernel())
    await rootTree(suite)
    return undefined
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return error.message
  }
}

export function nameOf({ suite, iptables, machine }: Guest): string {
  return `${suite} with iptables-${iptables}${machine === 'qemu' ? ' in qemu' : ''}`
}
