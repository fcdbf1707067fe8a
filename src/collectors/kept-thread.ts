import type { Worker } from 'node:worker_threads'
import { errorMessage } from '../util/errors.ts'

/** A thread that is started again when it ends by itself. */
export type KeptThread = {
  /** Posts to the thread; what is posted while there is none is lost. */
  readonly post: (message: unknown) => void
  /** Starts it at once when it is not there. Returns whether that was so. */
  readonly hurry: () => boolean
  /** Starts none any more. Returns the one that runs, if one does: to end it is left to the caller. */
  readonly leave: () => Worker | undefined
}

/** How long after its end a thread is started again, in milliseconds; twice as long after each further end. */
const RESTART_MS = 1000
const MOST_RESTART_MS = 30_000

/**
 * Starts a thread, and again whenever it breaks.
 *
 * @param start starts the thread
 * @param begun called with each thread as soon as it is started
 * @param ended called after each end, with the reason and in how many milliseconds another one is started
 * @param restartMs how long after its first end it is started again
 */
export function keepThread(
  start: () => Worker,
  begun: (worker: Worker) => void,
  ended: (reason: string, waitMs: number) => void,
  restartMs = RESTART_MS,
): KeptThread {
  let isLeft = false
  let waitMs = restartMs
  let timer: NodeJS.Timeout | undefined
  let worker = begin()

  function begin(): Worker {
    timer = undefined
    const begunAt = performance.now()
    const started = start()
    begun(started)
    whenEnded(started, reason => {
      if (isLeft || started !== worker || timer) return
      if (performance.now() - begunAt > MOST_RESTART_MS) waitMs = restartMs
      const wait = waitMs
      timer = setTimeout(restart, wait).unref()
      waitMs = Math.min(2 * waitMs, MOST_RESTART_MS)
      ended(reason, wait)
    })
    return started
  }

  function restart(): void {
    worker = begin()
  }

  return {
    post: message => worker.postMessage(message),
    hurry() {
      if (timer === undefined) return false
      clearTimeout(timer)
      restart()
      return true
    },
    leave() {
      isLeft = true
      if (timer === undefined) return worker
      clearTimeout(timer)
      return undefined
    },
  }
}

/** Tells why a thread ended; nothing of one that had nothing to do any more. An error is told twice, the second time as an end. */
export function whenEnded(worker: Worker, tell: (reason: string) => void): void {
  worker.once('error', error => tell(errorMessage(error)))
  worker.once('exit', code => {
    if (code !== 0) tell(`the thread ended with code ${code}`)
  })
}
