import type { Link } from '../../snapshot/index.ts'
import { filtersByVlan } from '../../snapshot/vlan-filtering.ts'
import type { NamespaceData } from './namespace.ts'
import type { Part } from './parts.ts'
import { readTc } from './read-tc.ts'
import { type ReadingContext, readingOf } from './reading.ts'
import { readAddresses } from './rtnl/address.ts'
import { readFdb } from './rtnl/fdb.ts'
import { type LinkVisitor, readLinks } from './rtnl/link.ts'
import { addLinkSysctls } from './rtnl/link-sysctls.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { readNeighbours } from './rtnl/neighbour.ts'
import { readRoutes } from './rtnl/route.ts'
import { readRules } from './rtnl/rule.ts'
import { readVlans } from './rtnl/vlan.ts'

/** Parts that speak of links by index, or come with them. */
const needLinks: readonly Part[] = [
  'links',
  'addresses',
  'routes',
  'neighbours',
  'fdb',
  'nsids',
  'tc',
  'xfrm',
  'sockets',
  'sysctls',
]

/** Parts that need more of links than their names: settings of single interfaces come with them, and nsids. */
const ownLinks: readonly Part[] = ['links', 'sysctls', 'nsids']

export type RtnlReading = {
  readonly data: Partial<NamespaceData>
  readonly names: InterfaceNames
  /** Sysctls of single interfaces, which come with the links. */
  readonly linkSysctls: Record<string, string>
}

/**
 * Reads what rtnetlink knows of a namespace. It needs no capability beyond being there.
 *
 * @param known names of the links from an earlier reading, where they are known to be true still: then links are read
 *   only when they are wanted themselves
 */
export function readRtnl(context: ReadingContext, known: InterfaceNames | undefined): RtnlReading {
  const {
    doors: { route },
    wanted,
    log,
  } = context
  const data: Partial<NamespaceData> = {}
  const linkSysctls: Record<string, string> = {}
  const visit: LinkVisitor | undefined = wanted.has('sysctls')
    ? (link, attributes) => addLinkSysctls(linkSysctls, link.ifname, attributes)
    : undefined
  const needed = known ? ownLinks : needLinks
  if (needed.some(part => wanted.has(part))) {
    data.links = log.read('rtnl.links', '', [], () => readingOf(readLinks(route, visit)))
  }
  const names = data.links ? interfaceNames(data.links) : (known ?? new Map())
  // The kernel tells of both by the same event (br_ifinfo_notify), and only links tell whether to ask.
  if (data.links && wanted.has('links')) {
    data.vlans = data.links.some(filtersByVlan)
      ? log.read('rtnl.vlans', '', [], () => readingOf(readVlans(route, names)))
      : []
  }
  if (wanted.has('addresses')) {
    data.addresses = log.read('rtnl.addresses', '', [], () => readingOf(readAddresses(route, names)))
  }
  if (wanted.has('routes')) {
    data.routes = log.read('rtnl.routes', '', [], () => readingOf(readRoutes(route, names)))
  }
  if (wanted.has('rules')) data.rules = log.read('rtnl.rules', '', [], () => readingOf(readRules(route)))
  if (wanted.has('neighbours')) {
    data.neighbours = log.read('rtnl.neighbours', '', [], () => readingOf(readNeighbours(route, names)))
  }
  if (wanted.has('fdb')) data.fdb = log.read('rtnl.fdb', '', [], () => readingOf(readFdb(route, names)))
  return { data: { ...data, ...readTc(context, names) }, names, linkSysctls }
}

function interfaceNames(links: readonly Link[]): InterfaceNames {
  return new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]))
}
