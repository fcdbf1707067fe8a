/** The collector's thread: watches, and posts what it reads. */
import { parentPort, workerData } from 'node:worker_threads'
import { tidyMemory } from '../../util/memory.ts'
import type { DiscoverOptions } from './discover.ts'
import { trimMemory } from './libc.ts'
import { startWatch } from './watch.ts'
import type { WatchCommand, WatchEvent } from './watch-events.ts'

const port = parentPort
if (!port) throw new Error('the collector runs as a worker thread')

/**
 * What is told within this time goes over in one message: rows that share values share them over there too, and the
 * screen is not drawn more often anyway.
 */
const POST_MS = 100

let batch: WatchEvent[] = []
let postedAt = Number.NEGATIVE_INFINITY
let posting: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined

function post(): void {
  const events = batch
  batch = []
  posting = undefined
  postedAt = performance.now()
  port?.postMessage(events)
  if (events.some(({ kind }) => kind === 'settled')) tidySoon()
}

function postWithin(milliseconds: number): void {
  const rest = Math.max(0, milliseconds)
  const at = performance.now() + rest
  if (posting && posting.at <= at) return
  clearTimeout(posting?.timer)
  posting = { at, timer: setTimeout(post, rest) }
}

/** Namespaces that were read since memory was given back; a few leave nothing behind that is worth it. */
let readCount = 0
const MANY = 100
const TIDY_MS = 1000

function tidySoon(): void {
  const isWorthIt = readCount >= MANY
  // What trickles in afterwards never adds up to a burst.
  readCount = 0
  if (!isWorthIt) return
  setTimeout(() => {
    tidyMemory()
    trimMemory()
  }, TIDY_MS).unref()
}

const command = startWatch(workerData as DiscoverOptions & { timeoutMs?: number }, event => {
  if (event.kind === 'read') readCount++
  batch.push(event)
  // Names alone are not worth a frame; the first rows are, at once.
  if (event.kind !== 'found') postWithin(postedAt + POST_MS - performance.now())
  else postWithin(POST_MS)
})
port.on('message', (message: WatchCommand) => {
  command(message)
  // With its timers, sockets and watches closed, a closed port lets the thread end by itself.
  if (message.kind !== 'stop') return
  clearTimeout(posting?.timer)
  port.close()
})
