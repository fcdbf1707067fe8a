import { ByteWriter, DecodeError, eachMessage, type Message } from 'netlink-codec'
import {
  addToPoll,
  bind,
  close,
  createPoll,
  openReadOnly,
  rawSocket,
  readable,
  receive,
  setSocketOption,
  SystemCallError,
} from './libc.ts'
import { NETLINK_NETFILTER, NETLINK_ROUTE } from './netlink-socket.ts'
import type { OpenNamespace } from './open-namespace.ts'
import type { Part } from './parts.ts'

/** Bits of the groups in sockaddr_nl: group n is bit n-1 (RTNLGRP_* of linux/rtnetlink.h). */
const routeGroups = [
  1, // RTNLGRP_LINK
  3, // RTNLGRP_NEIGH, bridge forwarding entries too
  4, // RTNLGRP_TC
  5, // RTNLGRP_IPV4_IFADDR
  7, // RTNLGRP_IPV4_ROUTE
  8, // RTNLGRP_IPV4_RULE
  9, // RTNLGRP_IPV6_IFADDR
  11, // RTNLGRP_IPV6_ROUTE
  19, // RTNLGRP_IPV6_RULE
  28, // RTNLGRP_NSID
]
/** NFNLGRP_NFTABLES (linux/netfilter/nfnetlink.h). */
const nftGroups = [7]

const AF_NETLINK = 16
const AF_BRIDGE = 7
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const MSG_DONTWAIT = 0x40
const MSG_TRUNC = 0x20

/** Half a megabyte holds about a thousand events; what comes beyond is lost, and the kernel says so. */
const receiveBuffer = new ByteWriter().u32(512 * 1024).finish()
/** A namespace in which more happens at once than this is read again as a whole: its events tell nothing more. */
const MOST_EVENTS = 100

const buffer = new Uint8Array(64 * 1024)

export type SubscriptionEvents = {
  /** Something of this part changed. */
  onDirty(part: Part): void
  /** Events were lost (ENOBUFS), too many, or could not be understood: everything may have changed. */
  onLost(): void
}

export type Subscriptions = {
  /**
   * Listens for changes in one namespace; gives the way to stop it. A listening socket keeps its namespace alive, so it
   * has to be closed when the namespace's last file and process are gone.
   *
   * @param nfTables whether nf_tables is there: joining its group would load it
   * @throws SystemCallError when the sockets cannot be opened
   */
  add(namespace: OpenNamespace, nfTables: boolean, events: SubscriptionEvents): () => void
  /** Listens for mounts that come and go: a bind mount over a file of a directory is no change of the directory. */
  watchMounts(onChange: () => void): void
  /** Hears what happened since the last time. Never waits. */
  poll(): void
  /** Ends all of them. */
  close(): void
}

type Listener = {
  readonly partsOf: (message: Message) => readonly Part[]
  readonly events: SubscriptionEvents
}

/** Subscriptions to the kernel's events in many namespaces, heard through one descriptor. */
export function createSubscriptions(): Subscriptions {
  const poll = createPoll()
  const listeners = new Map<number, Listener>()
  let mounts: { readonly fd: number; readonly onChange: () => void } | undefined

  return {
    add(namespace, nfTables, events) {
      const opened: number[] = []
      const stop = (): void => {
        for (const fd of opened) {
          listeners.delete(fd)
          close(fd)
        }
      }
      try {
        namespace.enter(() => {
          opened.push(listen(NETLINK_ROUTE, routeGroups))
          if (nfTables) opened.push(listen(NETLINK_NETFILTER, nftGroups))
          return undefined
        })
        for (const fd of opened) {
          addToPoll(poll, fd)
          listeners.set(fd, { partsOf: fd === opened[0] ? routeParts : () => ['netfilter'], events })
        }
      } catch (error) {
        stop()
        throw error
      }
      return stop
    },
    watchMounts(onChange) {
      try {
        const fd = openReadOnly('/proc/self/mountinfo')
        addToPoll(poll, fd, true)
        mounts = { fd, onChange }
      } catch (error) {
        // Then the regular looks find them.
        if (!(error instanceof SystemCallError)) throw error
      }
    },
    poll() {
      for (const fd of readable(poll)) {
        const listener = listeners.get(fd)
        if (listener) hear(fd, listener)
        else if (fd === mounts?.fd) mounts.onChange()
      }
    },
    close() {
      for (const fd of listeners.keys()) close(fd)
      if (mounts) close(mounts.fd)
      listeners.clear()
      close(poll)
    },
  }
}

function listen(protocol: number, groups: readonly number[]): number {
  const fd = rawSocket(AF_NETLINK, protocol)
  try {
    setSocketOption(fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer)
    const mask = groups.reduce((bits, group) => bits | (1 << (group - 1)), 0) >>> 0
    // struct sockaddr_nl: family u16, padding u16, port u32 (0: the kernel chooses), groups u32.
    bind(fd, new ByteWriter().u16(AF_NETLINK).u16(0).u32(0).u32(mask).finish())
    return fd
  } catch (error) {
    close(fd)
    throw error
  }
}

/** Empties the queue of one socket. */
function hear(fd: number, { partsOf, events }: Listener): void {
  const parts = new Set<Part>()
  let isLost = false
  for (let count = 0; ; count++) {
    try {
      const length = receive(fd, buffer, MSG_DONTWAIT | MSG_TRUNC)
      if (count >= MOST_EVENTS || length > buffer.length) isLost = true
      if (isLost) continue
      eachMessage(buffer, length, message => {
        for (const part of partsOf(message)) parts.add(part)
      })
    } catch (error) {
      if (error instanceof SystemCallError && error.code === 'EAGAIN') break
      // ENOBUFS: events were dropped, and the next read goes on behind the gap.
      if (!(error instanceof DecodeError || error instanceof SystemCallError)) throw error
      isLost = true
    }
  }
  if (isLost) events.onLost()
  else for (const part of parts) events.onDirty(part)
}

/**
 * RTM_* of linux/rtnetlink.h: four types an object (new, delete, get, set). A link that goes down or away takes its
 * addresses, routes and entries along, and the kernel tells of those that are IPv4 only by the link.
 */
function routeParts(message: Message): readonly Part[] {
  switch (message.type & ~3) {
    case 16:
      return ['links', 'addresses', 'routes', 'neighbours', 'fdb', 'tc']
    case 20:
      return ['addresses', 'routes']
    case 24:
      return ['routes']
    case 28:
      return isBridgeEntry(message) ? ['fdb'] : ['neighbours']
    case 32:
      return ['rules']
    case 36: // Qdiscs.
    case 44: // Filters.
      return ['tc']
    case 88:
      return ['nsids']
    default:
      return []
  }
}

function isBridgeEntry({ start, end, reader }: Message): boolean {
  return end > start && reader.u8(start) === AF_BRIDGE
}
