import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningTerminal } from '../scripts/terminal.ts'
import { openProgram } from './program.ts'
import { ms, quantile, type Result, type Subject } from './result.ts'
import { makeRows, removeRows } from './rows.ts'
import { isUseful } from './start.ts'

const presses = 200
const routes = 5_000

/** From a key to the moved selection, in the list of namespaces and in a list of 5,000 routes. */
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
  await terminal.until(rows => position(rows).startsWith('1 of '))
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
