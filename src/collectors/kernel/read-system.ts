import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import type { NamespaceData } from './namespace.ts'
import { readConntrack, readSysctls } from './proc.ts'
import { readProcFile } from './proc-file.ts'
import type { ReadingContext } from './reading.ts'
import type { RtnlReading } from './read-rtnl.ts'
import { readSockets } from './sockets.ts'
import { openSysctls } from './sysctl-tree.ts'

/** Reads sockets, sysctls and the size of the connection table. */
export function readSystem(
  { doors, wanted, features, log, isHost }: ReadingContext,
  { data: { links = [] }, names, linkSysctls }: RtnlReading,
): Partial<NamespaceData> {
  const data: Partial<NamespaceData> = {}
  if (wanted.has('sockets')) {
    const { sockDiag, namespace } = doors
    const readFile = (path: string): string | undefined => namespace.enter(() => readProcFile(path))
    const sources = { transport: sockDiag, diag: features.socketDiag, readFile, names }
    data.sockets = log.read('sockets', '', [], () => readSockets(sources))
  }
  if (!wanted.has('sysctls') && !wanted.has('conntrack')) return data
  return doors.namespace.enter(() => {
    const tree = openSysctls()
    try {
      if (wanted.has('sysctls')) {
        const hasVlans = links.some(link => filtersByVlan(link) || link.linkinfo?.info_kind === 'vlan')
        const options = { hasIpvs: features.ipvsFamily !== undefined, isHost, hasVlans }
        const files = log.read('proc.sysctls', '', {}, () => ({ value: readSysctls(tree, options) }))
        data.sysctls = { ...files, ...linkSysctls }
      }
      if (wanted.has('conntrack')) {
        data.conntrack = log.read('proc.conntrack', '', undefined, () => {
          const value = readConntrack(tree)
          return value ? { value } : { value, unavailable: 'no connection tracking here' }
        })
      }
    } finally {
      tree.close()
    }
    return data
  })
}
