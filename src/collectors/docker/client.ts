import type { Agent, IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { AnswerError } from './failure.ts'
import type { DockerAddress } from './host.ts'
import { sshAgent } from './ssh.ts'

/** Values of a query string. */
export type Query = Readonly<Record<string, string | number | boolean>>

/** Calls of the Engine API: all of them read. */
export type DockerClient = {
  /** How the daemon is reached, for people. */
  readonly host: string
  /**
   * Asks for a JSON document.
   *
   * @param path with the API version in front, or without one: `/v1.41/networks`
   * @param signal ends the call
   * @returns what was answered: it may hold anything
   * @throws AnswerError when the daemon refuses or answers no JSON; else the error of the connection or the signal
   */
  readonly get: (path: string, query: Query, signal: AbortSignal) => Promise<unknown>
  /** Asks for a stream, and gives its bytes as they come. Throws as `get` does. */
  readonly stream: (path: string, query: Query, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>
  readonly close: () => void
}

/** An answer larger than this is refused: 10,000 tasks are some 40 MB. */
const MAX_BYTES = 256 * 2 ** 20

/** A message of the daemon is shown to people; more than this is noise. */
const MAX_MESSAGE = 300

/** docker-modem's call, as far as it is used here: it gives the response as a stream, whatever its status. */
type Dial = (
  options: {
    readonly path: string
    readonly method: 'GET'
    readonly options: Query
    readonly abortSignal: AbortSignal
    readonly isStream: true
    readonly statusCodes: Readonly<Record<number, true>>
  },
  callback: (error: Error | null, response: IncomingMessage) => void,
) => void

/** Its own errors put the whole answer into a sentence; so every status is taken, and judged here. */
const everyStatus = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true as const]),
)

/** Makes a client; the library is loaded only now. Nothing is sent yet. */
export async function createDockerClient(address: DockerAddress): Promise<DockerClient> {
  const { default: Dockerode } = await import('dockerode')
  const agent = await agentFor(address)
  const options = {
    // Each is said, also when it is not there: the library would take what is not said from DOCKER_HOST and its like.
    socketPath: address.kind === 'unix' ? address.path : undefined,
    host: address.kind === 'unix' ? undefined : urlOf(address),
    port: address.kind === 'unix' ? undefined : address.port,
    protocol: address.kind === 'tcp' && address.tls ? ('https' as const) : ('http' as const),
    pathPrefix: '/',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
    agent,
  }
  const { modem } = new Dockerode(options)
  const dial = modem.dial.bind(modem) as Dial

  async function send(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    // The library waits for the socket's path before it looks at the signal.
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      dial(
        {
          path: `${path}?`,
          method: 'GET',
          options: query,
          abortSignal: signal,
          isStream: true,
          statusCodes: everyStatus,
        },
        (error, response) => {
          if (error) reject(causeOf(error, signal))
          else resolve(response)
        },
      )
    })
  }

  /** Kept connections that the daemon closed meanwhile fail at once; a new one tells the truth. */
  async function ask(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await send(path, query, signal)
    } catch (error) {
      if (!isCode(error, 'ECONNRESET') && !isCode(error, 'EPIPE')) throw error
      for (const idle of Object.values(agent.freeSockets).flat()) idle?.destroy()
      return send(path, query, signal)
    }
  }

  return {
    host: address.text,
    async get(path, query, signal) {
      const response = await ask(path, query, signal)
      const text = await textOf(response, signal)
      const status = response.statusCode ?? 0
      if (status !== 200) throw new AnswerError(status, messageOf(text))
      try {
        return JSON.parse(text) as unknown
      } catch {
        // Not what it was: a container that is cut short has its environment in it.
        throw new AnswerError(200, `the daemon answered ${text.length} characters that are no JSON`)
      }
    },
    async stream(path, query, signal) {
      const response = await ask(path, query, signal)
      const status = response.statusCode ?? 0
      if (status !== 200) throw new AnswerError(status, messageOf(await textOf(response, signal)))
      return response as AsyncIterable<Uint8Array>
    },
    close: () => agent.destroy(),
  }
}

/** Connections are kept: hundreds of objects are asked for one by one. */
async function agentFor(address: DockerAddress): Promise<Agent> {
  const agent = await newAgent(address)
  // The library prints every request in full for its debug log, also when there is none: an agent holds all its sockets.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' })
  return agent
}

async function newAgent(address: DockerAddress): Promise<Agent> {
  if (address.kind === 'ssh') return sshAgent(address)
  if (address.kind === 'tcp' && address.tls) {
    const { verify, ...files } = address.tls
    const { Agent: HttpsAgent } = await import('node:https')
    return new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, ...files })
  }
  const { Agent: HttpAgent } = await import('node:http')
  return new HttpAgent({ keepAlive: true })
}

/** As a URL, so that the library does not take the beginning of an IPv6 address for a scheme. */
function urlOf({ hostname }: { readonly hostname: string }): string {
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}`
}

async function textOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > MAX_BYTES) throw new AnswerError(200, `the answer is larger than ${MAX_BYTES} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    throw causeOf(error, signal)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Node says only that a call was aborted; why stands in the signal. */
function causeOf(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : error
}

/** The daemon's own sentence, which it gives as `{"message": …}`. */
function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (
      typeof value === 'object' &&
      value !== null &&
      'message' in value &&
      typeof value.message === 'string'
    ) {
      return excerpt(value.message)
    }
  } catch {
    // No JSON: a proxy's page, or plain text.
  }
  return excerpt(text)
}

function excerpt(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  if (line === '') return 'nothing'
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
