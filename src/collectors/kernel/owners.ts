import type { Namespace, Socket } from '../../snapshot/index.ts'
import { type SocketOwner, type SocketOwners, socketOwners } from './socket-owners.ts'

/** The same namespaces, with the processes that hold their sockets. One walk over /proc for all of them. */
export function withOwners(namespaces: readonly Namespace[]): Namespace[] {
  const { owners } = socketOwners(inodesOf(namespaces.flatMap(({ sockets }) => sockets)))
  return namespaces.map(namespace =>
    namespace.sockets.length === 0
      ? namespace
      : { ...namespace, sockets: namespace.sockets.map(socket => owned(socket, owners)) },
  )
}

const WALK_AGAIN_MS = 5000

/**
 * Names the owners of sockets that are read again and again: /proc is walked when a socket is new, and now and then, as
 * a socket may pass to another process.
 */
export function createOwnerNames(): (sockets: readonly Socket[]) => Socket[] {
  let asked = new Set<string>()
  let walkedAt = 0
  let owners: SocketOwners['owners'] = new Map()
  return sockets => {
    const inodes = inodesOf(sockets)
    const isOld = performance.now() - walkedAt > WALK_AGAIN_MS
    if (isOld || [...inodes].some(inode => !asked.has(inode))) {
      asked = inodes
      walkedAt = performance.now()
      owners = socketOwners(inodes).owners
    }
    return sockets.map(socket => owned(socket, owners))
  }
}

function inodesOf(sockets: readonly Socket[]): Set<string> {
  return new Set(sockets.map(({ inode }) => inode))
}

function owned(socket: Socket, owners: ReadonlyMap<string, readonly SocketOwner[]>): Socket {
  const processes = owners.get(socket.inode)
  return processes ? { ...socket, processes: [...processes] } : socket
}
