import { fstatSync, statSync } from 'node:fs'
import { needed } from './capability.ts'
import type { FoundNamespace } from './discover.ts'
import { inNamespace, type Synchronous } from './enter.ts'
import { close, openReadOnly, SystemCallError } from './libc.ts'
import { Unreadable } from './source-log.ts'

/** A namespace that is held open for the time of one reading. */
export type OpenNamespace = {
  readonly fd: number
  /** Runs `inside` in the namespace; in our own one without any move, which needs no capability. */
  enter<Result>(inside: () => Synchronous<Result>): Result
  close(): void
}

/**
 * Opens a namespace by the first of its files and processes that still leads to it. Names and pids are reused, so each
 * is checked against the inode that discovery saw.
 *
 * @throws Unreadable `gone` when none leads there any more, `forbidden` when none may be opened; SystemCallError when no
 *   descriptor is left
 */
export function openNamespace(found: FoundNamespace): OpenNamespace {
  let refused: string | undefined
  for (const path of [...found.paths, ...found.pids.map(pid => `/proc/${pid}/ns/net`)]) {
    let fd: number
    try {
      fd = openReadOnly(path)
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      // No descriptor left says nothing about the namespace.
      if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error
      if (error.code === 'EACCES' || error.code === 'EPERM') refused = `${path}: ${error.code}`
      continue
    }
    if (`net:[${fstatSync(fd).ino}]` === found.id) return enterable(fd, found.id)
    close(fd)
  }
  if (refused) throw new Unreadable('forbidden', `${refused}: needs ${needed('CAP_SYS_PTRACE')}`)
  throw new Unreadable('gone', 'vanished since it was found')
}

/** The namespace that the thread is in, always: nothing but `inNamespace` moves it, and that comes back. */
let own: string | undefined

function enterable(fd: number, id: string): OpenNamespace {
  own ??= `net:[${statSync('/proc/thread-self/ns/net').ino}]`
  const isOwn = own === id
  return {
    fd,
    enter: <Result>(inside: () => Synchronous<Result>): Result =>
      isOwn ? inside() : inNamespace<Result>(fd, inside),
    close: () => close(fd),
  }
}
