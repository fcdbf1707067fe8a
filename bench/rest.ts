import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openProgram } from './program.ts'
import type { Result, Subject } from './result.ts'
import { isSettled } from './start.ts'

/** Clock ticks a second, USER_HZ: 100 on every Linux that Node runs on. */
const USER_HZ = 100

const SETTLE_MS = 60_000
/** Long enough for what is done once a minute. */
const WATCHED_MS = 60_000

/** The program with nothing to do: processor time of all its threads, and resident memory. */
export async function measureRest({ netnsDir }: Subject): Promise<Result[]> {
  const terminal = openProgram(netnsDir)
  try {
    await terminal.until(isSettled, 120_000)
    // What follows the first pass is work, not rest: the graph, the first rounds, memory that is given back.
    await sleep(SETTLE_MS)
    const before = processorSeconds(terminal.pid)
    const started = performance.now()
    await sleep(WATCHED_MS)
    const share = (processorSeconds(terminal.pid) - before) / ((performance.now() - started) / 1000)
    const megabytes = residentMegabytes(terminal.pid)
    return [
      {
        what: 'processor when nothing changes',
        measured: `${(share * 100).toFixed(2)} % of a core`,
        goal: 'under 1 %',
        met: share < 0.01,
      },
      {
        what: 'resident memory',
        measured: `${Math.round(megabytes)} MB`,
        goal: 'under 200 MB',
        met: megabytes < 200,
      },
    ]
  } finally {
    await terminal.close()
  }
}

/** utime and stime of /proc/PID/stat: fields 14 and 15, counted behind the name, which may hold anything. */
function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / USER_HZ
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
