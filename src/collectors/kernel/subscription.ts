import { eachMessage, type Message, DecodeError } from 'netlink-codec'
// The raw socket alone: the package's index loads its decoders too, 60 ms that the first frame would wait for.
import { RawNetlinkSocket } from 'netlink/dist/raw.js'
import { NETLINK_NETFILTER, NETLINK_ROUTE } from './netlink-socket.ts'
import type { OpenNamespace } from './open-namespace.ts'
import type { Part } from './parts.ts'

/** Bits of the groups in sockaddr_nl: group n is bit n-1 (RTNLGRP_* of linux/rtnetlink.h). */
const routeGroups = [
  1, // RTNLGRP_LINK
  3, // RTNLGRP_NEIGH, bridge forwarding entries too
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

const AF_BRIDGE = 7
/** Events that nobody takes from the queue are counted, not kept: half a megabyte holds a thousand of them. */
const RECEIVE_BUFFER = 512 * 1024

export type Subscription = { close(): void }

export type SubscriptionEvents = {
  /** Something of this part changed. */
  onDirty(part: Part): void
  /** Events were lost (ENOBUFS) or could not be understood: everything may have changed. */
  onLost(reason: string): void
}

/**
 * Listens for changes in one namespace. A listening socket keeps its namespace alive, so it has to be closed when the
 * namespace's last file and process are gone.
 *
 * @param nfTables whether nf_tables is there: joining its group would load it
 * @throws the system's error when the sockets cannot be opened
 */
export function subscribe(
  namespace: OpenNamespace,
  nfTables: boolean,
  events: SubscriptionEvents,
): Subscription {
  const opened: RawNetlinkSocket[] = []
  try {
    namespace.enter(() => {
      opened.push(listen(NETLINK_ROUTE, routeGroups))
      if (nfTables) opened.push(listen(NETLINK_NETFILTER, nftGroups))
      return undefined
    })
  } catch (error) {
    for (const socket of opened) socket.close()
    throw error
  }
  for (const socket of opened) {
    socket.on('message', bytes => report(bytes, socket === opened[0] ? routePart : () => 'netfilter', events))
    socket.on('truncatedMessage', () => events.onLost('an event was cut short'))
    socket.on('error', error => events.onLost(error.message))
  }
  return { close: () => opened.forEach(socket => socket.close()) }
}

function listen(protocol: number, groups: readonly number[]): RawNetlinkSocket {
  const localGroups = groups.reduce((mask, group) => mask | (1 << (group - 1)), 0) >>> 0
  return new RawNetlinkSocket(protocol, { localGroups, recvBufferSize: RECEIVE_BUFFER, sendBufferSize: 4096 })
}

function report(
  bytes: Uint8Array,
  partOf: (message: Message) => Part | undefined,
  events: SubscriptionEvents,
): void {
  try {
    eachMessage(bytes, bytes.length, message => {
      const part = partOf(message)
      if (part) events.onDirty(part)
    })
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    events.onLost(error.message)
  }
}

/** RTM_* of linux/rtnetlink.h: four types an object (new, delete, get, set). */
function routePart(message: Message): Part | undefined {
  switch (message.type & ~3) {
    case 16:
      return 'links'
    case 20:
      return 'addresses'
    case 24:
      return 'routes'
    case 28:
      return message.end > message.start && message.reader.u8(message.start) === AF_BRIDGE
        ? 'fdb'
        : 'neighbours'
    case 32:
      return 'rules'
    case 88:
      return 'nsids'
    default:
      return undefined
  }
}
