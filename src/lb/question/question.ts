import { formatIp, type Ip, parseIp } from '../../util/prefix.ts'

/** What somebody asks: where does a connection to this go? In the words that were typed. */
export type Question = {
  /** `80`, `10.0.1.7:80`, `[fd00::7]:80`, `web`, `web:80`, `tasks.web:80`; each with `/udp` behind it. */
  readonly target: string
  /** Who connects: `host`, what names a sandbox, or the address of a client outside. Absent: some client outside of the nodes. */
  readonly from?: string
  readonly protocol?: Protocol
  /** Bytes of every packet with its headers. Absent: the first packet is small, and those of full size are told of too. */
  readonly size?: number
}

export const protocols = ['tcp', 'udp', 'sctp', 'icmp'] as const
export type Protocol = (typeof protocols)[number]

/** A question that cannot be asked as it stands: nothing has the name, or several have. The message is for the operator. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError'
}

export type Target = {
  /** Absent for a port alone. */
  readonly host?: string
  readonly port?: number
  readonly protocol?: Protocol
}

/** @throws QuestionError for what is no target */
export function parseTarget(text: string): Target {
  const slash = /^(.*)\/(\w+)$/.exec(text.trim())
  const word = slash?.[1] ?? text.trim()
  const named = slash?.[2]?.toLowerCase()
  const protocol = protocols.find(name => name === named)
  if (named !== undefined && !protocol) {
    throw new QuestionError(`'${named}' is no protocol; known: ${protocols.join(', ')}`)
  }
  return { ...hostAndPort(word, text), ...(protocol && { protocol }) }
}

function hostAndPort(word: string, text: string): Pick<Target, 'host' | 'port'> {
  if (/^\d+$/.test(word)) return { port: portOf(word) }
  if (parseIp(word)) return { host: hostOf(word) }
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(word)
  const named = /^([^:\s]+)(?::(\d+))?$/.exec(word)
  const [, host, port] = bracketed ?? named ?? []
  if (host === undefined || (bracketed && !parseIp(host))) {
    throw new QuestionError(`'${text}' is no target: a PORT, ADDRESS:PORT or NAME[:PORT] is needed`)
  }
  return { host: hostOf(host), ...(port !== undefined && { port: portOf(port) }) }
}

/** A name, or an address as the kernel's rows have it. */
function hostOf(word: string): string {
  const host = plainAddress(word) ?? word
  // Connecting to it means this host, which 127.0.0.1 says without a doubt.
  if (host === '0.0.0.0' || host === '::') throw new QuestionError(`${host} is nobody's address`)
  return host
}

/**
 * An address as inet_ntop writes it; one of IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) is of IPv4, as its packets are.
 *
 * @returns undefined for what is no address
 */
export function plainAddress(text: string): string | undefined {
  const ip = parseIp(text)
  return ip && formatIp(unmapped(ip))
}

function unmapped(ip: Ip): Ip {
  return ip.bits === 128 && ip.value >> 32n === 0xffffn ? { bits: 32, value: ip.value & 0xffff_ffffn } : ip
}

function portOf(digits: string): number {
  const port = Number(digits)
  if (port >= 1 && port <= 65_535) return port
  throw new QuestionError(`${digits} is no port: 1 to 65535`)
}
