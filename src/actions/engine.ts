import { createAsk } from '../collectors/docker/ask.ts'
import { createDockerClient } from '../collectors/docker/client.ts'
import { AnswerError } from '../collectors/docker/failure.ts'
import { resolveDockerHost } from '../collectors/docker/host.ts'
import { chooseApiVersion } from '../collectors/docker/version.ts'
import { createDockerWriter, type WriteAnswer } from '../collectors/docker/writer.ts'
import type { ApiRequest } from './plan.ts'

/** A daemon that can be asked and told, in one API version. */
export type Engine = {
  readonly host: string
  /**
   * @returns undefined for what is not there (404)
   * @throws AnswerError, or the error of the connection
   */
  readonly get: (path: string, query?: ApiRequest['query']) => Promise<unknown>
  /** @throws WriteError when no answer came */
  readonly send: (request: ApiRequest, signal: AbortSignal) => Promise<WriteAnswer>
  readonly close: () => void
}

export type EngineOptions = {
  /** `--docker-host`; what the environment says when left out. */
  readonly dockerHost?: string | undefined
  /** How long one call that reads may take, in milliseconds. */
  readonly callMs?: number | undefined
  /** The same for one that writes: an engine answers some of them only when it is through. */
  readonly writeMs?: number | undefined
}

/**
 * Reaches for a daemon: asks it for its version, and nothing else.
 *
 * @throws DockerHostError for an address that is none; AnswerError, or the error of the connection
 */
export async function openEngine({
  dockerHost,
  callMs = 5000,
  writeMs = 30_000,
}: EngineOptions): Promise<Engine> {
  const address = resolveDockerHost(dockerHost, process.env)
  const client = await createDockerClient(address)
  const closing = new AbortController()
  try {
    const told = await createAsk(client, undefined, callMs, closing.signal).get('/version')
    const version = chooseApiVersion(versionOf(told))
    const ask = createAsk(client, version, callMs, closing.signal)
    const writer = await createDockerWriter(address)
    const prefix = version === undefined ? '' : `/v${version}`
    return {
      host: address.text,
      async get(path, query = {}) {
        try {
          return await ask.get(path, query)
        } catch (error) {
          if (error instanceof AnswerError && error.code === 404) return undefined
          throw error
        }
      },
      send: async (request, signal) =>
        writer.send({ ...request, path: `${prefix}${request.path}` }, writeMs, signal),
      close() {
        closing.abort(new Error('closed'))
        client.close()
        writer.close()
      },
    }
  } catch (error) {
    client.close()
    throw error
  }
}

function versionOf(answer: unknown): { Version: string; ApiVersion: string; MinAPIVersion?: string } {
  const fields = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '')
  const MinAPIVersion = text('MinAPIVersion')
  return {
    Version: text('Version'),
    ApiVersion: text('ApiVersion'),
    ...(MinAPIVersion !== '' && { MinAPIVersion }),
  }
}
