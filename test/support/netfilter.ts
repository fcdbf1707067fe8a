import type { Doors } from '../../src/collectors/kernel/doors.ts'
import { type KernelFeatures, kernelFeatures } from '../../src/collectors/kernel/features.ts'
import { NETLINK_NETFILTER, type NetlinkSocket } from '../../src/collectors/kernel/netlink-socket.ts'
import { readTables } from '../../src/collectors/kernel/read-tables.ts'
import { createSourceLog } from '../../src/collectors/kernel/source-log.ts'
import type { NetfilterTable } from '../../src/snapshot/index.ts'

/** What is needed of a namespace that a test made. */
type Host = {
  netlink(protocol?: number): NetlinkSocket
  run<Result>(inside: () => Result): Result
}

/**
 * Rules of both back ends, as the collectors read them.
 *
 * @throws Error when a source is not read whole, or when a table is not of iptables' shape
 */
export function readNetfilterOf(host: Host, features: KernelFeatures = kernelFeatures()): NetfilterTable[] {
  const log = createSourceLog()
  const doors: Doors = {
    namespace: { fd: -1, enter: inside => host.run(inside), close() {} },
    route: host.netlink(),
    netfilter: features.nfTables === 'present' ? host.netlink(NETLINK_NETFILTER) : undefined,
    xfrm: undefined,
    generic: undefined,
    sockDiag: undefined,
    close() {},
  }
  const wanted = new Set(['netfilter' as const])
  const context = { doors, wanted, features, log, isHost: false }
  const { netfilter = [], nft = [] } = readTables(context, new Map())
  const bad = log.reports.filter(({ status }) => status !== 'ok')
  if (bad.length > 0 || nft.length > 0) throw new Error(JSON.stringify([...bad, ...nft]))
  return netfilter
}
