import type { IpvsStats, Namespace } from '../../snapshot/index.ts'
import { linkKey, realServerKey, virtualServiceKey } from '../../snapshot/row-keys.ts'
import { rate } from './rates.ts'

/** How busy something was lately, the newest last: packets or bytes a second. */
export type Series = readonly number[]

/**
 * The last rates of the interfaces, virtual services and real servers of the namespace on the screen, by their keys.
 * Times are milliseconds since the epoch.
 */
export type NamespaceSeries = {
  readonly id: string
  readonly at: number
  /** The lists as they were read last. */
  readonly links: Namespace['links']
  readonly ipvs: Namespace['ipvs']
  readonly byKey: ReadonlyMap<string, Series>
}

/** As many as a sparkline is wide. */
export const SERIES_LENGTH = 16
/** Readings are no closer than this: an event has the same list read several times a second. */
const SHORTEST_MS = 900

/**
 * Takes the rates of now into the series, about once a second: also those of things that stand still, as what did not move
 * is not read again.
 *
 * @returns the same object when too little time passed; undefined for no namespace
 */
export function advanceSeries(
  before: NamespaceSeries | undefined,
  namespace: Namespace | undefined,
  now: number,
): NamespaceSeries | undefined {
  if (!namespace) return undefined
  const { id, links, ipvs } = namespace
  if (before?.id !== id) return { id, at: now, links, ipvs, byKey: new Map() }
  const elapsed = now - before.at
  if (elapsed < SHORTEST_MS) return before
  const byKey = new Map<string, Series>()
  const add = (key: string, value: number): void => {
    byKey.set(key, [...(before.byKey.get(key) ?? []), value].slice(-SERIES_LENGTH))
  }
  const earlier = new Map(before.links.map(link => [link.ifindex, link]))
  for (const link of links) {
    const old = earlier.get(link.ifindex)?.stats64
    if (!link.stats64 || !old) continue
    const received = rate(old.rx.bytes, link.stats64.rx.bytes, elapsed) ?? 0
    const sent = rate(old.tx.bytes, link.stats64.tx.bytes, elapsed) ?? 0
    add(linkKey(link), received + sent)
  }
  for (const service of ipvs.services) {
    add(virtualServiceKey(service), packetsOf(service.stats))
    for (const server of service.realServers) add(realServerKey(service, server), packetsOf(server.stats))
  }
  return { id, at: now, links, ipvs, byKey }
}

function packetsOf({ inPps, outPps }: IpvsStats): number {
  return Number(inPps) + Number(outPps)
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'] as const

/** A line of bars, the highest one as high as a row; nothing when nothing was measured or nothing moved. */
export function sparkline(series: Series | undefined): string {
  const highest = Math.max(0, ...(series ?? []))
  if (!series || highest === 0) return ''
  return series
    .map(value => (value === 0 ? ' ' : (bars[Math.ceil((value / highest) * bars.length) - 1] ?? bars[0])))
    .join('')
}
