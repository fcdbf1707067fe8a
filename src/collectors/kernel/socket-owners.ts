import { readdirSync, readlinkSync } from 'node:fs'
import { isCode } from '../../util/errors.ts'
import { processName } from './processes.ts'

export type SocketOwner = { readonly pid: number; readonly name: string }

export type SocketOwners = {
  /** Processes that hold a socket, by its inode, pids ascending. Inodes of sockets are unique on a node. */
  readonly owners: ReadonlyMap<string, readonly SocketOwner[]>
  /** Processes whose descriptors may not be read (needs CAP_SYS_PTRACE); a socket without an owner may be theirs. */
  readonly hidden: number
}

/**
 * Who holds these sockets. It walks the descriptors of every process (milliseconds to seconds on a busy node), so it is
 * for a question of the user's, not for every pass.
 *
 * @param inodes decimal strings, as `Socket.inode`
 */
export function socketOwners(inodes: ReadonlySet<string>): SocketOwners {
  const owners = new Map<string, SocketOwner[]>()
  let hidden = 0
  for (const pid of processIds()) {
    try {
      const held = heldSockets(pid, inodes)
      if (held.size === 0) continue
      const name = processName(pid)
      if (name === undefined) continue
      for (const inode of held) {
        const known = owners.get(inode)
        if (known) known.push({ pid, name })
        else owners.set(inode, [{ pid, name }])
      }
    } catch (error) {
      // ENOENT, ESRCH: it ended meanwhile.
      if (isCode(error, 'EACCES') || isCode(error, 'EPERM')) hidden++
    }
  }
  return { owners, hidden }
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}

function heldSockets(pid: number, inodes: ReadonlySet<string>): Set<string> {
  const directory = `/proc/${pid}/fd`
  const held = new Set<string>()
  for (const descriptor of readdirSync(directory)) {
    let link: string
    try {
      link = readlinkSync(`${directory}/${descriptor}`)
    } catch {
      continue // Closed meanwhile.
    }
    if (!link.startsWith('socket:[')) continue
    const inode = link.slice('socket:['.length, -1)
    if (inodes.has(inode)) held.add(inode)
  }
  return held
}
