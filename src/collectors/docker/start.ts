import { Worker } from 'node:worker_threads'
import { errorMessage } from '../../util/errors.ts'
import type { DockerPart } from './ask.ts'
import { type DockerReading, nothing } from './collect.ts'
import type { WorkerData } from './worker.ts'

export type OnceOptions = {
  /** `--docker-host`; what the environment says when left out. */
  readonly dockerHost?: string | undefined
  /** How long one call may take, in milliseconds. */
  readonly callMs?: number | undefined
  /** What to read; everything when left out. */
  readonly parts?: readonly DockerPart[] | undefined
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
 */
export function startDockerOnce({ parts, ...options }: OnceOptions): DockerQuestion {
  const worker = startDockerWorker({ mode: 'once', parts, ...options })
  const reading = new Promise<DockerReading>(resolve => {
    const fail = (sentence: string): void => {
      const reason = `asking the daemon failed: ${sentence}`
      resolve(nothing({ status: 'unavailable', reason, tookMs: 0 }, parts && new Set(parts)))
    }
    worker.once('message', (answer: DockerReading) => {
      resolve(answer)
      // What still hangs in there, a half-open connection for one, must not hold the program.
      void worker.terminate()
    })
    worker.once('error', error => fail(errorMessage(error)))
    worker.once('exit', code => fail(`the thread ended with code ${code}`))
  })
  return { reading, cancel: () => void worker.terminate() }
}

export function startDockerWorker(workerData: WorkerData): Worker {
  return new Worker(workerUrl(), { workerData })
}

/** The bundle has the worker beside it; from the sources, Node runs the TypeScript file itself. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './docker-worker.js', import.meta.url)
}
