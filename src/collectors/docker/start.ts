import { Worker } from 'node:worker_threads'
import { errorMessage } from '../../util/errors.ts'
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
    onEnd(worker, reason => resolve(nothing({ status: 'unavailable', reason, tookMs: 0 }, new Set(parts))))
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

/** Starts a thread that keeps what a daemon tells up to date, and calls `changed` after each change. */
export function startDockerLive(options: StartOptions, changed: () => void): LiveDocker {
  const worker = startWorker({ mode: 'live', ...options })
  const receive = createReceiver()
  let current: DockerReading = { docker: undefined, sources: [] }
  let isStopping = false
  function show(reading: DockerReading): void {
    current = reading
    changed()
  }
  worker.on('message', (message: DockerMessage) => {
    const reading = receive(message)
    if (reading) show(reading)
  })
  onEnd(worker, reason => {
    if (isStopping) return
    // What it told last stays, and gets old.
    const { sources } = nothing({ status: 'unavailable', reason, tookMs: 0 })
    show({ docker: current.docker, sources })
  })
  return {
    reading: () => current,
    refresh: () => worker.postMessage('refresh' satisfies WorkerCommand),
    async stop() {
      isStopping = true
      await worker.terminate()
    },
  }
}

function onEnd(worker: Worker, tell: (reason: string) => void): void {
  worker.once('error', error => tell(`asking the daemon failed: ${errorMessage(error)}`))
  // With 0 it had nothing to do any more, and has said why.
  worker.once('exit', code => {
    if (code !== 0) tell(`asking the daemon failed: the thread ended with code ${code}`)
  })
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
