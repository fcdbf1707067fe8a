import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the fake engine does with a call: answers it, or something else. */
export type Reply =
  | { readonly status: number; readonly body?: unknown }
  /** Never answers. */
  | 'hang'
  /** Takes the request, and closes the connection without a word. */
  | 'break'
  /** The head of an answer and half of its body, then the connection ends. */
  | { readonly cut: number; readonly body: unknown }

export type Call = { readonly method: string; readonly path: string; readonly body: unknown }

/** An engine over a unix socket that does what a test says; synthetic. */
export type FakeEngine = {
  readonly directory: string
  readonly socket: string
  readonly dockerHost: string
  /** Calls that write, in their order. */
  readonly writes: readonly Call[]
  readonly close: () => Promise<void>
}

/** @param reply for all but /version, by the path without the API version; undefined is a 404 */
export async function fakeEngine(reply: (call: Call) => Reply | undefined): Promise<FakeEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-engine-'))
  const socket = join(directory, 'docker.sock')
  const writes: Call[] = []
  const connections = new Set<Socket>()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const path = (request.url ?? '').replace(/^\/v\d+\.\d+/, '').replace(/\?$/, '')
      if (path === '/version') return send(response, 200, { Version: '20.10.24', ApiVersion: '1.41' })
      const call = { method: request.method ?? '', path, body: text === '' ? undefined : JSON.parse(text) }
      if (!/^(?:GET|HEAD)$/.test(call.method)) writes.push(call)
      const answer = reply(call) ?? { status: 404, body: { message: `no such thing: ${path}` } }
      if (answer === 'hang') return
      if (answer === 'break') return void response.destroy()
      if ('cut' in answer) {
        const body = JSON.stringify(answer.body)
        response.writeHead(answer.cut, { 'Content-Length': body.length })
        response.write(body.slice(0, body.length / 2))
        setImmediate(() => response.destroy())
        return
      }
      send(response, answer.status, answer.body)
    })
  })
  server.on('connection', (connection: Socket) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  return {
    directory,
    socket,
    dockerHost: `unix://${socket}`,
    writes,
    async close() {
      for (const connection of connections) connection.destroy()
      await new Promise(resolve => server.close(resolve))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Api-Version': '1.41' })
  response.end(body === undefined ? '' : JSON.stringify(body))
}
