/** The collector's thread: watches, and posts what it reads. */
import { parentPort, workerData } from 'node:worker_threads'
import type { DiscoverOptions } from './discover.ts'
import { startWatch, type WatchCommand } from './watch.ts'

const port = parentPort
if (!port) throw new Error('the collector runs as a worker thread')

const command = startWatch(workerData as DiscoverOptions & { timeoutMs?: number }, event =>
  port.postMessage(event),
)
port.on('message', (message: WatchCommand) => {
  command(message)
  // With its timers, sockets and watches closed, a closed port lets the thread end by itself.
  if (message.kind === 'stop') port.close()
})
