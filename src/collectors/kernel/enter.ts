import { openReadOnly, setNetworkNamespace } from './libc.ts'

/**
 * The only place that changes the namespace of a thread.
 *
 * `inside` runs with the calling thread in the namespace that `fd` refers to, and the thread is back before this
 * returns. A socket that `inside` opens stays in that namespace; so does a file below /proc/sys/net or
 * /proc/thread-self/net. `inside` is synchronous by type: an `await` would let other code of this thread run in a
 * foreign namespace.
 *
 * A thread that cannot come back would make everything after it a lie, so the process ends in that case.
 *
 * @throws SystemCallError EPERM without CAP_SYS_ADMIN (in the owning user namespace of the target), EINVAL when
 *   `fd` is not of nsfs
 */
export function inNamespace<Result>(fd: number, inside: () => Synchronous<Result>): Result {
  home ??= openReadOnly('/proc/thread-self/ns/net')
  setNetworkNamespace(fd)
  try {
    return inside()
  } finally {
    comeBack(home)
  }
}

/** The way back, opened once a thread: a thread that enters ten thousand namespaces has one home. */
let home: number | undefined

/** Not a promise: code that waits would let others run in the foreign namespace. */
export type Synchronous<Result> = Result extends PromiseLike<unknown> ? never : Result

function comeBack(home: number): void {
  try {
    setNetworkNamespace(home)
  } catch (error) {
    process.stderr.write(`cnmtop: cannot leave a network namespace: ${String(error)}\n`)
    process.abort()
  }
}
