import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningTerminal } from '../scripts/terminal.ts'
import { saveSnapshot } from '../src/snapshot/file.ts'
import { openProgram, openSnapshot } from './program.ts'
import { measureOtherKeys, measureViewKeys } from './other-keys.ts'
import { ms, quantile, type Result, type Subject } from './result.ts'
import { makeRows, removeRows } from './rows.ts'
import { isUseful } from './start.ts'
import { syntheticSwarm } from './synthetic-swarm.ts'

const presses = 200
const routes = 5_000

const swarm = { sandboxes: 1000, overlaysOfTask: 4, overlays: 20, services: 50, realServers: 10 }

/** Views of the graph, and what their lists hold of that swarm at least. */
const graphViews = [
  { view: 'overview', rows: 1000, what: 'overview, 1,000 services' },
  { view: 'sandboxes', rows: 1000, what: 'sandboxes' },
  { view: 'endpoints', rows: 5000, what: 'endpoints' },
  { view: 'balancing', rows: 10_000, what: 'real servers' },
] as const

/** From a key to the moved selection in the views of a large graph: 1,000 sandboxes, 5,000 endpoints, 10,000 real servers. */
async function inGraph(): Promise<Result[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-bench-'))
  const file = join(directory, 'swarm.cnm.json')
  try {
    await saveSnapshot(file, syntheticSwarm(swarm))
    const results = [...(await inAllViews(file, 0)), ...(await inAllViews(file, IN_ADVANCE_MS))]
    for (const { view, rows, what } of graphViews) {
      const terminal = openSnapshot(file, view)
      try {
        await terminal.until(text => Number(/\d+$/.exec(position(text))?.[0]) >= rows, 60_000)
        results.push(told(`key to paint, ${what}`, await pressOften(terminal)))
        results.push(...(await measureOtherKeys(terminal, what)))
      } finally {
        await terminal.close()
      }
    }
    return results
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Long enough for all views to be made in advance, while no key is pressed. */
const IN_ADVANCE_MS = 6_000

/** Nothing was looked at before: a view is made when one comes to it, or in advance when nobody came for so long. */
async function inAllViews(file: string, waitMs: number): Promise<Result[]> {
  const terminal = openSnapshot(file, 'trace')
  try {
    await terminal.until(rows => rows.some(row => row.includes('━━ Trace')), 60_000)
    await sleep(waitMs)
    return await measureViewKeys(terminal, `${waitMs / 1000} s after the start`)
  } finally {
    await terminal.close()
  }
}

/** From a key to the moved selection, in the list of namespaces, in a list of 5,000 routes, and in the views of a large graph. */
export async function measureKeys({ netnsDir }: Subject): Promise<Result[]> {
  const long = makeRows(routes)
  const terminal = openProgram(netnsDir, long.netnsDir)
  try {
    await terminal.until(isUseful, 30_000)
    await sleep(2_000)
    const inNamespaces = await pressOften(terminal)

    // The namespace without a container is the last one.
    terminal.type('G')
    await terminal.until(rows => rows.some(row => row.includes(`─ ${long.name} `)))
    // Two tabs on are the routes.
    terminal.type(']')
    await terminal.until(rows => rows.some(row => row.includes('No addresses')))
    terminal.type(']')
    await terminal.until(rows => rows.some(row => row.includes('blackhole')))
    terminal.type('\t')
    await terminal.until(rows => Number(/\d+$/.exec(position(rows))?.[0]) >= routes)
    return [
      told('key to paint, list of namespaces', inNamespaces),
      told(`key to paint, ${routes} routes`, await pressOften(terminal)),
      ...(await inGraph()),
    ]
  } finally {
    await terminal.close()
    removeRows(long)
  }
}

function told(what: string, took: readonly number[]): Result {
  const p95 = quantile(took, 0.95)
  return {
    what: `${what} (median, p95)`,
    measured: `${ms(quantile(took, 0.5))}, ${ms(p95)}`,
    goal: 'p95 under 33 ms',
    met: p95 < 33,
  }
}

/** Goes down and up, each time after the paint of the key before. */
async function pressOften(terminal: RunningTerminal): Promise<number[]> {
  const took: number[] = []
  terminal.type('g')
  await terminal.until(rows => /^[123] of /.test(position(rows)))
  for (let press = 0; press < presses; press++) {
    const before = position(terminal.text())
    const started = performance.now()
    terminal.type(press % 40 < 20 ? 'j' : 'k')
    await terminal.until(rows => position(rows) !== before)
    took.push(performance.now() - started)
    await sleep(20)
  }
  return took
}

/** The footer's end, such as `3 of 49`: where the selection is. */
function position(rows: readonly string[]): string {
  return /\d+ of \d+$/.exec(rows.findLast(row => row !== '') ?? '')?.[0] ?? ''
}
