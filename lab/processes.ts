/** The lab's own processes: one for each sandbox that should have a pid, and one that plays the daemon. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from './home.ts'
import { LabError } from './run.ts'

const program = join(import.meta.dirname, 'task.ts')

export type Listener = {
  /** What the process calls itself. */
  readonly title: string
  /** Path of the namespace's file. */
  readonly netns: string
  readonly host: string
  readonly ports: readonly number[]
}

/** Starts a process inside a namespace and waits until it listens; gives its pid. */
export async function startListener(home: Home, listener: Listener, signal?: AbortSignal): Promise<number> {
  const child = spawn(
    'nsenter',
    [
      `--net=${listener.netns}`,
      process.execPath,
      program,
      listener.title,
      listener.host,
      ...listener.ports.map(String),
    ],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' },
  )
  const { pid } = child
  if (pid === undefined) throw new LabError('nsenter: cannot be started')
  // Before anything else can happen: a pid that is not written down would outlive the lab.
  mkdirSync(pidFolder(home), { recursive: true })
  writeFileSync(join(pidFolder(home), String(pid)), startTime(pid) ?? '')
  await new Promise<void>((done, fail) => {
    let stderr = ''
    child.stdout.once('data', () => done())
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString()
    })
    child.once('error', fail)
    child.once('close', () => fail(new LabError(`${listener.title} in ${listener.netns}: ${stderr.trim()}`)))
    signal?.addEventListener('abort', () => fail(new LabError('interrupted')), { once: true })
  })
  child.stdout.destroy()
  child.stderr.destroy()
  child.unref()
  return pid
}

/** Ends the processes that the lab started, and waits until they are gone. Others, even with the same pid, are left alone. */
export async function endListeners(home: Home): Promise<void> {
  const started = startedListeners(home)
  for (const { pid } of started) process.kill(pid, 'SIGKILL')
  const deadline = Date.now() + 5_000
  while (started.some(({ pid, since }) => startTime(pid) === since)) {
    if (Date.now() > deadline) throw new LabError(`${home.name}: a process of the lab does not end`)
    await sleep(5)
  }
}

/** Processes of the lab that still run. */
export function startedListeners(home: Home): { pid: number; since: string }[] {
  let names: string[]
  try {
    names = readdirSync(pidFolder(home))
  } catch {
    return []
  }
  return names
    .map(name => ({ pid: Number(name), since: readFileSync(join(pidFolder(home), name), 'utf8') }))
    .filter(({ pid, since }) => since !== '' && startTime(pid) === since)
}

function pidFolder(home: Home): string {
  return join(home.path, 'pids')
}

/**
 * When a process started, in clock ticks since boot: with the pid it names one process for good (proc(5), field 22 of
 * /proc/PID/stat). Undefined when the process is gone or a zombie.
 */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in parentheses, and a name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
