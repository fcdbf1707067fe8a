import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:https'
import { dockerAnswers, type DockerFixture } from './docker-fixture.ts'

/** What the fake daemon does with a request instead of answering it. */
export type Behaviour =
  | 'hang'
  /** Half of the answer, then the connection ends. */
  | 'truncate'
  /** The head of an answer, and nothing after it. */
  | 'stall'
  | { readonly status: number; readonly body: string }

/** A daemon that replays recorded answers over a unix socket, and can be told to misbehave. */
export type FakeDocker = {
  readonly socket: string
  /** What it answers, by path without the version; to be changed at will. */
  readonly answers: Record<string, unknown>
  /** Every request so far: path and query. */
  readonly requests: string[]
  /** Requests that match are treated so, the last rule first; undefined lifts it. */
  readonly behave: (path: RegExp, behaviour: Behaviour | undefined) => void
  /** Sends an event to everybody who listens. */
  readonly tell: (event: unknown) => void
  /** How many listen to events. */
  readonly listeners: () => number
  /** Its process is gone; the socket's file too, as after `systemctl stop docker`. */
  readonly vanish: () => Promise<void>
  /** It is there again. */
  readonly come: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The sentence of moby for a worker (daemon/cluster/errors.go). */
export const NOT_A_MANAGER =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager."

type Tls = { readonly key: string; readonly cert: string; readonly ca?: string }

/** @param tls listens on a TCP port of 127.0.0.1 with TLS instead; `socket` is then `127.0.0.1:PORT` */
export async function fakeDocker(fixture: DockerFixture, tls?: Tls): Promise<FakeDocker> {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-docker-'))
  const answers = dockerAnswers(fixture)
  const requests: string[] = []
  const rules: { readonly path: RegExp; readonly behaviour: Behaviour }[] = []
  const listening = new Set<ServerResponse>()
  const connections = new Set<Socket>()
  let server: Server
  let socket = join(directory, 'docker.sock')

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? ''
    requests.push(url)
    const path = url.replace(/^\/v\d+\.\d+/, '').replace(/\?$/, '')
    const rule = rules.findLast(({ path: pattern }) => pattern.test(path))
    if (rule) return misbehave(rule.behaviour, path, response)
    if (path.startsWith('/events')) return events(path, response)
    if (path === '/_ping') return void response.end('OK')
    if (Object.hasOwn(answers, path)) return json(response, 200, answers[path])
    if (/^\/(?:services|tasks|nodes)/.test(path)) return json(response, 503, { message: NOT_A_MANAGER })
    json(response, 404, { message: `no such thing: ${path}` })
  }

  function events(path: string, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    for (const event of (answers['/events'] ?? []) as unknown[]) response.write(`${JSON.stringify(event)}\n`)
    if (path.includes('until=')) return void response.end()
    response.flushHeaders()
    listening.add(response)
    response.on('close', () => listening.delete(response))
  }

  function misbehave(behaviour: Behaviour, path: string, response: ServerResponse): void {
    if (behaviour === 'hang') return
    const text = JSON.stringify(answers[path] ?? {})
    if (behaviour === 'stall' || behaviour === 'truncate') {
      response.writeHead(200, { 'Content-Length': text.length })
      response.write(text.slice(0, text.length / 2))
      if (behaviour === 'truncate') setImmediate(() => response.destroy())
      return
    }
    response.writeHead(behaviour.status, { 'Content-Type': 'application/json' })
    response.end(behaviour.body)
  }

  async function come(): Promise<void> {
    server = tls
      ? createTlsServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: true }, handle)
      : createServer(handle)
    server.on('connection', (connection: Socket) => {
      connections.add(connection)
      connection.on('close', () => connections.delete(connection))
    })
    await new Promise<void>(resolve => {
      if (tls) server.listen(0, '127.0.0.1', resolve)
      else server.listen(socket, resolve)
    })
    if (tls) socket = `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function vanish(): Promise<void> {
    for (const connection of connections) connection.destroy()
    await new Promise(resolve => server.close(resolve))
  }

  await come()
  return {
    get socket() {
      return socket
    },
    answers,
    requests,
    behave(path, behaviour) {
      const at = rules.findIndex(rule => rule.path.source === path.source)
      if (at >= 0) rules.splice(at, 1)
      if (behaviour !== undefined) rules.push({ path, behaviour })
    },
    tell(event) {
      for (const response of listening) response.write(`${JSON.stringify(event)}\n`)
    },
    listeners: () => listening.size,
    vanish,
    come,
    async close() {
      await vanish().catch(() => {})
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}
