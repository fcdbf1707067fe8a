/**
 * A process for a namespace: listens on ports under a name, as a task's nginx or the daemon would. It answers HTTP with its
 * name and its own address, and prints one line when it listens.
 *
 *     node lab/task.ts NAME HOST PORT...
 */
import { createServer } from 'node:http'

const [name = 'task', host = '0.0.0.0', ...ports] = process.argv.slice(2)
process.title = name

await Promise.all(
  ports.map(
    port =>
      new Promise<void>((done, fail) => {
        createServer((request, response) => {
          response.setHeader('content-type', 'text/plain')
          response.end(`${name} at ${request.socket.localAddress}\n`)
        })
          .once('error', fail)
          .listen(Number(port), host, done)
      }),
  ),
)
process.stdout.write('listening\n')
// Whoever started it reads that line and goes; the process stays.
process.stdout.on('error', () => {})
