import { randomInt } from 'node:crypto'
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet'
import type { Namespace } from '../../snapshot/index.ts'
import { errorMessage } from '../../util/errors.ts'
import { close, connect, datagramSocket, receive, send, setSocketOption, SystemCallError } from './libc.ts'
import { openNamespace } from './open-namespace.ts'
import { encodeSocketAddress, encodeTimeval } from './socket-address.ts'
import { Unreadable } from './source-log.ts'

/** What a resolver said of a name. `not-asked`: the namespace could not be entered, so nothing is known of it. */
export type ResolverAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'failure'; readonly reason: string }
  | { readonly kind: 'not-asked'; readonly reason: string }

const AF_INET = 2
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const EAGAIN = 11
const DNS_PORT = 53
/** What fits in a datagram that nobody has to cut (EDNS, RFC 6891). */
const LARGEST = 4096
/** Datagrams get lost: it is asked so many times, in the time that there is. */
const TRIES = 2

/**
 * Asks the embedded resolver of Docker, 127.0.0.11, for the IPv4 addresses of a name, from inside of a namespace, with a socket of
 * our own. Docker's rules there lead it to the daemon, as they lead any program in it.
 *
 * @param timeoutMs how long it may take in all
 */
export function askResolver(
  namespace: Pick<Namespace, 'id' | 'kind' | 'name' | 'paths' | 'pids' | 'pidCount'>,
  name: string,
  timeoutMs: number,
): ResolverAnswer {
  let fd: number | undefined
  try {
    const open = openNamespace(namespace)
    try {
      fd = open.enter(() => datagramSocket(AF_INET))
    } finally {
      open.close()
    }
  } catch (error) {
    if (error instanceof Unreadable || error instanceof SystemCallError)
      return { kind: 'not-asked', reason: errorMessage(error) }
    throw error
  }
  try {
    connect(fd, encodeSocketAddress('127.0.0.11', DNS_PORT))
    return exchange(fd, name, timeoutMs)
  } catch (error) {
    if (error instanceof SystemCallError) return { kind: 'failure', reason: `127.0.0.11: ${error.code}` }
    throw error
  } finally {
    close(fd)
  }
}

function exchange(fd: number, name: string, timeoutMs: number): ResolverAnswer {
  const deadline = performance.now() + timeoutMs
  const id = randomInt(0x10000)
  const query = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: 'A', name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: LARGEST,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  })
  const buffer = new Uint8Array(LARGEST)
  for (let left = TRIES; left > 0; left--) {
    send(fd, query)
    const until = deadline - ((left - 1) * timeoutMs) / TRIES
    for (;;) {
      const length = receiveUntil(fd, buffer, until)
      if (length === undefined) break
      const answer = readAnswer(buffer.subarray(0, length), id)
      if (answer) return answer
    }
  }
  return { kind: 'failure', reason: `127.0.0.11 did not answer within ${timeoutMs / 1000} s` }
}

/** Undefined when the time is over. */
function receiveUntil(fd: number, buffer: Uint8Array, until: number): number | undefined {
  const left = Math.floor((until - performance.now()) * 1000)
  if (left <= 0) return undefined
  setSocketOption(fd, SOL_SOCKET, SO_RCVTIMEO, encodeTimeval(left))
  try {
    return receive(fd, buffer, 0)
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === EAGAIN) return undefined
    throw error
  }
}

/** Undefined for what does not answer this question. */
function readAnswer(bytes: Uint8Array, id: number): ResolverAnswer | undefined {
  let packet: DecodedPacket & { readonly rcode?: string }
  try {
    packet = decode(Buffer.from(bytes))
  } catch {
    return { kind: 'failure', reason: '127.0.0.11 answered with what is no DNS message' }
  }
  if (packet.id !== id || packet.type !== 'response') return undefined
  const addresses = (packet.answers ?? []).flatMap(row => (row.type === 'A' ? [row.data] : []))
  if (addresses.length > 0) return { kind: 'addresses', addresses }
  const code = packet.rcode ?? 'NOERROR'
  return {
    kind: 'failure',
    reason:
      code === 'NOERROR' ? '127.0.0.11 knows it, but no IPv4 address of it' : `127.0.0.11 answers ${code}`,
  }
}
