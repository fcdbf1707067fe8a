import { spawnSync } from 'node:child_process'
import { attribute, encodeNfnlMessage, NLM_F_ACK, NLM_F_REQUEST } from 'netlink-codec'
import {
  type Family,
  IPT_SO_GET_ENTRIES,
  IPT_SO_GET_INFO,
  legacyEntriesRequest,
  legacyInfoRequest,
  readLegacyInfo,
  SOL_IP,
  SOL_IPV6,
} from 'node-iptables'
import { close, getSocketOption, rawSocket } from '../../../src/collectors/kernel/libc.ts'
import type { TestNetns } from '../../support/netns.ts'

const AF_INET = 2
const AF_INET6 = 10
const IPPROTO_RAW = 255
const NETLINK_NETFILTER = 12
const NFNL_SUBSYS_IPSET = 6
const IPSET_CMD_CREATE = 2

const tool = (family: Family) => (family === 'ip' ? 'iptables' : 'ip6tables')

/** Loads a table; gives what iptables-restore complained about, or nothing. */
export function restore(netns: TestNetns, family: Family, text: string, ...flags: readonly string[]): string {
  const program = `${tool(family)}-legacy-restore`
  const { status, stderr } = netns.run(() =>
    spawnSync(program, ['-c', ...flags], { input: text, encoding: 'utf8' }),
  )
  return status === 0 ? '' : stderr.trim() || `status ${status}`
}

/** What iptables-legacy-save -c prints of a table, without its comments. */
export function save(netns: TestNetns, family: Family, table: string): string {
  const program = `${tool(family)}-legacy-save`
  const { stdout } = netns.run(() =>
    spawnSync(program, ['-c', '-t', table], { encoding: 'utf8', maxBuffer: 1 << 28 }),
  )
  return stdout.replaceAll(/^#.*\n/gm, '')
}

/** The bytes of a table that exists. */
export function readBlob(
  netns: TestNetns,
  family: Family,
  table: string,
): { info: Uint8Array; entries: Uint8Array } {
  return netns.run(() => {
    const level = family === 'ip' ? SOL_IP : SOL_IPV6
    const fd = rawSocket(family === 'ip' ? AF_INET : AF_INET6, IPPROTO_RAW)
    try {
      const info = legacyInfoRequest(table)
      getSocketOption(fd, level, IPT_SO_GET_INFO, info)
      const entries = legacyEntriesRequest(readLegacyInfo(info))
      getSocketOption(fd, level, IPT_SO_GET_ENTRIES, entries)
      return { info, entries }
    } finally {
      close(fd)
    }
  })
}

/** Makes an ipset (`IPSET_CMD_CREATE`): the ipset tool need not be there. @throws NetlinkError */
export function createSet(
  netns: TestNetns,
  name: string,
  type: string,
  family: Family,
  extensions: number,
): void {
  const request = encodeNfnlMessage(
    {
      subsystem: NFNL_SUBSYS_IPSET,
      command: IPSET_CMD_CREATE,
      flags: NLM_F_REQUEST | NLM_F_ACK,
      family: family === 'ip' ? AF_INET : AF_INET6,
    },
    writer => {
      attribute(writer, 1, w => w.u8(6))
      attribute(writer, 2, w => w.text(name))
      attribute(writer, 3, w => w.text(type))
      attribute(writer, 4, w => w.u8(4))
      attribute(writer, 5, w => w.u8(family === 'ip' ? AF_INET : AF_INET6))
      attribute(writer, 7 | 0x8000, data => {
        // IPSET_ATTR_CADT_FLAGS and IPSET_ATTR_TIMEOUT, in network order.
        attribute(data, 8 | 0x4000, w => w.be32(extensions))
        attribute(data, 6 | 0x4000, w => w.be32(0))
      })
    },
  )
  netns.netlink(NETLINK_NETFILTER).exchange('create an ipset', request, () => {})
}
