/** Which of the host's processors a guest runs on. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Of the processors that we may use, the one with the fewest guests, and of these the one that idles most. User-mode Linux
 * runs one of the guest's processes at a time; when the host moves them between processors, each system call costs five
 * times as much.
 */
export async function quietestCpu(): Promise<number> {
  const before = idleTimes()
  await sleep(300)
  const after = idleTimes()
  const idle = (cpu: number): number => (after.get(cpu) ?? 0) - (before.get(cpu) ?? 0)
  return chooseCpu(allowedCpus(), guestCpus(), idle)
}

/** @param guests processors of the processes of guests that run. @param idle how long a processor did nothing */
export function chooseCpu(
  allowed: readonly number[],
  guests: readonly number[],
  idle: (cpu: number) => number,
): number {
  const guestsOn = (cpu: number): number => guests.filter(each => each === cpu).length
  return allowed.toSorted((a, b) => guestsOn(a) - guestsOn(b) || idle(b) - idle(a))[0] ?? 0
}

/** The processors of the guests that run: two on one starve each other while another idles. A guest is many processes. */
function guestCpus(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && isGuest(`/proc/${name}`))
    .flatMap(name => allowedCpus(`/proc/${name}/status`))
}

/** By the name that boot.sh gives the kernel. */
function isGuest(folder: string): boolean {
  return readOrEmpty(`${folder}/cmdline`).startsWith('cnmtop-guest\0')
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It has just ended.
    return ''
  }
}

/** The host's processors that a process may use, this one when left out. */
export function allowedCpus(status = '/proc/self/status'): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readOrEmpty(status))?.[1]
  if (list === undefined) return []
  return list.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** Idle time of each processor since boot, in clock ticks (proc(5), /proc/stat). */
function idleTimes(): Map<number, number> {
  const lines = readFileSync('/proc/stat', 'utf8').matchAll(/^cpu(\d+) \d+ \d+ \d+ (\d+)/gm)
  return new Map(Array.from(lines, ([, cpu, idle]) => [Number(cpu), Number(idle)]))
}
