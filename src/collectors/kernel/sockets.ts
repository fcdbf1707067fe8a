import type { Transport } from 'netlink-codec'
import type { Socket } from '../../snapshot/index.ts'
import { modulePresence } from './module-presence.ts'
import { type ReadFile, readProcSockets } from './proc-sockets.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { dumpSockets } from './sockdiag.ts'
import type { Reading } from './source-log.ts'

/** Protocols that sock_diag answers for without loading anything. */
export type SocketDiag = { readonly tcp: boolean; readonly udp: boolean }

/** Looked up once a pass; a socket of NETLINK_SOCK_DIAG is worth opening when either is true. */
export function socketDiag(): SocketDiag {
  return { tcp: modulePresence('tcp_diag') === 'present', udp: modulePresence('udp_diag') === 'present' }
}

export type SocketSources = {
  /** NETLINK_SOCK_DIAG in the namespace; undefined where `diag` has nothing. */
  readonly transport: Transport | undefined
  readonly diag: SocketDiag
  /** Reads a file of /proc as the namespace has it. */
  readonly readFile: ReadFile
  readonly names: InterfaceNames
}

/** Listening TCP and unconnected UDP sockets: by sock_diag where it is there, else from /proc/net. */
export function readSockets({ transport, diag, readFile, names }: SocketSources): Reading<Socket[]> {
  const value: Socket[] = []
  const problems: string[] = []
  let interrupted = false
  for (const protocol of ['tcp', 'udp'] as const) {
    if (transport && diag[protocol]) {
      const dumped = dumpSockets(transport, protocol, names)
      value.push(...dumped.rows)
      problems.push(...dumped.problems)
      interrupted ||= dumped.interrupted
    } else value.push(...readProcSockets(protocol, readFile))
  }
  return { value, interrupted, problems }
}
