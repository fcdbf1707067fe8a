import type { KernelRow, RowRef } from '../../graph/evidence.ts'
import { findRow } from '../../graph/rows.ts'
import type { NetfilterTable, Snapshot } from '../../snapshot/index.ts'
import { ruleKeys } from '../evidence.ts'
import type { StepAction } from '../trace.ts'

/** Snapshots by the graph ids of their nodes. */
export type Nodes = ReadonlyMap<string, Snapshot>

/**
 * What the counter of a row counts: `connections` their first packets (rules of nat, IPVS), `packets` each packet that the row fits,
 * `everything` all that passes an interface.
 */
export type Meter = {
  readonly unit: 'conns' | 'pkts'
  readonly counts: 'connections' | 'packets' | 'everything'
  readonly value: bigint
  /** Packets besides the connections, of IPVS. */
  readonly packets?: bigint
}

/** @returns undefined for a row that counts nothing; `gone` when it is not there, `unread` when nobody could look */
export function meterOf(
  nodes: Nodes,
  ref: RowRef,
  action?: StepAction,
): Meter | 'gone' | 'unread' | undefined {
  if (ref.from !== 'kernel' || !counting.has(ref.part) || ref.key === '') return undefined
  if (isUnread(nodes, ref)) return 'unread'
  const row = findCounted(nodes, ref)
  if (row === undefined) return 'gone'
  if (typeof row !== 'object' || row === null) return undefined
  return ref.part === 'links' ? linkMeter(row, action) : rowMeter(row, ref)
}

const rulesByKey = new WeakMap<NetfilterTable, ReadonlyMap<string, NetfilterTable['rules'][number]>>()

/** As `findRow`; a rule by an index of its table, as a path asks for dozens of them, in each of several readings. */
function findCounted(nodes: Nodes, ref: KernelRow): unknown {
  if (ref.part !== 'netfilter' || ref.key.includes(' :')) return findRow(nodes, ref)
  for (const table of tablesOf(nodes, ref)) {
    if (!ref.key.startsWith(`${nameOf(table)} `)) continue
    let rules = rulesByKey.get(table)
    if (!rules) {
      const keys = ruleKeys(table)
      rulesByKey.set(table, (rules = new Map(table.rules.map((row, index) => [keys[index] ?? '', row]))))
    }
    return rules.get(ref.key)
  }
  return undefined
}

const counting: ReadonlySet<RowRef['part']> = new Set(['netfilter', 'nft', 'ipvs', 'links'])

function rowMeter(row: object, { part, key }: KernelRow): Meter | undefined {
  if (part === 'ipvs') {
    const { stats } = row as { readonly stats?: { readonly conns: string; readonly inPackets: string } }
    if (!stats) return undefined
    const packets = BigInt(stats.inPackets)
    return { unit: 'conns', counts: 'connections', value: BigInt(stats.conns), packets }
  }
  if (!('packets' in row) || typeof row.packets !== 'string') return undefined
  const ofNat = part === 'netfilter' && key.split(' ')[2] === 'nat'
  return { unit: 'pkts', counts: ofNat ? 'connections' : 'packets', value: BigInt(row.packets) }
}

/** Steps at which a packet comes in by the interface that is named; at all others it goes out there. */
const arrivals: ReadonlySet<StepAction | undefined> = new Set<StepAction>(['received', 'decapsulated'])

function linkMeter(row: object, action: StepAction | undefined): Meter | undefined {
  const { stats64 } = row as { readonly stats64?: Record<'rx' | 'tx', { readonly packets: string }> }
  if (!stats64) return undefined
  const { packets } = arrivals.has(action) ? stats64.rx : stats64.tx
  return { unit: 'pkts', counts: 'everything', value: BigInt(packets) }
}

/** Statuses whose rows are as good as none. */
const unread = new Set(['unavailable', 'forbidden', 'timeout', 'gone'])

function isUnread(nodes: Nodes, ref: KernelRow): boolean {
  const namespace = nodes.get(ref.node)?.namespaces.find(({ id }) => id === ref.namespace)
  const sources = new Set(['namespace', ...sourcesOf(ref)])
  return namespace?.sources.some(({ source, status }) => sources.has(source) && unread.has(status)) ?? true
}

function sourcesOf({ part, key }: KernelRow): readonly string[] {
  if (part === 'links') return ['rtnl.links']
  if (part === 'ipvs') return ['ipvs']
  const [backend, family] = key.split(' ')
  return backend === 'legacy' ? [`xtables.${family}`] : ['nft']
}

/**
 * The same row in a later reading. A rule that only nft has words for tells its counters in its text, and so in its key: it is known
 * by its place.
 */
export function sameRow(before: Nodes, now: Nodes, ref: RowRef): RowRef {
  if (ref.from !== 'kernel' || ref.part !== 'netfilter' || !counters.test(ref.key)) return ref
  const place = placeOf(before, ref)
  const table = place && tablesOf(now, ref).find(each => nameOf(each) === place.name)
  const row = table?.rules[place?.index ?? 0]
  return row && table ? { ...ref, key: `${nameOf(table)} ${row.text}` } : ref
}

const counters = /counter packets \d+ bytes \d+/

function tablesOf(nodes: Nodes, ref: RowRef): readonly NetfilterTable[] {
  if (ref.from !== 'kernel') return []
  return nodes.get(ref.node)?.namespaces.find(({ id }) => id === ref.namespace)?.netfilter ?? []
}

function placeOf(nodes: Nodes, ref: RowRef): { readonly name: string; readonly index: number } | undefined {
  const row = findRow(nodes, ref)
  for (const table of tablesOf(nodes, ref)) {
    const index = table.rules.indexOf(row as NetfilterTable['rules'][number])
    if (index >= 0) return { name: nameOf(table), index }
  }
  return undefined
}

function nameOf({ backend, family, table }: NetfilterTable): string {
  return `${backend} ${family} ${table}`
}
