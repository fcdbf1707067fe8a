/** Boots a guest, runs one command in it and gives back how it ended. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { LabError } from '../run.ts'
import { exitStatus, requireNamespaces, spawnContained } from './contained.ts'
import { allowedCpus, quietestCpu } from './cpus.ts'
import { kernel } from './kernel.ts'
import { requirePackages, say } from './programs.ts'
import { qemuKernel } from './qemu-kernel.ts'
import { rootTree } from './root-tree.ts'
import type { Suite } from './suites.ts'

export const repository = realpathSync(resolve(import.meta.dirname, '../..'))

export type Iptables = 'legacy' | 'nft'

/** User-mode Linux, or qemu without KVM: the same root tree, ten times as slow, on machines where the first does not run. */
export type Machine = 'user-mode Linux' | 'qemu'

export type GuestOptions = {
  readonly suite: Suite
  /** User-mode Linux when left out, and qemu where that does not come up. */
  readonly machine?: Machine
  /** Brings a swarm of a manager and so many workers up before the command; none when left out. */
  readonly workers?: number
  /** Which iptables Docker finds in the guest. */
  readonly iptables: Iptables
  /** Such as `2G`. */
  readonly memory: string
  /** Seconds until the guest is ended. */
  readonly timeout: number
  /** Folders to show at the same path in the guest: `rw` ones bring files back. */
  readonly shares: readonly { readonly folder: string; readonly mode: 'ro' | 'rw' }[]
  /** Environment of the command; the host's is not passed on. */
  readonly env: Readonly<Record<string, string>>
  /** The host's processor to run on; the quietest when left out. */
  readonly cpu?: number
  readonly signal?: AbortSignal
}

/** Exit statuses that are the guest's, not its command's. */
export const timedOut = 124
export const guestFailed = 125

/**
 * How many times as long as on a machine of its own the swarm's driver waits for things that do not come: other work beside a guest
 * makes it as slow, and what comes is never waited for any longer.
 */
const patience: Readonly<Record<Machine, number>> = { 'user-mode Linux': 3, qemu: 6 }

/**
 * Runs `command` in a fresh guest with the repository as working directory; its output goes to ours.
 *
 * @returns the command's exit status; `timedOut` or `guestFailed`, after the reason was said on stderr
 * @throws LabError when no guest can be made here
 */
export async function runInGuest(command: readonly string[], options: GuestOptions): Promise<number> {
  if (process.getuid?.() !== 0) throw new LabError('a guest needs root, for namespaces and mounts')
  if (process.arch !== 'x64')
    throw new LabError(`user-mode Linux needs an x86-64 machine, and this is ${process.arch}`)
  requirePackages(['util-linux', 'mount', 'bash'])
  requireNamespaces()
  const tree = await rootTree(options.suite, options.signal)
  const first = await boot(options.machine ?? 'user-mode Linux', tree, command, options)
  if (first.hasStarted) return first.status
  const end = `the end of its console:\n${first.console.slice(-4_000)}`
  if (options.machine !== undefined) {
    say(`${options.machine} did not come up; ${end}`)
    return guestFailed
  }
  say(`user-mode Linux does not come up here, so this goes on in qemu, which is slow; ${end}`)
  return (await boot('qemu', tree, command, options)).status
}

/** Whether user-mode Linux comes up on this machine: tried, with a command that does nothing. Takes two seconds. */
export async function userModeLinuxRuns(suite: Suite): Promise<boolean> {
  const options = { suite, iptables: 'legacy', memory: '512M', timeout: 60, shares: [], env: {} } as const
  const { status } = await boot('user-mode Linux', await rootTree(suite), ['true'], options)
  return status === 0
}

type Boot = { readonly status: number; readonly hasStarted: boolean; readonly console: string }

async function boot(
  machine: Machine,
  tree: string,
  command: readonly string[],
  options: GuestOptions,
): Promise<Boot> {
  const settings = machine === 'qemu' ? await qemuSettings(options) : await userModeSettings(options)
  options.signal?.throwIfAborted()
  const shares = [{ folder: repository, mode: 'scratch' }, ...options.shares.map(checkedShare)]
  const env = { CNMTOP_GUEST_PATIENCE: String(patience[machine]), ...options.env }
  const child = spawnContained(['bash', join(import.meta.dirname, 'boot.sh')], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      ...settings,
      GUEST_TREE: join(tree, 'tree'),
      GUEST_INSIDE: join(import.meta.dirname, 'inside'),
      GUEST_MEMORY: options.memory,
      GUEST_SETTINGS: `IPTABLES=${options.iptables}`,
      GUEST_SHARES: shares.map(({ folder, mode }) => `${mode}|${folder}`).join('\n'),
      GUEST_COMMAND: commandScript(command, { ...options, env }),
    },
    signal: options.signal,
  })
  const [console, output, errors] = [3, 4, 5].map(fd => child.stdio[fd] as Readable)
  output!.pipe(process.stdout, { end: false })
  errors!.pipe(process.stderr, { end: false })
  const consoleText = text(console!)

  const ended = exitStatus(child)
  const late = AbortSignal.timeout(options.timeout * 1_000)
  const stop = (): void => void child.kill('SIGKILL')
  late.addEventListener('abort', stop)
  const status = await ended
  late.removeEventListener('abort', stop)
  options.signal?.throwIfAborted()
  if (late.aborted) {
    say(`ended after ${options.timeout} s, the time limit`)
    return { status: timedOut, hasStarted: true, console: '' }
  }
  const heard = await consoleText
  const last = heard.trimEnd().split('\n').at(-1)
  if (last === 'command ended') return { status, hasStarted: true, console: heard }
  const hasStarted = last !== 'not started'
  if (hasStarted) say(`the guest ended without a result; the end of its console:\n${heard.slice(-4_000)}`)
  return { status: guestFailed, hasStarted, console: heard }
}

/** What boot.sh is told of a machine. */
async function userModeSettings({ cpu, signal }: GuestOptions): Promise<Record<string, string>> {
  return {
    GUEST_MACHINE: 'user_mode_linux',
    GUEST_KERNEL: await kernel(signal),
    GUEST_CPU: String(cpu ?? (await quietestCpu())),
    // On a lone processor, the launcher needs its turn too.
    GUEST_REALTIME: allowedCpus().length > 1 ? 'yes' : 'no',
  }
}

async function qemuSettings({ signal }: GuestOptions): Promise<Record<string, string>> {
  requirePackages(['qemu-system-x86'])
  return {
    GUEST_MACHINE: 'qemu',
    GUEST_KERNEL: await qemuKernel(signal),
    GUEST_CPUS: String(Math.min(2, allowedCpus().length)),
  }
}

function checkedShare({ folder, mode }: { folder: string; mode: string }): { folder: string; mode: string } {
  const path = resolve(folder)
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new LabError(`not a folder: ${folder}`)
  if (/[|\n]/.test(path)) throw new LabError(`cannot be shared, for its name: ${folder}`)
  // The guest's memory lies there, in a file system of its own.
  if (`${path}/`.startsWith('/dev/shm/'))
    throw new LabError(`cannot be shared, as it is in /dev/shm: ${folder}`)
  return { folder: path, mode }
}

/** What the guest's init runs: the command in the repository, with the repository's Node. */
function commandScript(command: readonly string[], { env, workers }: GuestOptions): string {
  const assignments = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`)
  const path = `export PATH=${quote(join(repository, 'node_modules/.bin'))}:$PATH`
  const swarm = workers === undefined ? '' : `node lab/swarm/up.ts ${workers} || exit ${guestFailed}`
  const lines = [
    path,
    ...assignments,
    `cd ${quote(repository)}`,
    swarm,
    `exec ${command.map(quote).join(' ')}`,
  ]
  return lines.join('\n')
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
