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
  const processes: ProcessNamespace[] = []
  let hidden = 0
  for (const entry of readdirSync('/proc')) {
    const first = entry.charCodeAt(0)
    if (first < 0x30 || first > 0x39) continue
    try {
      const inode = namespaceInode(readlinkSync(`/proc/${entry}/ns/net`))
      if (inode !== undefined) processes.push({ pid: Number(entry), inode })
    } catch (error) {
      // ENOENT, ESRCH: it ended meanwhile, or is a zombie.
      if (isCode(error, 'EACCES') || isCode(error, 'EPERM')) hidden++
    }
  }
  processes.sort((a, b) => a.pid - b.pid)
  return { processes, hidden }
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
