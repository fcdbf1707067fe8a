/** What came of several guests, in columns. */
import type { SwarmRun } from './swarm-tests.ts'

const heads = ['', 'passed', 'failed', 'skipped', 'seconds'] as const

/** A line each run, under a line of heads. A guest that could not run says why in place of numbers. */
export function swarmTable(runs: readonly SwarmRun[]): string[] {
  const width = Math.max(...runs.map(({ what }) => what.length))
  return [
    line(width, heads),
    ...runs.map(({ what, summary: { ok, passed, failed, skipped }, seconds, reason }) =>
      reason === undefined
        ? line(width, [what, passed, failed, skipped, seconds]) + (ok ? '' : '  NOT GREEN')
        : `${what.padEnd(width)}  cannot run here: ${reason.split('\n')[0]}`,
    ),
  ]
}

function line(width: number, [what, ...numbers]: readonly (string | number)[]): string {
  return [String(what).padEnd(width), ...numbers.map(number => String(number).padStart(8))].join('')
}
