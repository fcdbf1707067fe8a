import type { IncomingMessage } from 'node:http'
import { isCode } from '../../util/errors.ts'
import { createDialer, messageOf, type Query, textOf } from './dial.ts'
import { AnswerError } from './failure.ts'
import type { DockerAddress } from './host.ts'

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

/** Makes a client; the library is loaded only now. Nothing is sent yet. Connections are kept: hundreds of objects are asked for one by one. */
export async function createDockerClient(address: DockerAddress): Promise<DockerClient> {
  const { agent, dial } = await createDialer(address, true)

  async function send(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    return dial({ method: 'GET', path, query }, signal)
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
