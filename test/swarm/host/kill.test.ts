import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { waitFor } from '../../../lab/swarm/exec.ts'
import { seededRandom } from '../../oracle/random.ts'
import { seed } from '../../support/seed.ts'

const launcher = join(import.meta.dirname, '../../../lab/guest/run.ts')
const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'] as const

/** What killed runs leave in files; those are no harm, and go with the test. */
const scratch = mkdtempSync(join(tmpdir(), 'cnmtop-kill-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** All processes, with the namespaces that each is in. */
function processes(): Map<number, string[]> {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return new Map(pids.map(pid => [Number(pid), kinds.flatMap(kind => linkOf(`/proc/${pid}/ns/${kind}`))]))
}

function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    // A process that has just ended.
    return []
  }
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
  } catch {
    return false
  }
}

/** Namespaces that are not ours, of processes that carry the mark. */
function markedNamespaces(mark: string): string[] {
  const ours = new Set(processes().get(process.pid))
  return [...processes()].flatMap(([pid, namespaces]) =>
    isMarked(pid, mark) ? namespaces.filter(id => !ours.has(id)) : [],
  )
}

/** What a killed run has left on this machine. */
function remains(mark: string, namespaces: ReadonlySet<string>): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return [
    ...[...processes()]
      .filter(([pid, ids]) => isMarked(pid, mark) || ids.some(id => namespaces.has(id)))
      .map(([pid]) => `process ${pid}`),
    ...mounts.filter(line => line.includes('cnmtop-guest') || [...namespaces].some(id => line.includes(id))),
  ]
}

/** The program to kill, which each time is all that is killed. */
const victims = {
  'the launcher': (launcherPid: number) => launcherPid,
  'its child': (launcherPid: number) => {
    const child = readFileSync(`/proc/${launcherPid}/task/${launcherPid}/children`, 'utf8').split(' ')[0]
    return child ? Number(child) : launcherPid
  },
}

/** Milliseconds after the first namespaces were seen; undefined is before there are any. */
const moments = [undefined, 0, 20, 100, 300, 1_000, 5_000]

const cases = [
  ...moments.map(moment => ['SIGKILL', 'the launcher', moment] as const),
  ...[undefined, 0, 1_000].map(moment => ['SIGTERM', 'the launcher', moment] as const),
  ['SIGINT', 'the launcher', 1_000] as const,
  ...[0, 1_000].map(moment => ['SIGKILL', 'its child', moment] as const),
]

test.each(cases)('%s to %s, %s ms after it began, leaves nothing behind', async (signal, victim, moment) => {
  const run = start([process.execPath, launcher, '--workers', '1', '--', 'sleep', '60'])
  if (moment !== undefined) {
    await waitFor(() => (run.look(), run.namespaces.size > 0 ? undefined : 'no namespaces yet'), {
      everyMs: 2,
    })
    await run.lookFor(moment)
  }
  process.kill(victims[victim](run.pid), signal)
  expect(await run.leaves()).toEqual([])
})

/** Milliseconds: ten such steps from the call of npm are well into a swarm's first services. */
const step = 2_500
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const
const random = seededRandom(seed)
const randomCases = Array.from(
  { length: 10 },
  (_, index) => [signals[index % signals.length]!, index * step + random.int(0, step)] as const,
)

// The faults, as the tests in the guest would come here again.
test.each(randomCases)(
  `%s to npm run test:swarm, %s ms after it was called, leaves nothing behind (CNMTOP_SEED=${seed})`,
  async (signal, moment) => {
    const run = start(['npm', 'run', 'test:swarm', '--', '--faults'])
    await run.lookFor(moment)
    process.kill(run.pid, signal)
    expect(await run.leaves()).toEqual([])
  },
)

type Run = {
  readonly pid: number
  /** Namespaces of its processes that were seen. */
  readonly namespaces: ReadonlySet<string>
  look(): void
  /** Looks for some milliseconds, or until it ends. */
  lookFor(milliseconds: number): Promise<void>
  /** What is left of it on this machine once it has ended and nothing goes away any more. */
  leaves(): Promise<string[]>
}

/** Starts a program whose every descendant carries a mark in its environment. */
function start([program = '', ...args]: readonly string[]): Run {
  const value = `${process.pid}-${Math.random()}`
  const mark = `CNMTOP_TEST_MARK=${value}`
  // Nothing stays if this test is killed itself.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    env: { ...process.env, CNMTOP_TEST_MARK: value, TMPDIR: scratch },
    stdio: 'ignore',
  })
  let isOver = false
  const ended = once(child, 'exit')
  child.once('exit', () => {
    isOver = true
  })
  const namespaces = new Set<string>()
  const look = (): void => {
    for (const id of markedNamespaces(mark)) namespaces.add(id)
  }
  return {
    pid: child.pid!,
    namespaces,
    look,
    async lookFor(milliseconds) {
      for (const end = performance.now() + milliseconds; performance.now() < end && !isOver; await sleep(20))
        look()
    },
    async leaves() {
      await ended
      // A process that is just starting a program shows nothing of itself for a moment, so one clean look is not enough.
      let clean = 0
      const still = (): string | undefined => {
        const left = remains(mark, namespaces)
        clean = left.length === 0 ? clean + 1 : 0
        return clean === 5 ? undefined : left.join('\n') || 'nothing, for now'
      }
      await waitFor(still, { seconds: 20 })
      return remains(mark, namespaces)
    },
  }
}
