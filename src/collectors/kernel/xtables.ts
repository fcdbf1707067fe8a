import {
  type Family,
  IPT_SO_GET_ENTRIES,
  IPT_SO_GET_INFO,
  legacyEntriesRequest,
  legacyInfoRequest,
  printRule,
  readLegacyInfo,
  readLegacyTable,
} from 'node-iptables'
import type { NetfilterTable } from '../../snapshot/index.ts'
import { SystemCallError } from './libc.ts'
import type { SetName } from './set-names.ts'
import type { Reading } from './source-log.ts'

/**
 * getsockopt on a socket in the namespace: AF_INET with SOL_IP for ip, AF_INET6 with SOL_IPV6 for ip6. Fills `value` in
 * place.
 *
 * @throws SystemCallError
 */
export type GetSocketOption = (option: number, value: Uint8Array) => void

/** A table that changes between its two questions is asked for again this many times. */
const RETRIES = 5
const EAGAIN = 11
const ENOENT = 2

/**
 * Reads the legacy tables of one family.
 *
 * The kernel makes a table the moment it is asked for one that is not there (xt_request_find_table_lock in
 * x_tables.c loads `iptable_NAME` and registers it in the namespace), so only tables that the namespace has already are
 * asked for; and without a name there, no socket is needed at all.
 *
 * @param names what /proc/net/ip_tables_names (ip6_tables_names) of the namespace holds, one name a line; empty where
 *   there is no such file
 * @param getSocketOption is called only when `names` holds a name
 * @param setName names the ipsets of the namespace; without it they are printed as `<set:3>`
 * @throws SystemCallError EPERM without CAP_NET_ADMIN; DecodeError when a table does not hold together
 */
export function readXtables(
  family: Family,
  names: string,
  getSocketOption: GetSocketOption,
  setName: SetName = () => undefined,
): Reading<NetfilterTable[]> {
  const value: NetfilterTable[] = []
  let interrupted = false
  for (const name of tableNames(names)) {
    const table = readTable(family, name, getSocketOption, setName)
    if (table) value.push(table)
    else interrupted = true
  }
  return { value, interrupted }
}

/** True when there is a table to read: the caller opens a socket only then. */
export function hasXtables(names: string): boolean {
  return tableNames(names).length > 0
}

/** In iptables-save's order of the file: the kernel lists the newest first. */
function tableNames(names: string): string[] {
  if (names === '') return []
  return names.split('\n').filter(name => name !== '')
}

/** Undefined when the table kept changing, or went away. */
function readTable(
  family: Family,
  name: string,
  getSocketOption: GetSocketOption,
  setName: SetName,
): NetfilterTable | undefined {
  for (let attempt = 0; attempt <= RETRIES; attempt++) {
    try {
      const info = legacyInfoRequest(name)
      getSocketOption(IPT_SO_GET_INFO, info)
      const entries = legacyEntriesRequest(readLegacyInfo(info))
      getSocketOption(IPT_SO_GET_ENTRIES, entries)
      const { chains, rules } = readLegacyTable(info, entries, family, { setName })
      return {
        backend: 'legacy',
        family,
        table: name,
        chains: [...chains],
        rules: rules.map(rule => ({ ...rule, text: printRule(rule, family) })),
      }
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      if (error.errno === ENOENT) return undefined
      // The table's size is no longer what GET_INFO said (get_entries in ip_tables.c).
      if (error.errno !== EAGAIN) throw error
    }
  }
  return undefined
}
