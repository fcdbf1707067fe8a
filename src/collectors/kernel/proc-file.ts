import { close, openReadOnly, openReadOnlyAt, read, SystemCallError } from './libc.ts'

const buffer = Buffer.alloc(64 * 1024)

/**
 * The text of a file of /proc or /proc/sys, by the calling thread: inside `inNamespace` that is the namespace's own.
 * Paths below /proc/net have to be spelt /proc/thread-self/net, as /proc/net shows the namespace of the main thread.
 *
 * Undefined when the file is not there: this kernel, or this namespace, has no such thing.
 *
 * @throws SystemCallError for every other refusal
 */
export function readProcFile(path: string): string | undefined {
  return readWhole(() => openReadOnly(path))
}

/**
 * The same for a file of /proc/net, by its name. The directory is opened once a thread, as it shows the namespace that the thread is
 * in at each look-up (proc_tgid_net_lookup in proc_net.c): the way to it is longer than all the rest.
 */
export function readNetFile(name: string): string | undefined {
  const directory = (netDirectory ??= openReadOnly('/proc/thread-self/net'))
  return readWhole(() => openReadOnlyAt(directory, name))
}

let netDirectory: number | undefined

function readWhole(open: () => number): string | undefined {
  let fd: number
  try {
    fd = open()
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    let text = ''
    for (;;) {
      const length = read(fd, buffer)
      if (length === 0) return text
      text += buffer.toString('latin1', 0, length)
    }
  } finally {
    close(fd)
  }
}
