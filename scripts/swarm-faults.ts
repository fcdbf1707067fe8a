/** The catalogue of faults (lab/faults), in guests of one suite or several. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runInGuests } from './guest-run.ts'
import { fastest, type Guest, type SwarmRun } from './swarm-tests.ts'
import type { Summary } from './test-report.ts'

/** Seconds; ten minutes are usual. */
const limit = 2_400
const kept = resolve(import.meta.dirname, '../docs/faults.md')
const table = 'faults.md'

/** Proves every fault in each guest. The table of the fastest one, which is the default, is kept. */
export function runFaults(guests: readonly Guest[]): Promise<SwarmRun[]> {
  return runInGuests(guests, {
    without: 'no faults can be proved here',
    limit,
    command: folder => ['node', 'lab/faults/run.ts', '--table', join(folder, table)],
    summarise,
  })
}

function summarise(guest: Guest, folder: string, code: number): Summary {
  const text = readOrEmpty(join(folder, table))
  const [, proved = 0, all = 1] = (/(\d+) of (\d+) proved/.exec(text) ?? []).map(Number)
  const isKept = guest.suite === fastest.suite && guest.iptables === fastest.iptables
  if (code === 0 && isKept) writeFileSync(kept, text)
  const lines = [`${proved} of ${all} faults proved`]
  return { ok: code === 0, lines, passed: proved, failed: all - proved, skipped: 0 }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
