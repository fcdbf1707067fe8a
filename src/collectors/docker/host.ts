import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { errorMessage } from '../../util/errors.ts'

/** Where dockerd listens unless told otherwise. */
export const DEFAULT_DOCKER_HOST = 'unix:///var/run/docker.sock'

export type Tls = {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  /** False: any certificate is taken, as the CLI does with `DOCKER_TLS` alone. */
  readonly verify: boolean
}

/** A daemon's address. `text` is for people and snapshots: it holds no password. */
export type DockerAddress = { readonly text: string } & (
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly hostname: string; readonly port: number; readonly tls?: Tls }
  | {
      readonly kind: 'ssh'
      readonly hostname: string
      readonly port: number
      readonly user: string | undefined
      /** The daemon's socket there; the far `docker` command decides when it is not given. */
      readonly path: string | undefined
    }
)

/** An address, or a context, that cannot be used; the message says why. */
export class DockerHostError extends Error {
  override readonly name = 'DockerHostError'
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The daemon to talk to, by the rules of the docker command: `--docker-host`, else `DOCKER_HOST`, else the context of
 * `DOCKER_CONTEXT`, else the current context of `config.json`, else the default socket. TLS is asked for by `DOCKER_TLS_VERIFY` or
 * `DOCKER_TLS`, its files lie in `DOCKER_CERT_PATH` or the configuration directory.
 *
 * @throws DockerHostError
 */
export function resolveDockerHost(flag: string | undefined, env: Environment): DockerAddress {
  const directory = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker')
  const named = flag ?? env['DOCKER_HOST']
  if (named !== undefined && named !== '') return withTls(parseDockerHost(named), env, directory)
  const context = env['DOCKER_CONTEXT'] || currentContext(directory)
  if (context === undefined || context === 'default') {
    return withTls(parseDockerHost(DEFAULT_DOCKER_HOST), env, directory)
  }
  return ofContext(context, directory)
}

/**
 * Reads `unix:///path`, `/path`, `tcp://host:port`, `host:port`, `http://`, `https://` and `ssh://user@host`.
 *
 * @throws DockerHostError
 */
export function parseDockerHost(text: string): DockerAddress {
  if (text.startsWith('/')) return { kind: 'unix', path: text, text: `unix://${text}` }
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length)
    if (!path.startsWith('/')) throw wrong(text)
    return { kind: 'unix', path, text }
  }
  const url = partsOf(text)
  const scheme = text.includes('://') ? text.slice(0, text.indexOf(':')) : 'tcp'
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (hostname === '') throw wrong(text)
  const port = url.port === '' ? undefined : Number(url.port)
  switch (scheme) {
    case 'ssh': {
      const user = url.username === '' ? undefined : url.username
      const path = url.pathname === '/' || url.pathname === '' ? undefined : url.pathname
      const shown = `ssh://${user === undefined ? '' : `${user}@`}${url.host}${path ?? ''}`
      return { kind: 'ssh', hostname, port: port ?? 22, user, path, text: shown }
    }
    case 'tcp':
    case 'http':
      return { kind: 'tcp', hostname, port: port ?? 2375, text: `tcp://${url.hostname}:${port ?? 2375}` }
    case 'https': {
      const shown = `tcp://${url.hostname}:${port ?? 2376}`
      return { kind: 'tcp', hostname, port: port ?? 2376, tls: { verify: true }, text: shown }
    }
    default:
      throw wrong(text)
  }
}

/** The parts of an address behind its scheme, the name of the user as it is. */
function partsOf(text: string): Pick<URL, 'host' | 'hostname' | 'port' | 'pathname' | 'username'> {
  try {
    // With a scheme that URL does not know: it leaves out port 80 of http.
    const { host, hostname, port, pathname, username } = new URL(`docker://${text.replace(/^\w+:\/\//, '')}`)
    // And with one that it knows: it lets no name pass that cannot be connected to.
    if (hostname !== '') void new URL(`http://${hostname}`)
    return { host, hostname, port, pathname, username: decodeURIComponent(username) }
  } catch {
    throw wrong(text)
  }
}

function wrong(text: string): DockerHostError {
  return new DockerHostError(
    `'${text}' is no address of a Docker daemon: use unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST`,
  )
}

function withTls(address: DockerAddress, env: Environment, directory: string): DockerAddress {
  if (address.kind !== 'tcp') return address
  const verify = (env['DOCKER_TLS_VERIFY'] ?? '') !== ''
  if (!verify && (env['DOCKER_TLS'] ?? '') === '' && !address.tls) return address
  const certificates = env['DOCKER_CERT_PATH'] || directory
  return { ...address, tls: readTls(certificates, verify || (address.tls?.verify ?? false)) }
}

/** Files that are not there are not used, as with the docker command; the daemon says then what it misses. */
function readTls(directory: string, verify: boolean): Tls {
  const read = (name: string): Buffer | undefined => readIfThere(join(directory, name))
  const [ca, cert, key] = [read('ca.pem'), read('cert.pem'), read('key.pem')]
  return { verify, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new DockerHostError(`cannot read ${file}: ${errorMessage(error)}`)
  }
}

/** One that cannot be read, or is broken, is the docker command's affair, and no reason not to look at the usual socket. */
function currentContext(directory: string): string | undefined {
  try {
    return textAt(parsed(readFileSync(join(directory, 'config.json'), 'utf8')), ['currentContext'])
  } catch {
    return undefined
  }
}

/** A context lies in `contexts/meta/SHA256-OF-NAME/meta.json`, its certificates in `contexts/tls/SHA256-OF-NAME/docker`. */
function ofContext(name: string, directory: string): DockerAddress {
  const id = createHash('sha256').update(name).digest('hex')
  const file = join(directory, 'contexts/meta', id, 'meta.json')
  const text = readIfThere(file)?.toString('utf8')
  if (text === undefined) throw new DockerHostError(`the docker context '${name}' is not there: no ${file}`)
  const meta = parsed(text)
  const host = textAt(meta, ['Endpoints', 'docker', 'Host'])
  if (host === undefined) throw new DockerHostError(`the docker context '${name}' names no host: ${file}`)
  const address = parseDockerHost(host)
  if (address.kind !== 'tcp') return address
  const tls = readTls(join(directory, 'contexts/tls', id, 'docker'), !isSkipping(meta))
  return tls.ca || tls.cert || address.tls ? { ...address, tls } : address
}

function isSkipping(meta: unknown): boolean {
  return valueAt(meta, ['Endpoints', 'docker', 'SkipTLSVerify']) === true
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  )
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' && found !== '' ? found : undefined
}
