/**
 * Runs programs in process, mount and network namespaces of their own that end with us, however we end.
 *
 * Two ways lead there. The kernel kills `setpriv` and `unshare` with their parent (prctl(2), PR_SET_PDEATHSIG); for the
 * moment before that is set, the first process inside also reads a pipe whose other end only we hold.
 */
import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { LabError, searchPath } from '../run.ts'

const contain = join(import.meta.dirname, 'contain.sh')

/** The file descriptor that `contain.sh` watches. */
const guardFd = 6

type Options = {
  readonly env?: Readonly<Record<string, string>>
  /** Keep the host's network, for downloads. */
  readonly network?: boolean
  /** Descriptors 1 to 5; standard input is empty. */
  readonly stdio: readonly ('inherit' | 'ignore' | 'pipe' | number)[]
  /** Ends everything when it aborts. */
  readonly signal?: AbortSignal | undefined
}

const namespaces = ['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child', '--mount-proc']

/**
 * A container may have root and still no right to this.
 *
 * @throws LabError with what unshare says of it
 */
export function requireNamespaces(): void {
  const command = ['unshare', ...namespaces, '--net', 'true']
  const { status, stderr, error } = spawnSync(command[0]!, command.slice(1), { env: environment() })
  if (error === undefined && status === 0) return
  const words = error?.message ?? stderr.toString().trim()
  throw new LabError(`namespaces of processes, mounts and network cannot be made here: ${words}`)
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath() }
}

/** Starts `command`; killing the child that this gives ends everything that the command started. */
export function spawnContained(command: readonly string[], options: Options): ChildProcess {
  const stdio: StdioOptions = ['ignore', ...options.stdio]
  while (stdio.length < guardFd) stdio.push('ignore')
  stdio.push('pipe')
  const own = options.network ? namespaces : [...namespaces, '--net']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...own, 'bash', contain, ...command], {
    env: { ...environment(), ...options.env },
    stdio,
    cwd: '/',
  })
  const stop = (): void => void child.kill('SIGKILL')
  options.signal?.addEventListener('abort', stop)
  child.once('close', () => options.signal?.removeEventListener('abort', stop))
  if (options.signal?.aborted) stop()
  // It breaks when the other end is killed; nothing is ever written.
  const guard = (child.stdio as readonly unknown[])[guardFd] as Writable | undefined
  guard?.on('error', () => {})
  return child
}

/** The exit status of a child, as a shell counts it. */
export function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
}
