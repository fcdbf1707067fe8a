/** Connections of every scenario against the kernel's own witness (test/flows), in guests of one suite or several. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { flowsPage, readResults, resultsFolder } from '../test/flows/page.ts'
import type { Result } from '../test/flows/result.ts'
import { runInGuests } from './guest-run.ts'
import type { Guest, SwarmRun } from './swarm-tests.ts'
import type { Summary } from './test-report.ts'

/** Seconds; three minutes are usual. */
const limit = 1_200
const page = resolve(import.meta.dirname, '../docs/flows.md')

/** Makes every flow in each guest; keeps what came of it, and writes the page anew. */
export function runFlows(guests: readonly Guest[]): Promise<SwarmRun[]> {
  return runInGuests(guests, {
    without: 'no flows can be made here',
    limit,
    command: folder => ['node', 'test/flows/run.ts', '--result', join(folder, 'result.json')],
    summarise,
  })
}

function summarise(guest: Guest, folder: string): Summary {
  const file = join(folder, 'result.json')
  if (!existsSync(file)) {
    return { ok: false, lines: ['no flow was made'], passed: 0, failed: 1, skipped: 0 }
  }
  const text = readFileSync(file, 'utf8')
  const { flows, same, misses } = JSON.parse(text) as Result
  writeFileSync(join(resultsFolder, `${guest.suite}-${guest.iptables}.json`), text)
  writeFileSync(page, flowsPage(readResults()))
  const lines = [`${same} of ${flows} flows went as predicted`, ...misses.slice(0, 20)]
  return { ok: misses.length === 0, lines, passed: same, failed: flows - same, skipped: 0 }
}
