import type { IncomingMessage } from 'node:http'
import { createDialer, type DialRequest, messageOf, textOf } from './dial.ts'
import { explainFailure } from './failure.ts'
import type { DockerAddress } from './host.ts'

export type WriteAnswer = {
  /** HTTP status: 2xx means that the daemon did it. */
  readonly status: number
  /** What it answered, when that was JSON and came whole. */
  readonly body: unknown
  /** The daemon's own sentence, when it refused. */
  readonly message: string
}

/**
 * Calls of the Engine API that change something. A type of its own, so that nothing that only reads can be given one by mistake;
 * `DockerClient` reads.
 */
export type DockerWriter = {
  readonly host: string
  /**
   * Sends once; a write is never sent again by itself.
   *
   * @param callMs how long the answer may take
   * @throws WriteError when no answer came
   */
  readonly send: (
    request: DialRequest & { readonly method: 'POST' | 'DELETE' },
    callMs: number,
    signal: AbortSignal,
  ) => Promise<WriteAnswer>
  readonly close: () => void
}

/** No answer came. */
export class WriteError extends Error {
  override readonly name = 'WriteError'
  /** Whether the daemon may have got it, and so may have done it. */
  readonly isSent: boolean

  constructor(isSent: boolean, message: string) {
    super(message)
    this.isSent = isSent
  }
}

/** Makes a writer. Each call has a connection of its own: one that was kept may be dead, and then nobody knows what was sent. */
export async function createDockerWriter(address: DockerAddress): Promise<DockerWriter> {
  const { agent, dial } = await createDialer(address, false)
  return {
    host: address.text,
    async send(request, callMs, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(callMs)])
      let response: IncomingMessage
      try {
        response = await dial(request, limit)
      } catch (error) {
        const { reason } = explainFailure(error, address.text, callMs)
        throw new WriteError(!isBeforeSending(error), signal.aborted ? 'it was interrupted' : reason)
      }
      const status = response.statusCode ?? 0
      // The status is the daemon's word, also when the rest of its answer is lost.
      const text = await textOf(response, limit).catch(() => '')
      return { status, body: parsed(text), message: status >= 300 ? messageOf(text) : '' }
    },
    close: () => agent.destroy(),
  }
}

/** Errors of looking up, connecting and of the TLS handshake; all others may come after the request went out. */
function isBeforeSending(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(?:ENOENT|ECONNREFUSED|ENOTSOCK|ENOTDIR|EISDIR|EACCES|EPERM|EAGAIN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(
    code,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
