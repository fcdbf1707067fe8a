import type { SourceStatus } from '../../snapshot/index.ts'
import { errorMessage } from '../../util/errors.ts'

/** The daemon answered, and not with what was asked for. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  /** HTTP status; 200 for an answer that could not be read. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export type Failure = { readonly status: Exclude<SourceStatus, 'ok'>; readonly reason: string }

/**
 * What went wrong with a call, in the operator's words.
 *
 * @param error whatever the call threw
 * @param host how the daemon is reached, as `docker.host` tells it
 * @param callMs the time limit of the call
 */
export function explainFailure(error: unknown, host: string, callMs: number): Failure {
  if (error instanceof AnswerError) return explainAnswer(error)
  if (isTimeout(error)) {
    return { status: 'timeout', reason: `the daemon did not answer within ${callMs / 1000} s` }
  }
  const code = codeOf(error)
  switch (code) {
    case 'ENOENT':
      return unavailable(`nothing is at ${host}: dockerd does not run, or listens elsewhere (--docker-host)`)
    case 'ECONNREFUSED':
      return unavailable(`nothing listens at ${host}: dockerd does not run`)
    case 'ENOTSOCK':
    case 'ENOTDIR':
    case 'EISDIR':
      return unavailable(`${host} is no socket`)
    case 'EACCES':
    case 'EPERM':
      return { status: 'forbidden', reason: `no permission for ${host}: be root, or in the group docker` }
    // A unix socket whose backlog is full: the daemon has stopped taking connections.
    case 'EAGAIN':
      return { status: 'timeout', reason: `the daemon at ${host} takes no more connections` }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unavailable(`the name of ${host} is not known`)
    case 'ECONNRESET':
    case 'EPIPE':
      return unavailable('the daemon closed the connection before its answer was whole')
    default:
      if (code?.startsWith('HPE_')) return unavailable(`what answers at ${host} does not speak HTTP`)
      if (code !== undefined && isCertificateCode(code)) {
        return unavailable(
          `the TLS connection to ${host} failed: ${errorMessage(error)} (see DOCKER_TLS_VERIFY and DOCKER_CERT_PATH)`,
        )
      }
      return unavailable(errorMessage(error))
  }
}

/** Whether it makes no sense to ask the same daemon for more right now. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'TimeoutError') return true
  return error.name === 'AbortError' && error.cause instanceof Error && error.cause.name === 'TimeoutError'
}

function explainAnswer({ code, message }: AnswerError): Failure {
  if (code === 401 || code === 403) {
    return { status: 'forbidden', reason: `the daemon, or a proxy before it, refuses: ${message}` }
  }
  return unavailable(code === 200 ? message : `the daemon answered ${code}: ${message}`)
}

function unavailable(reason: string): Failure {
  return { status: 'unavailable', reason }
}

/** OpenSSL's words for certificates, as Node gives them, and its own. */
function isCertificateCode(code: string): boolean {
  return /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(
    code,
  )
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
