import type { Family } from 'node-iptables'
import type { NetfilterTable } from '../../snapshot/index.ts'
import { readIpvs } from './ipvs.ts'
import { close, datagramSocket, getSocketOption, SystemCallError } from './libc.ts'
import type { NamespaceData } from './namespace.ts'
import type { OpenNamespace } from './open-namespace.ts'
import { readNft } from './nft.ts'
import { readNetFile } from './proc-file.ts'
import { NET_ADMIN, type ReadingContext } from './reading.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { withSetNames } from './set-names.ts'
import type { Reading } from './source-log.ts'
import { readXfrm } from './xfrm.ts'
import { type GetSocketOption, hasXtables, readXtables } from './xtables.ts'

const AF_INET = 2
const AF_INET6 = 10
const SOL_IP = 0
const SOL_IPV6 = 41

/** Reads the tables that decide about packets: netfilter of both back ends, IPVS, xfrm. */
export function readTables(context: ReadingContext, names: InterfaceNames): Partial<NamespaceData> {
  const { wanted, log, features, doors } = context
  const data: Partial<NamespaceData> = {}
  if (wanted.has('netfilter')) {
    const tables = readNfTables(context)
    const legacy = readLegacy(context)
    data.netfilter = [...legacy, ...tables.netfilter]
    data.nft = tables.nft
  }
  if (wanted.has('ipvs')) {
    const { ipvsFamily } = features
    const none = { services: [] }
    data.ipvs = log.read('ipvs', NET_ADMIN, none, () =>
      doors.generic && ipvsFamily !== undefined
        ? readIpvs(doors.generic, ipvsFamily)
        : { value: none, unavailable: 'this kernel has no IPVS loaded' },
    )
  }
  if (wanted.has('xfrm')) {
    const none = { states: [], policies: [] }
    data.xfrm = log.read('xfrm', NET_ADMIN, none, () =>
      doors.xfrm ? readXfrm(doors.xfrm, names) : { value: none, unavailable: 'this kernel has no xfrm' },
    )
  }
  return data
}

function readNfTables({ doors, features, log }: ReadingContext): Pick<NamespaceData, 'netfilter' | 'nft'> {
  const none = { netfilter: [], nft: [] }
  return log.read('nft', NET_ADMIN, none, () => {
    const { netfilter } = doors
    if (netfilter) {
      return withSetNames(
        inside => doors.namespace.enter(inside),
        setName => readNft(netfilter, setName),
      )
    }
    // Not loaded, so there are no tables; and asking would load it.
    if (features.nfTables === 'absent') return { value: none }
    return {
      value: none,
      unavailable: 'whether nf_tables is loaded cannot be told, and asking would load it',
    }
  })
}

/** Whether a legacy table is registered in the namespace; false too when it cannot be entered. */
export function hasLegacyTables(namespace: OpenNamespace): boolean {
  try {
    return namespace.enter(() => (['ip', 'ip6'] as const).some(family => hasXtables(readTableNames(family))))
  } catch (error) {
    if (error instanceof SystemCallError) return false
    throw error
  }
}

/** Runs inside the namespace. */
function readTableNames(family: Family): string {
  return readNetFile(`${family}_tables_names`) ?? ''
}

function readLegacy({ doors, log }: ReadingContext): NetfilterTable[] {
  return doors.namespace.enter(() => [
    ...log.read('xtables.ip', NET_ADMIN, [], () => readFamily('ip')),
    ...log.read('xtables.ip6', NET_ADMIN, [], () => readFamily('ip6')),
  ])
}

/** Runs inside the namespace. */
function readFamily(family: Family): Reading<NetfilterTable[]> {
  const names = readTableNames(family)
  if (!hasXtables(names)) return { value: [] }
  const fd = datagramSocket(family === 'ip' ? AF_INET : AF_INET6)
  try {
    const level = family === 'ip' ? SOL_IP : SOL_IPV6
    const ask: GetSocketOption = (option, value) => {
      getSocketOption(fd, level, option, value)
    }
    return withSetNames(
      open => open(),
      setName => readXtables(family, names, ask, setName),
    )
  } finally {
    close(fd)
  }
}
