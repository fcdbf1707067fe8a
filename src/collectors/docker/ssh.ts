import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { callbackify } from 'node:util'
import type { AnyAuthMethod, Client, ServerHostKeyAlgorithm } from 'ssh2'
import { type KnownKey, knownKeys } from './known-hosts.ts'

type SshAddress = {
  readonly hostname: string
  readonly port: number
  readonly user: string | undefined
  readonly path: string | undefined
}

/** From the connection to the far shell; a call has its own, shorter limit. */
const READY_MS = 20_000
const KEEPALIVE_MS = 5000

/** sshd allows ten sessions on a connection (sshd_config, MaxSessions). */
const MAX_CHANNELS = 8

/** Tried in this order after the agent, as ssh does. */
const keyFiles = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * Connections to a far daemon through one SSH connection, as the docker command makes them: `docker system dial-stdio` runs
 * there and passes on what is written to it.
 *
 * Keys come from the agent of `SSH_AUTH_SOCK` and from unencrypted files in `~/.ssh`. The far host must be in a known_hosts file:
 * who is not known is not talked to.
 */
export async function sshAgent(address: SshAddress): Promise<Agent> {
  // Large, and hardly anybody needs it. As one object: bundled, a CommonJS package has no other name in its ES module.
  const { default: ssh2 } = await import('ssh2')
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CHANNELS })
  const remote = `docker ${address.path === undefined ? '' : `--host ${quote(`unix://${address.path}`)} `}system dial-stdio`
  let connected: Promise<Client> | undefined

  function connect(): Promise<Client> {
    return new Promise((resolve, reject) => {
      const client = new ssh2.Client()
      const lost = (): void => {
        connected = undefined
      }
      const known = readKnownKeys(address)
      let refusal: string | undefined
      client
        .once('ready', () => resolve(client))
        .on('error', error => {
          lost()
          client.destroy()
          reject(new Error(sentence(address, error, refusal)))
        })
        .once('close', () => {
          lost()
          reject(new Error(`the SSH connection to ${address.hostname} ended`))
        })
        .connect({
          host: address.hostname,
          port: address.port,
          username: address.user ?? userInfo().username,
          readyTimeout: READY_MS,
          keepaliveInterval: KEEPALIVE_MS,
          // Types are asked for that can be checked, as ssh does.
          ...(known.length > 0 && { algorithms: { serverHostKey: hostKeyAlgorithms(known) } }),
          hostVerifier: (key: Buffer) => {
            refusal = whyNotTrusted(known, key)
            return refusal === undefined
          },
          authHandler: authMethods(address, ssh2.utils.parseKey),
        })
    })
  }

  async function open(): Promise<Duplex> {
    connected ??= connect()
    const client = await connected
    return new Promise((resolve, reject) => {
      client.exec(remote, (error, channel) => {
        if (error) return reject(error)
        // What the command complains about is told by how it ends.
        channel.stderr.resume()
        resolve(likeSocket(channel))
      })
    })
  }

  agent.createConnection = (_options, callback) => {
    callbackify(open)(callback ?? (() => {}))
    return undefined
  }
  const destroy = agent.destroy.bind(agent)
  agent.destroy = () => {
    destroy()
    void connected?.then(client => client.end()).catch(() => {})
  }
  return agent
}

/** What http asks of a socket and a channel does not have. */
function likeSocket(channel: Duplex): Duplex {
  const self = (): Duplex => channel
  return Object.assign(channel, {
    setKeepAlive: self,
    setNoDelay: self,
    setTimeout: self,
    ref: self,
    unref: self,
  })
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function readKnownKeys({ hostname, port }: SshAddress): KnownKey[] {
  const files = [join(homedir(), '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts']
  return files.flatMap(file => knownKeys(readText(file), hostname, port))
}

function hostKeyAlgorithms(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(known.map(({ type }) => type))
  // One RSA key, signed in three ways (RFC 8332).
  return [...types].flatMap(type =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as ServerHostKeyAlgorithm[]
}

function whyNotTrusted(known: readonly KnownKey[], key: Buffer): string | undefined {
  const same = known.filter(entry => entry.key.equals(key))
  if (same.some(({ isRevoked }) => isRevoked)) return 'its host key is revoked'
  if (same.length > 0) return undefined
  return known.length === 0
    ? 'its host key is not in known_hosts: connect once with ssh'
    : 'its host key is not the one in known_hosts'
}

function authMethods({ user }: SshAddress, parseKey: (data: Buffer) => unknown): AnyAuthMethod[] {
  const username = user ?? userInfo().username
  const socket = process.env['SSH_AUTH_SOCK']
  const methods: AnyAuthMethod[] = socket ? [{ type: 'agent', username, agent: socket }] : []
  for (const name of keyFiles) {
    const key = readBytes(join(homedir(), '.ssh', name))
    // One with a passphrase cannot be read here; the agent is for those.
    if (key && !(parseKey(key) instanceof Error)) methods.push({ type: 'publickey', username, key })
  }
  return methods
}

function sentence(
  { hostname }: SshAddress,
  error: Error & { readonly level?: string },
  refusal: string | undefined,
): string {
  if (refusal !== undefined) return `${hostname} is not trusted: ${refusal}`
  if (error.level === 'client-authentication') {
    return `${hostname} takes no key of the SSH agent or of ~/.ssh (id_ed25519, id_ecdsa, id_rsa)`
  }
  return `the SSH connection to ${hostname} failed: ${error.message}`
}

function readText(file: string): string {
  return readBytes(file)?.toString('utf8') ?? ''
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    // Not there, or not for us: then it has nothing to say.
    return undefined
  }
}
