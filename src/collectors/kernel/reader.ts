import type { Link, Nsid, SourceReport } from '../../snapshot/index.ts'
import type { FoundNamespace } from './discover.ts'
import { type Doors, openDoors } from './doors.ts'
import type { Dump } from './dump.ts'
import { type KernelFeatures, kernelFeatures } from './features.ts'
import type { NamespaceData } from './namespace.ts'
import { readIpvs } from './ipvs.ts'
import { readNft } from './nft.ts'
import { createNsidBook } from './nsid-book.ts'
import { type OpenNamespace, openNamespace } from './open-namespace.ts'
import type { Part } from './parts.ts'
import { readAddresses } from './rtnl/address.ts'
import { readFdb } from './rtnl/fdb.ts'
import { readLinks } from './rtnl/link.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { readNeighbours } from './rtnl/neighbour.ts'
import { nsidOf, readNsids } from './rtnl/nsid.ts'
import { readRoutes } from './rtnl/route.ts'
import { readRules } from './rtnl/rule.ts'
import { createSourceLog, type Reading, type SourceLog, Unreadable } from './source-log.ts'
import { readXfrm } from './xfrm.ts'

/** What one reading of a namespace gave. A field that was not asked for, or could not be read at all, is absent. */
export type PartReading = { readonly data: Partial<NamespaceData>; readonly reports: SourceReport[] }

/** Reads namespaces of one node, and remembers what ties them together. */
export type NodeReader = {
  /** The namespaces of a discovery; what is not among them is forgotten. */
  meet(namespaces: readonly FoundNamespace[]): void
  /** Reads some parts of one namespace. What the world does becomes a status of a source, never an error. */
  read(id: string, wanted: ReadonlySet<Part>): PartReading
  /**
   * Ends a pass: gives the nsids of the namespaces about which something new was learnt, now that all others were read,
   * and closes what was held open for comparing (a descriptor keeps a namespace alive).
   */
  finish(): ReadonlyMap<string, Nsid[]>
}

/** Bytes and milliseconds that one namespace may cost. */
const MAX_BYTES = 256 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 10_000

const nsidsOnly: ReadonlySet<Part> = new Set<Part>(['nsids'])

/** Parts that speak of links by index. */
const needNames: readonly Part[] = ['links', 'addresses', 'routes', 'neighbours', 'fdb', 'nsids', 'xfrm']

export function createNodeReader(timeoutMs: number = DEFAULT_TIMEOUT_MS): NodeReader {
  const book = createNsidBook()
  const held = holder()
  let features: KernelFeatures = kernelFeatures()
  let known = new Map<string, FoundNamespace>()
  const nsids = new Map<string, readonly number[]>()

  const reader: NodeReader = {
    meet(namespaces) {
      features = kernelFeatures()
      const before = known
      known = new Map(namespaces.map(found => [found.id, found]))
      for (const id of before.keys()) {
        if (known.has(id)) continue
        book.forget(id)
        nsids.delete(id)
      }
    },
    read(id, wanted) {
      const log = createSourceLog()
      const doors = log.read('namespace', 'CAP_SYS_ADMIN (run as root)', undefined, () => {
        const found = known.get(id)
        if (!found) throw new Unreadable('gone', 'vanished since it was found')
        const budget = { bytes: MAX_BYTES, deadline: performance.now() + timeoutMs }
        return { value: openDoors(found, wanted, features, budget) }
      })
      if (!doors) return { data: {}, reports: log.reports }
      const ask = (other: string): number | undefined => {
        const target = held.open(known.get(other))
        return target && nsidOf(doors.route, target.fd)
      }
      try {
        const data = readRtnl(doors, wanted, log)
        if (data.links) book.learn(id, data.links, ask)
        if (wanted.has('nsids')) {
          nsids.set(
            id,
            log.read('rtnl.nsids', '', [], () => reading(readNsids(doors.route))),
          )
          data.nsids = book.rows(id, nsids.get(id) ?? [])
        }
        Object.assign(data, readTables(doors, wanted, features, interfaceNames(data.links), log))
        return { data, reports: log.reports }
      } finally {
        doors.close()
      }
    },
    finish() {
      for (const id of book.unexplained()) reader.read(id, nsidsOnly)
      held.release()
      return new Map(book.touched().map(id => [id, book.rows(id, nsids.get(id) ?? [])]))
    },
  }
  return reader
}

function readRtnl({ route }: Doors, wanted: ReadonlySet<Part>, log: SourceLog): Partial<NamespaceData> {
  const data: Partial<NamespaceData> = {}
  if (needNames.some(part => wanted.has(part))) {
    data.links = log.read('rtnl.links', '', [], () => reading(readLinks(route)))
  }
  const names = interfaceNames(data.links)
  if (wanted.has('addresses')) {
    data.addresses = log.read('rtnl.addresses', '', [], () => reading(readAddresses(route, names)))
  }
  if (wanted.has('routes'))
    data.routes = log.read('rtnl.routes', '', [], () => reading(readRoutes(route, names)))
  if (wanted.has('rules')) data.rules = log.read('rtnl.rules', '', [], () => reading(readRules(route)))
  if (wanted.has('neighbours')) {
    data.neighbours = log.read('rtnl.neighbours', '', [], () => reading(readNeighbours(route, names)))
  }
  if (wanted.has('fdb')) data.fdb = log.read('rtnl.fdb', '', [], () => reading(readFdb(route, names)))
  return data
}

function interfaceNames(links: readonly Link[] = []): InterfaceNames {
  return new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]))
}

const ADMIN = 'CAP_NET_ADMIN (run as root)'

function readTables(
  { netfilter, generic, xfrm }: Doors,
  wanted: ReadonlySet<Part>,
  { ipvsFamily, nfTables }: KernelFeatures,
  names: InterfaceNames,
  log: SourceLog,
): Partial<NamespaceData> {
  const data: Partial<NamespaceData> = {}
  if (wanted.has('netfilter')) {
    const none = { netfilter: [], nft: [] }
    Object.assign(
      data,
      log.read('nft', ADMIN, none, () => {
        if (netfilter) return readNft(netfilter)
        // No tables can be there, and asking would load the module.
        if (nfTables === 'absent') return { value: none }
        throw new Unreadable(
          'unavailable',
          'whether nf_tables is loaded cannot be told, and asking would load it',
        )
      }),
    )
  }
  if (wanted.has('ipvs')) {
    data.ipvs = log.read('ipvs', ADMIN, { services: [] }, () => {
      if (!generic || ipvsFamily === undefined)
        throw new Unreadable('unavailable', 'this kernel has no IPVS loaded')
      return readIpvs(generic, ipvsFamily)
    })
  }
  if (wanted.has('xfrm')) {
    const none = { states: [], policies: [] }
    data.xfrm = log.read('xfrm', ADMIN, none, () =>
      xfrm ? readXfrm(xfrm, names) : { value: none, unavailable: 'this kernel has no xfrm' },
    )
  }
  return data
}

function reading<Row>(dump: Dump<Row>): Reading<Row[]> {
  return { value: dump.rows, interrupted: dump.interrupted, problems: dump.problems }
}

const MAX_HELD = 64

/** Namespaces that are asked about again and again (host, overlays) stay open for a pass. */
function holder(): { open(found: FoundNamespace | undefined): OpenNamespace | undefined; release(): void } {
  const open = new Map<string, OpenNamespace>()
  const release = (): void => {
    for (const namespace of open.values()) namespace.close()
    open.clear()
  }
  return {
    open(found) {
      if (!found) return undefined
      const held = open.get(found.id)
      if (held) return held
      if (open.size >= MAX_HELD) release()
      try {
        const namespace = openNamespace(found)
        open.set(found.id, namespace)
        return namespace
      } catch (error) {
        if (error instanceof Unreadable) return undefined
        throw error
      }
    },
    release,
  }
}
