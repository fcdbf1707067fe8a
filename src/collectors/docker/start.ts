import { Worker } from 'node:worker_threads'
import { formatDuration } from '../../util/format.ts'
import { keepThread, whenEnded } from '../kept-thread.ts'
import type { DockerPart } from './ask.ts'
import { type DockerReading, nothing } from './collect.ts'
import { createReceiver, type DockerMessage } from './delta.ts'
import type { WorkerCommand, WorkerData } from './worker.ts'

export type StartOptions = {
  /** `--docker-host`; what the environment says when left out. */
  readonly dockerHost?: string | undefined
  /** How long one call may take, in milliseconds. */
  readonly callMs?: number | undefined
}

/** A question that is on its way. */
export type DockerQuestion = {
  /** Never rejects: what went wrong stands in the sources. */
  readonly reading: Promise<DockerReading>
  /** Nobody waits for the answer any more. */
  readonly cancel: () => void
}

/**
 * Reads the daemon once, in a thread of its own: reading the kernel holds this one, and time limits would pass meanwhile. The
 * thread runs when this returns, so start it first and wait for it last.
 *
 * @param parts what to read
 */
export function startDockerOnce(options: StartOptions, parts: readonly DockerPart[]): DockerQuestion {
  const worker = startWorker({ mode: 'once', parts, ...options })
  const reading = new Promise<DockerReading>(resolve => {
    worker.once('message', (answer: DockerReading) => {
      resolve(answer)
      // What still hangs in there, a half-open connection for one, must not hold the program.
      void worker.terminate()
    })
    whenEnded(worker, why => {
      const reason = `${FAILED}: ${why}`
      resolve(nothing({ status: 'unavailable', reason, tookMs: 0 }, new Set(parts)))
    })
  })
  return { reading, cancel: () => void worker.terminate() }
}

/** A daemon that is kept an eye on. Everything returns at once. */
export type LiveDocker = {
  /** What it told last; without sources until it was asked for the first time. */
  readonly reading: () => DockerReading
  readonly refresh: () => void
  /** Resolves when its thread is gone. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a thread that keeps what a daemon tells up to date, and calls `changed` after each change. A thread that breaks is started
 * again; what was told last stays meanwhile, and the sources say why it is old.
 *
 * @param start starts the thread
 * @param restartMs how long after its first end it is started again
 */
export function startDockerLive(
  options: StartOptions,
  changed: () => void,
  start: () => Worker = () => startWorker({ mode: 'live', ...options }),
  restartMs?: number,
): LiveDocker {
  let current: DockerReading = { docker: undefined, sources: [] }

  function show(reading: DockerReading): void {
    current = reading
    changed()
  }

  function begun(worker: Worker): void {
    const before = current.docker
    const receive = createReceiver()
    worker.on('message', (message: DockerMessage) => {
      const reading = receive(message)
      if (reading) show({ ...reading, docker: withOlder(reading, before) })
    })
  }

  function ended(why: string, waitMs: number): void {
    const reason = `${FAILED}: ${why}; asking again in ${formatDuration(waitMs)}`
    const { sources } = nothing({ status: 'unavailable', reason, tookMs: 0 })
    show({ docker: current.docker, sources })
  }

  const thread = keepThread(start, begun, ended, restartMs)
  return {
    reading: () => current,
    refresh() {
      if (!thread.hurry()) thread.post('refresh' satisfies WorkerCommand)
    },
    async stop() {
      await thread.leave()?.terminate()
    },
  }
}

const FAILED = 'asking the daemon failed'

/** What a new thread has not asked for yet is what the one before it told. */
function withOlder(
  { docker, sources }: DockerReading,
  before: DockerReading['docker'],
): DockerReading['docker'] {
  if (!docker || !before) return docker ?? before
  const asked = new Set(sources.map(({ source }) => source))
  const older = Object.entries(before).filter(([part]) => !asked.has(`docker.${part}`))
  return { ...Object.fromEntries(older), ...docker }
}

/** The bundle has the worker beside it; from the sources, Node runs the TypeScript file itself. */
function startWorker(workerData: WorkerData): Worker {
  const isSource = import.meta.url.endsWith('.ts')
  return new Worker(new URL(isSource ? './worker.ts' : './docker-worker.js', import.meta.url), {
    workerData,
    // Answers are garbage as soon as they are posted: they must not pile up first.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
}
