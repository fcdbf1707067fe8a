import { spawnSync } from 'node:child_process'
import { attribute, ByteWriter, encodeNfnlMessage, NLM_F_ACK, NLM_F_REQUEST } from 'netlink-codec'
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
import type { LegacyBlob } from 'node-iptables/testing'
import { close, getSocketOption, rawSocket, setSocketOption } from '../../../src/collectors/kernel/libc.ts'
import type { TestNetns } from '../../support/netns.ts'

const AF_INET = 2
const AF_INET6 = 10
const IPPROTO_RAW = 255
const IPT_SO_SET_REPLACE = 64
/** struct ipt_get_entries: what lies before the entries. */
const ENTRIES_HEADER = 40
const NETLINK_NETFILTER = 12
const NFNL_SUBSYS_IPSET = 6
const IPSET_CMD_CREATE = 2
const IPSET_CMD_RENAME = 5
const IPSET_PROTOCOL = 6
const IPSET_ATTR_PROTOCOL = 1
const IPSET_ATTR_SETNAME = 2
const IPSET_ATTR_SETNAME2 = 3

const tool = (family: Family) => (family === 'ip' ? 'iptables' : 'ip6tables')

/** Loads a table; gives what iptables-restore complained about, or nothing. */
export function restore(netns: TestNetns, family: Family, text: string, ...flags: readonly string[]): string {
  return restoreWith(netns, `${tool(family)}-legacy-restore`, text, ...flags)
}

/** As `restore`, by any program of the kind. `-w`: all namespaces of a machine share a lock. */
export function restoreWith(
  netns: TestNetns,
  program: string,
  text: string,
  ...flags: readonly string[]
): string {
  const { error, status, stderr } = netns.run(() =>
    spawnSync(program, ['-c', '-w', ...flags], { input: text, encoding: 'utf8' }),
  )
  if (error) return error.message
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

/**
 * Puts a table into the kernel as iptables does, in bytes of our own making (struct ipt_replace). The old counters go
 * nowhere: the kernel only warns when it cannot hand them back.
 *
 * @throws SystemCallError for entries that the kernel does not accept
 */
export function replaceTable(netns: TestNetns, family: Family, table: string, blob: LegacyBlob): void {
  const { entryCount } = readLegacyInfo(readBlob(netns, family, table).info)
  const next = readLegacyInfo(blob.info)
  const writer = new ByteWriter()
  // Name and valid_hooks, as in struct ipt_getinfo; then its other fields in another order.
  writer.raw(blob.info.subarray(0, 36)).u32(next.entryCount).u32(next.size)
  for (const hook of next.hooks) writer.u32(hook?.entry ?? 0)
  for (const hook of next.hooks) writer.u32(hook?.underflow ?? 0)
  writer.u32(entryCount).align(8).u64('0').raw(blob.entries.subarray(ENTRIES_HEADER))
  netns.run(() => {
    const fd = rawSocket(family === 'ip' ? AF_INET : AF_INET6, IPPROTO_RAW)
    try {
      setSocketOption(fd, family === 'ip' ? SOL_IP : SOL_IPV6, IPT_SO_SET_REPLACE, writer.finish())
    } finally {
      close(fd)
    }
  })
}

/** Makes an ipset (`IPSET_CMD_CREATE`): the ipset tool need not be there. @throws NetlinkError */
export function createSet(
  netns: TestNetns,
  name: string,
  type: keyof typeof setRevisions,
  family: Family | 'any',
  extensions = 0,
): void {
  const number = { ip: AF_INET, ip6: AF_INET6, any: 0 }[family]
  askIpset(netns, IPSET_CMD_CREATE, number, writer => {
    attribute(writer, IPSET_ATTR_SETNAME, w => w.text(name))
    attribute(writer, 3, w => w.text(type))
    attribute(writer, 4, w => w.u8(setRevisions[type]))
    attribute(writer, 5, w => w.u8(number))
    attribute(writer, 7 | 0x8000, data => {
      // IPSET_ATTR_CADT_FLAGS and IPSET_ATTR_TIMEOUT, in network order.
      attribute(data, 8 | 0x4000, w => w.be32(extensions))
      attribute(data, 6 | 0x4000, w => w.be32(0))
    })
  })
}

/** Of the types that tests make: revisions with every extension that they use. */
const setRevisions = { 'hash:ip': 4, 'hash:ip,port': 4, 'list:set': 3 }

/** @throws NetlinkError */
export function renameSet(netns: TestNetns, name: string, to: string): void {
  askIpset(netns, IPSET_CMD_RENAME, AF_INET, writer => {
    attribute(writer, IPSET_ATTR_SETNAME, w => w.text(name))
    attribute(writer, IPSET_ATTR_SETNAME2, w => w.text(to))
  })
}

function askIpset(
  netns: TestNetns,
  command: number,
  family: number,
  write: (writer: ByteWriter) => unknown,
): void {
  const flags = NLM_F_REQUEST | NLM_F_ACK
  const request = encodeNfnlMessage({ subsystem: NFNL_SUBSYS_IPSET, command, flags, family }, writer => {
    attribute(writer, IPSET_ATTR_PROTOCOL, w => w.u8(IPSET_PROTOCOL))
    write(writer)
  })
  netns.netlink(NETLINK_NETFILTER).exchange('ask ipset', request, () => {})
}
