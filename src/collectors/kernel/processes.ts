import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isCode } from '../../util/errors.ts'

/** A running process, as far as namespaces are concerned. */
export type ProcessNamespace = {
  readonly pid: number
  /** Inode of its network namespace. */
  readonly inode: number
}

export type ProcessWalk = {
  readonly processes: ProcessNamespace[]
  /** Processes whose namespace link may not be read (needs CAP_SYS_PTRACE). */
  readonly hidden: number
}

/**
 * The network namespace of every process that /proc shows, by pid ascending. Threads that left the namespace of
 * their process are not looked for.
 */
export function walkProcesses(): ProcessWalk {
  return watchProcesses().walk()
}

/** How long a young process may still move to another namespace or become another program: container runtimes do. */
const YOUNG_MS = 15_000
/** A process is looked at again this often at least: few ever move, and a pid is used again in time. */
const LOOK_AGAIN_MS = 60_000

export type ProcessWatch = {
  /** The processes of now; looks at new ones, and at old ones now and then. */
  walk(): ProcessWalk
  /** The name of a process of the last walk. */
  nameOf(pid: number): string | undefined
  /** Whether the last walk differed from the one before it. */
  hasChanged(): boolean
}

type Seen = { inode: number | undefined; name: string | undefined; readonly since: number; at: number }

/**
 * `walkProcesses` for those who ask again and again: most processes of a node stay where they are, so only their
 * numbers are listed each time.
 */
export function watchProcesses(clock: () => number = () => performance.now()): ProcessWatch {
  const seen = new Map<number, Seen>()
  let changed = false
  let walks = 0

  function look(pid: number, entry: Seen, now: number): void {
    entry.at = now
    entry.name = undefined
    let inode: number | undefined
    try {
      inode = namespaceInode(readlinkSync(`/proc/${pid}/ns/net`))
    } catch (error) {
      inode = isCode(error, 'EACCES') || isCode(error, 'EPERM') ? HIDDEN : undefined
    }
    if (inode !== entry.inode) changed = true
    entry.inode = inode
  }

  return {
    walk() {
      const now = clock()
      changed = walks++ === 0
      const present = new Set(processNumbers())
      for (const pid of seen.keys()) {
        if (present.has(pid)) continue
        if (seen.get(pid)?.inode !== undefined) changed = true
        seen.delete(pid)
      }
      for (const pid of present) {
        let entry = seen.get(pid)
        if (!entry) seen.set(pid, (entry = { inode: undefined, name: undefined, since: now, at: -Infinity }))
        const isYoung = now - entry.since < YOUNG_MS
        // Spread, so that a thousand processes are not all looked at again in the same walk.
        if (isYoung || now - entry.at > LOOK_AGAIN_MS - (pid % 16) * 1000) look(pid, entry, now)
      }
      const processes: ProcessNamespace[] = []
      let hidden = 0
      for (const [pid, { inode }] of seen) {
        if (inode === HIDDEN) hidden++
        else if (inode !== undefined) processes.push({ pid, inode })
      }
      processes.sort((a, b) => a.pid - b.pid)
      return { processes, hidden }
    },
    nameOf(pid) {
      const entry = seen.get(pid)
      if (!entry) return processName(pid)
      return (entry.name ??= processName(pid))
    },
    hasChanged: () => changed,
  }
}

/** Stands for a namespace that may not be seen. */
const HIDDEN = -1

function processNumbers(): number[] {
  return readdirSync('/proc').filter(startsWithDigit).map(Number)
}

function startsWithDigit(entry: string): boolean {
  const first = entry.charCodeAt(0)
  return first >= 0x30 && first <= 0x39
}

/** 4026532281 of `net:[4026532281]`. */
export function namespaceInode(link: string): number | undefined {
  const match = /^net:\[(\d+)\]$/.exec(link)
  return match ? Number(match[1]) : undefined
}

/** The process's own name (`comm`, at most 15 bytes), or undefined when it ended. */
export function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/\n$/, '')
  } catch {
    return undefined
  }
}

/** argv of a process; empty for kernel threads and processes that ended. */
export function processArguments(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}
