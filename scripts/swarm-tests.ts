/** The tests that need a real swarm: they run in a guest (lab/guest), of one suite or several. */
import type { Iptables } from '../lab/guest/boot.ts'
import { kernel } from '../lab/guest/kernel.ts'
import { rootTree } from '../lab/guest/root-tree.ts'
import { defaultSuite, type Suite } from '../lab/guest/suites.ts'
import { LabError } from '../lab/run.ts'
import type { Summary } from './test-report.ts'
import { runVitest } from './vitest-run.ts'

/** What a guest is made of. */
export type Guest = { readonly suite: Suite; readonly iptables: Iptables }

export const fastest: Guest = { suite: defaultSuite, iptables: 'legacy' }

export const workers = 2
/** Seconds that one guest may take; a minute is usual. */
const limit = 900
const vitest = ['vitest', 'run', '--config', 'vitest.swarm.config.ts']

/**
 * Tests the guest itself on this machine, then the swarm inside of each guest. A guest that cannot be made here counts as
 * one skipped test, with the reason among the lines.
 */
export async function runSwarmTests(guests: readonly Guest[]): Promise<Summary[]> {
  const summaries: Summary[] = []
  for (const guest of guests) {
    const reason = await whyNot(guest)
    if (reason !== undefined) {
      const lines = [`skipped 1: no swarm of ${nameOf(guest)} can be tested here: ${reason}`]
      summaries.push({ ok: true, lines, passed: 0, failed: 0, skipped: 1 })
      continue
    }
    if (guest === guests[0]) summaries.push(await runVitest(() => vitest))
    console.log(`\nswarm: ${nameOf(guest)}`)
    const started = performance.now()
    const summary = await runVitest((folder, variable) => inGuest(guest, folder, variable))
    console.log(`swarm: ${nameOf(guest)} took ${((performance.now() - started) / 1_000).toFixed(0)} s`)
    summaries.push({ ...summary, lines: summary.lines.map(line => `${nameOf(guest)}: ${line}`) })
  }
  return summaries
}

function inGuest({ suite, iptables }: Guest, reportFolder: string, variable: string): string[] {
  const options = Object.entries({
    suite,
    iptables,
    workers,
    timeout: limit,
    output: reportFolder,
    env: variable,
  })
  const colour = process.stdout.isTTY ? [] : ['--env', 'NO_COLOR=1']
  return [
    'lab/guest/run',
    ...options.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...colour,
    '--',
    ...vitest,
  ]
}

/** Makes what the guest boots from; gives the reason when that is not possible on this machine. */
export async function whyNot({ suite }: Guest): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it needs root'
  if (process.arch !== 'x64') return `user-mode Linux needs an x86-64 machine, and this is ${process.arch}`
  try {
    await kernel()
    await rootTree(suite)
    return undefined
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return error.message
  }
}

export function nameOf({ suite, iptables }: Guest): string {
  return `${suite} with iptables-${iptables}`
}
