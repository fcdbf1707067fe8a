import type { Agent, IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { AnswerError } from './failure.ts'
import type { DockerAddress } from './host.ts'

/** Values of a query string. */
export type Query = Readonly<Record<string, string | number | boolean>>

/** An answer larger than this is refused: 10,000 tasks are some 40 MB. */
const MAX_BYTES = 256 * 2 ** 20

/** A message of the daemon is shown to people; more than this is noise. */
const MAX_MESSAGE = 300

/** docker-modem's call, as far as it is used here: it gives the response as a stream, whatever its status. */
type ModemDial = (
  options: {
    readonly path: string
    readonly method: string
    readonly options: Query | { readonly _query: Query; readonly _body: unknown }
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

export type DialRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query: Query
  /** Sent as JSON; only with POST. */
  readonly body?: unknown
}

/** A way to a daemon; both the client that reads and the one that writes go it. */
export type Dialer = {
  readonly agent: Agent
  /** @throws the error of the connection, or the reason of the signal */
  readonly dial: (request: DialRequest, signal: AbortSignal) => Promise<IncomingMessage>
}

/**
 * The library is loaded only now. Nothing is sent yet.
 *
 * @param keepAlive whether connections are kept for further calls
 */
export async function createDialer(address: DockerAddress, keepAlive: boolean): Promise<Dialer> {
  const { default: Dockerode } = await import('dockerode')
  const agent = await agentFor(address, keepAlive)
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
  const modemDial = modem.dial.bind(modem) as ModemDial

  async function dial(
    { method, path, query, body }: DialRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    // The library waits for the socket's path before it looks at the signal.
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      modemDial(
        {
          path: `${path}?`,
          method,
          // Of one object the library would make both, and of a POST without any a body that is none.
          options: method === 'GET' ? query : { _query: query, _body: body ?? {} },
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

  return { agent, dial }
}

async function agentFor(address: DockerAddress, keepAlive: boolean): Promise<Agent> {
  const agent = await newAgent(address, keepAlive)
  // The library prints every request in full for its debug log, also when there is none: an agent holds all its sockets.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' })
  return agent
}

async function newAgent(address: DockerAddress, keepAlive: boolean): Promise<Agent> {
  if (address.kind === 'ssh') return (await import('./ssh.ts')).sshAgent(address)
  const { httpAgent } = await import('./http-agent.ts')
  return httpAgent(keepAlive, address.kind === 'tcp' ? address.tls : undefined)
}

/** As a URL, so that the library does not take the beginning of an IPv6 address for a scheme. */
function urlOf({ hostname }: { readonly hostname: string }): string {
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}`
}

export async function textOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
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
export function messageOf(text: string): string {
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
