/** A small client of the Docker API over a unix socket, for the driver and for tests. */
import { request } from 'node:http'

export type DockerApi = {
  /** The answer of `GET path`, such as `/networks/ingress?verbose=true`. */
  get<Answer>(path: string): Promise<Answer>
  /** Sends JSON, or bytes as a tar archive. */
  post<Answer>(path: string, body?: object): Promise<Answer>
  delete(path: string): Promise<void>
}

/** @returns a client whose calls reject with the daemon's message when the status is not 2xx */
export function dockerApi(socketPath: string): DockerApi {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const { status, text } = await exchange(socketPath, method, path, body)
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.trim()}`)
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return {
    get: path => call('GET', path) as Promise<never>,
    post: (path, body) => call('POST', path, body) as Promise<never>,
    delete: async path => void (await call('DELETE', path)),
  }
}

function exchange(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const isBytes = body instanceof Uint8Array
  const bytes = isBytes || body === undefined ? body : Buffer.from(JSON.stringify(body))
  const headers = bytes && {
    'content-type': isBytes ? 'application/x-tar' : 'application/json',
    'content-length': bytes.length,
  }
  return new Promise((done, fail) => {
    const question = request({ socketPath, method, path, agent: false, headers: headers ?? {} }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => done({ status: answer.statusCode ?? 0, text }))
      answer.on('error', fail)
    })
    question.on('error', fail)
    question.end(bytes)
  })
}
