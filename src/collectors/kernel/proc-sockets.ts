import { ByteReader, ipv4Text, ipv6Text } from 'netlink-codec'
import type { Socket } from '../../snapshot/index.ts'

/** Text of a file, by a path below /proc/thread-self/net; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined

const directory = '/proc/thread-self/net'

/** State column: TCP_LISTEN, and TCP_CLOSE for a UDP socket that is not connected. */
const waiting = { tcp: { state: '0A', word: 'LISTEN' }, udp: { state: '07', word: 'UNCONN' } } as const

/**
 * Listening TCP or unconnected UDP sockets of both families, from /proc/net: the way that never loads a module. It
 * does not tell IPV6_V6ONLY, the device a socket is bound to, or the length that a backlog may have; those fields are
 * absent.
 *
 * Reading /proc/net/tcp makes the kernel walk the table of connections of all namespaces, milliseconds each time
 * (tcp_seq_next in tcp_ipv4.c), so it is left alone where sockstat says that the namespace has no TCP socket.
 */
export function readProcSockets(protocol: 'tcp' | 'udp', readFile: ReadFile): Socket[] {
  const rows: Socket[] = []
  for (const [family, suffix] of [
    ['inet', ''],
    ['inet6', '6'],
  ] as const) {
    if (protocol === 'tcp' && socketsInUse(readFile, suffix) === 0) continue
    const text = readFile(`${directory}/${protocol}${suffix}`)
    if (text !== undefined) rows.push(...parseSockets(text, protocol, family))
  }
  return rows
}

/** TCP sockets of the namespace, connected ones too; undefined when sockstat is not there. */
function socketsInUse(readFile: ReadFile, suffix: '' | '6'): number | undefined {
  const count = /^TCP6?: inuse (\d+)/m.exec(readFile(`${directory}/sockstat${suffix}`) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

/** Rows of /proc/net/{tcp,tcp6,udp,udp6} that wait for anyone; lines that do not look like rows are left out. */
export function parseSockets(text: string, protocol: 'tcp' | 'udp', family: 'inet' | 'inet6'): Socket[] {
  const { state, word } = waiting[protocol]
  const rows: Socket[] = []
  for (const line of text.split('\n')) {
    const match = row.exec(line)
    if (!match) continue
    if (match[3] !== state) {
      // Listeners come before all connections (tcp_seq_start), of which there may be many.
      if (protocol === 'tcp') break
      continue
    }
    const queues = { recvQ: Number.parseInt(match[5]!, 16), sendQ: Number.parseInt(match[4]!, 16) }
    rows.push({
      protocol,
      family,
      state: word,
      address: addressText(match[1]!, family),
      port: Number.parseInt(match[2]!, 16),
      ...(protocol === 'tcp' ? { recvQ: queues.recvQ } : queues),
      uid: Number(match[6]),
      inode: match[7]!,
    })
  }
  return rows
}

/** sl: address:port remote:port state tx:rx timer:when retransmits uid timeout inode … */
const row =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) \S+ \S+\s+(\d+)\s+\d+ (\d+)/

/** Words of 32 bits in the machine's order, each as a number in hex: little-endian here. */
function addressText(digits: string, family: 'inet' | 'inet6'): string {
  const bytes = new Uint8Array(16)
  for (let i = 0; i < digits.length / 2; i++) {
    bytes[(i & ~3) + 3 - (i & 3)] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16)
  }
  const reader = new ByteReader(bytes)
  return family === 'inet' ? ipv4Text(reader, 0) : ipv6Text(reader, 0)
}
