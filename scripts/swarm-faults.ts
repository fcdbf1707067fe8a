/** The catalogue of faults (lab/faults), in guests of one suite or several. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { endingWithUs, endWithParent } from './parents.ts'
import {
  cannotRun,
  fastest,
  type Guest,
  nameOf,
  type SwarmRun,
  timed,
  whyNot,
  workers,
} from './swarm-tests.ts'
import type { Summary } from './test-report.ts'
import { run } from './vitest-run.ts'

/** Seconds; ten minutes are usual. */
const limit = 2_400
const kept = resolve(import.meta.dirname, '../docs/faults.md')

/** Proves every fault in each guest. The table of the fastest one, which is the default, is kept. */
export async function runFaults(guests: readonly Guest[]): Promise<SwarmRun[]> {
  endWithParent()
  const runs: SwarmRun[] = []
  for (const guest of guests) {
    const reason = await whyNot(guest)
    runs.push(
      reason === undefined
        ? await timed(nameOf(guest), () => proveAll(guest))
        : cannotRun(guest, 'no faults can be proved here', reason),
    )
  }
  return runs
}

async function proveAll(guest: Guest): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'cnmtop-faults-'))
  const file = join(folder, 'faults.md')
  const { suite, iptables } = guest
  const options = { suite, iptables, workers, timeout: limit, output: folder }
  try {
    const { code } = await run(
      endingWithUs([
        'lab/guest/run',
        ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
        '--',
        ...['node', 'lab/faults/run.ts', '--table', file],
      ]),
      'inherit',
    )
    const text = readOrEmpty(file)
    const [, proved = 0, all = 1] = (/(\d+) of (\d+) proved/.exec(text) ?? []).map(Number)
    if (code === 0 && suite === fastest.suite && iptables === fastest.iptables) writeFileSync(kept, text)
    const lines = [`${proved} of ${all} faults proved`]
    return { ok: code === 0, lines, passed: proved, failed: all - proved, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
