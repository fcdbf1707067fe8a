import type { FoundNamespace } from './discover.ts'
import type { KernelFeatures } from './features.ts'
import {
  type Budget,
  NETLINK_GENERIC,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  NETLINK_XFRM,
  type NetlinkSocket,
  openNetlink,
} from './netlink-socket.ts'
import { type OpenNamespace, openNamespace } from './open-namespace.ts'
import type { Part } from './parts.ts'

/** Everything that one reading needs of the inside of a namespace: open, and usable from outside. */
export type Doors = {
  readonly namespace: OpenNamespace
  readonly route: NetlinkSocket
  /** Absent when it is not wanted, or when this kernel has no such protocol ready. */
  readonly netfilter: NetlinkSocket | undefined
  readonly xfrm: NetlinkSocket | undefined
  readonly generic: NetlinkSocket | undefined
  readonly sockDiag: NetlinkSocket | undefined
  close(): void
}

/**
 * Opens a namespace and, in one visit, the sockets for the wanted parts.
 *
 * @throws Unreadable, SystemCallError
 */
export function openDoors(
  found: FoundNamespace,
  wanted: ReadonlySet<Part>,
  features: KernelFeatures,
  budget: Budget,
): Doors {
  const namespace = openNamespace(found)
  const sockets = new Map<number, NetlinkSocket>()
  const close = (): void => {
    for (const socket of sockets.values()) socket.close()
    namespace.close()
  }
  const protocols = [NETLINK_ROUTE]
  if (wanted.has('netfilter') && features.nfTables === 'present') protocols.push(NETLINK_NETFILTER)
  if (wanted.has('xfrm')) protocols.push(NETLINK_XFRM)
  if (wanted.has('ipvs') && features.ipvsFamily !== undefined) protocols.push(NETLINK_GENERIC)
  const { tcp, udp } = features.socketDiag
  if (wanted.has('sockets') && (tcp || udp)) protocols.push(NETLINK_SOCK_DIAG)
  try {
    namespace.enter(() => {
      for (const protocol of protocols) {
        if (features.protocols.has(protocol)) sockets.set(protocol, openNetlink(protocol, budget))
      }
      return undefined
    })
  } catch (error) {
    close()
    throw error
  }
  const route = sockets.get(NETLINK_ROUTE)
  if (!route) {
    close()
    throw new Error('a kernel without rtnetlink')
  }
  return {
    namespace,
    route,
    netfilter: sockets.get(NETLINK_NETFILTER),
    xfrm: sockets.get(NETLINK_XFRM),
    generic: sockets.get(NETLINK_GENERIC),
    sockDiag: sockets.get(NETLINK_SOCK_DIAG),
    close,
  }
}
