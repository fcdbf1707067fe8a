import { DecodeError, NetlinkError, type Transport } from 'netlink-codec'
import type { LinkStats, Nsid, SourceReport } from '../../snapshot/index.ts'
import type { FoundNamespace } from './discover.ts'
import { openDoors } from './doors.ts'
import type { KernelFeatures } from './features.ts'
import { SystemCallError } from './libc.ts'
import type { NamespaceData } from './namespace.ts'
import { createNsidBook } from './nsid-book.ts'
import { type OpenNamespace, openNamespace } from './open-namespace.ts'
import type { Part } from './parts.ts'
import { readRtnl } from './read-rtnl.ts'
import { readSystem } from './read-system.ts'
import { hasLegacyTables, readTables } from './read-tables.ts'
import { readingOf } from './reading.ts'
import { readLinkStats } from './rtnl/link-stats.ts'
import type { InterfaceNames } from './rtnl/names.ts'
import { nsidOf, readNsids } from './rtnl/nsid.ts'
import { createSourceLog, explain, Unreadable } from './source-log.ts'

/** What one reading of a namespace gave. A field that was not asked for, or could not be read at all, is absent. */
export type PartReading = {
  readonly data: Partial<NamespaceData>
  readonly reports: SourceReport[]
  /** What has to be read as well, now that this was seen. */
  readonly next: ReadonlySet<Part>
}

/** Reads namespaces of one node, and remembers what ties them together. */
export type NodeReader = {
  /** The namespaces of a discovery, and what the kernel has ready by now; what is not among them is forgotten. */
  meet(namespaces: readonly FoundNamespace[], features: KernelFeatures): void
  /**
   * Reads some parts of one namespace. What the world does becomes a status of a source, never an error. Rows name links as
   * the last reading of links had them: who does not hear of changes asks for `links` too.
   */
  read(id: string, wanted: ReadonlySet<Part>): PartReading
  /**
   * Which parts of a namespace may have changed without an event: what IPVS holds, the sysctls of one that balances, as they say how, and
   * the tables of iptables' legacy back end where the namespace has or had some. Costs a look at two small files.
   */
  silentParts(id: string): ReadonlySet<Part>
  /**
   * The counters of some links of one namespace, by index. A link that is gone is left out.
   *
   * @returns undefined when they cannot be read on their own
   */
  readCounters(id: string, links: readonly number[]): Map<number, LinkStats> | undefined
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
const sysctlsOnly: ReadonlySet<Part> = new Set<Part>(['sysctls'])
const nothing: ReadonlySet<Part> = new Set()

export function createNodeReader(
  initial: KernelFeatures,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): NodeReader {
  const book = createNsidBook()
  const held = holder()
  let features = initial
  let known = new Map<string, FoundNamespace>()
  const nsids = new Map<string, readonly number[]>()
  const names = new Map<string, InterfaceNames>()
  /** Namespaces in which legacy tables were seen. */
  const legacy = new Set<string>()
  /** Namespaces whose IPVS has services. */
  const balancers = new Set<string>()

  const reader: NodeReader = {
    meet(namespaces, now) {
      features = now
      const before = known
      known = new Map(namespaces.map(found => [found.id, found]))
      for (const id of before.keys()) {
        if (known.has(id)) continue
        book.forget(id)
        legacy.delete(id)
        balancers.delete(id)
        nsids.delete(id)
      }
    },
    read(id, wanted) {
      const log = createSourceLog()
      const doors = log.read('namespace', 'CAP_SYS_ADMIN', undefined, () => {
        const found = known.get(id)
        if (!found) throw new Unreadable('gone', 'vanished since it was found')
        const budget = { bytes: MAX_BYTES, deadline: performance.now() + timeoutMs }
        return { value: openDoors(found, wanted, features, budget) }
      })
      if (!doors) return { data: {}, reports: log.reports, next: nothing }
      const ask = (other: string): number | undefined => {
        const target = held.open(known.get(other))
        if (!target) return undefined
        try {
          return nsidOf(doors.route, target.fd)
        } catch (error) {
          // The time is used up, for one: then the source of what is asked for next says so.
          if (explain(error, '')) return undefined
          throw error
        }
      }
      try {
        const context = { doors, wanted, features, log, isHost: known.get(id)?.kind === 'host' }
        const rtnl = readRtnl(context, wanted.has('links') ? undefined : names.get(id))
        names.set(id, rtnl.names)
        const data = { ...rtnl.data, ...readTables(context, rtnl.names), ...readSystem(context, rtnl) }
        if (data.links) book.learn(id, data.links, ask)
        if (data.ipvs?.services.length) balancers.add(id)
        else if (data.ipvs) balancers.delete(id)
        if (wanted.has('nsids')) {
          const numbers = log.read('rtnl.nsids', '', [], () => readingOf(readNsids(doors.route)))
          nsids.set(id, numbers)
          data.nsids = book.rows(id, numbers)
        }
        // What a load balancer sends depends on them. Where IPVS is in every sandbox, as it once was, they have their turn.
        const { kind } = known.get(id) ?? {}
        const isLacking = balancers.has(id) && wanted.has('ipvs') && !wanted.has('sysctls')
        const isBalancer = kind === 'ingress' || kind === 'load-balancer'
        return { data, reports: log.reports, next: isLacking && isBalancer ? sysctlsOnly : nothing }
      } finally {
        doors.close()
      }
    },
    silentParts(id) {
      const silent = new Set<Part>()
      if (features.ipvsFamily !== undefined) silent.add('ipvs')
      if (balancers.has(id)) silent.add('sysctls')
      if (!features.xtables) return silent
      const namespace = held.open(known.get(id))
      const hasTables = namespace ? hasLegacyTables(namespace) : false
      held.release()
      if (hasTables || legacy.has(id)) silent.add('netfilter')
      if (hasTables) legacy.add(id)
      else legacy.delete(id)
      return silent
    },
    readCounters(id, links) {
      const found = known.get(id)
      if (!found) return undefined
      try {
        const budget = { bytes: MAX_BYTES, deadline: performance.now() + timeoutMs }
        const doors = openDoors(found, nothing, features, budget)
        try {
          return countersOf(doors.route, links)
        } finally {
          doors.close()
        }
      } catch (error) {
        if (isWorldly(error)) return undefined
        throw error
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

function countersOf(route: Transport, links: readonly number[]): Map<number, LinkStats> {
  const counters = new Map<number, LinkStats>()
  for (const ifindex of links) {
    try {
      const stats = readLinkStats(route, ifindex)
      if (stats) counters.set(ifindex, stats)
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.code !== 'ENODEV') throw error
    }
  }
  return counters
}

/** What the world does; everything else is an error of ours. */
function isWorldly(error: unknown): boolean {
  return (
    error instanceof Unreadable ||
    error instanceof SystemCallError ||
    error instanceof NetlinkError ||
    error instanceof DecodeError
  )
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
        if (error instanceof Unreadable || error instanceof SystemCallError) return undefined
        throw error
      }
    },
    release,
  }
}
