import { closeSync, openSync } from 'node:fs'
import { inNamespace } from '../../src/collectors/kernel/enter.ts'
import { NETLINK_ROUTE, type NetlinkSocket, openNetlink } from '../../src/collectors/kernel/netlink-socket.ts'
import type { OracleNetns } from '../oracle/oracle.ts'

/** A network namespace that is there already, by its file. Its sockets live as long as the process. */
export function openNetns(name: string, path: string): OracleNetns {
  function run<Result>(inside: () => Result): Result {
    const fd = openSync(path, 'r')
    try {
      return inNamespace(fd, inside as never)
    } finally {
      closeSync(fd)
    }
  }
  const budget = { bytes: 1 << 30, deadline: Number.POSITIVE_INFINITY }
  const netlink = (protocol = NETLINK_ROUTE): NetlinkSocket => run(() => openNetlink(protocol, budget))
  return { name, run, netlink }
}
