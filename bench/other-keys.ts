import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningTerminal } from '../scripts/terminal.ts'
import { median, ms, type Result } from './result.ts'

/** Keys that do more than move the selection by one, by what they do; one word is typed at once. */
const others: readonly (readonly [string, readonly string[]])[] = [
  ['a page, the end', ['\x1b[6~', '\x1b[6~', 'G', '\x1b[5~', 'g']],
  ['letters of a filter', ['/', 's', 'e', 'r', '\x7f', '\r', '\x1b']],
  ['the order', ['s', 's', 's', 'S', 's', 's']],
  ['Enter and Esc', ['\r', 'j', '\x1b', '\r', '\x1b']],
]

const views = ['1', '2', '3', '4', '5', '6', '7', '8'] as const

/** Nothing was painted for so long: the key is answered. */
const QUIET_MS = 150

/** The processor time that keys take in one view of a snapshot, whatever else the machine does meanwhile. */
export async function measureOtherKeys(terminal: RunningTerminal, what: string): Promise<Result[]> {
  const results: Result[] = []
  for (const [name, keys] of others) results.push(told(`${name}, ${what}`, await pressAll(terminal, keys)))
  return results
}

/** The same of the keys that change the view: its rows are made when one comes there for the first time. */
export async function measureViewKeys(terminal: RunningTerminal, when: string): Promise<Result[]> {
  return [
    told(`another view, the first time, ${when}`, await pressAll(terminal, views)),
    told(`another view, again, ${when}`, await pressAll(terminal, views)),
  ]
}

function told(what: string, took: readonly number[]): Result {
  const most = Math.max(...took)
  return {
    what: `${what}: processor time (median, most)`,
    measured: `${ms(median(took))}, ${ms(most)}`,
    goal: 'under 33 ms',
    met: most < 33,
  }
}

async function pressAll(terminal: RunningTerminal, keys: readonly string[]): Promise<number[]> {
  const took: number[] = []
  for (const key of keys) {
    await quiet(terminal)
    const before = processorMs(terminal.pid)
    terminal.type(key)
    await quiet(terminal)
    took.push(processorMs(terminal.pid) - before)
  }
  return took
}

async function quiet(terminal: RunningTerminal): Promise<void> {
  let paintedAt = performance.now()
  const subscription = terminal.onPaint(() => {
    paintedAt = performance.now()
  })
  while (performance.now() - paintedAt < QUIET_MS) await sleep(QUIET_MS / 5)
  subscription.dispose()
}

/** What all threads of a process took so far. The first number of schedstat is nanoseconds on a processor (proc(5)). */
function processorMs(pid: number): number {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return nanoseconds / 1e6
}
