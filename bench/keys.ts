import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningTerminal } from '../scripts/terminal.ts'
import { openProgram } from './program.ts'
import { makeRows, removeRows } from './rows.ts'
import { ms, quantile, type Result, type Subject } from './result.ts'
import { isUseful } from './start.ts'

const presses = 200
const rows = 5_000

/** From a key to the changed screen, in the list of namespaces and in a list of 5,000 routes. */
export async function measureKeys({ netnsDir }: Subject): Promise<Result[]> {
  const long = await makeRows(rows)
  const terminal = openProgram(netnsDir, long.netnsDir)
  try {
    await terminal.until(isUseful, 30_000)
    await sleep(2_000)
    const inNamespaces = await pressOften(terminal, 'j', 'k')
    // G goes to the last namespace; the long one is found by its name.
    terminal.type(`/${long.name}\r`)
    await terminal.until(screen => screen.some(row => row.includes(long.name)), 10_000)
    await sleep(500)
    terminal.type('\t')
    await sleep(200)
    terminal.type(']')
    await sleep(200)
    terminal.type(']')
    await terminal.until(screen => screen.filter(row => row.includes('blackhole')).length > 5, 10_000)
    const inRoutes = await pressOften(terminal, 'j', 'k')
    return [
      told('key to paint, list of namespaces', inNamespaces),
      told(`key to paint, ${rows} routes`, inRoutes),
    ]
  } finally {
    await terminal.close()
    await removeRows(long)
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

/** Presses a key many times, each after the paint of the one before, and goes back at the ends. */
async function pressOften(terminal: RunningTerminal, down: string, up: string): Promise<number[]> {
  const took: number[] = []
  for (let press = 0; press < presses; press++) {
    const before = terminal.text().join('\n')
    const started = performance.now()
    terminal.type(press % 100 < 50 ? down : up)
    await terminal.until(screen => screen.join('\n') !== before, 5_000)
    took.push(performance.now() - started)
    await sleep(20)
  }
  return took
}
