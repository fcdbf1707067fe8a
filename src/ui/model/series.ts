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
 * is not read again. What has stood still for as long as a sparkline tells has no series.
 *
 * @returns the same object when too little time passed; undefined for no namespace. While nothing moves, `byKey` is the same.
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
  const moving = new Map([...linkRates(before.links, links, elapsed), ...packetRates(ipvs)])
  if (moving.size === 0 && before.byKey.size === 0) return { id, at: now, links, ipvs, byKey: before.byKey }
  const byKey = new Map<string, Series>()
  for (const key of new Set([...before.byKey.keys(), ...moving.keys()])) {
    const series = [...(before.byKey.get(key) ?? []), moving.get(key) ?? 0].slice(-SERIES_LENGTH)
    if (series.some(value => value !== 0)) byKey.set(key, series)
  }
  return { id, at: now, links, ipvs, byKey }
}

type Rate = readonly [key: string, value: number]

/** Bytes a second of the links that moved. One that was not read again is the same object as before. */
function linkRates(before: Namespace['links'], links: Namespace['links'], elapsed: number): Rate[] {
  if (before === links) return []
  const earlier = new Map(before.map(link => [link.ifindex, link]))
  return links.flatMap((link): Rate[] => {
    const old = earlier.get(link.ifindex)
    if (old === link || !link.stats64 || !old?.stats64) return []
    const received = rate(old.stats64.rx.bytes, link.stats64.rx.bytes, elapsed) ?? 0
    const sent = rate(old.stats64.tx.bytes, link.stats64.tx.bytes, elapsed) ?? 0
    return received + sent === 0 ? [] : [[linkKey(link), received + sent]]
  })
}

/** Packets a second of the virtual services and real servers that have some. */
function packetRates({ services }: Namespace['ipvs']): Rate[] {
  return services
    .flatMap((service): Rate[] => [
      [virtualServiceKey(service), packetsOf(service.stats)],
      ...service.realServers.map((server): Rate => [realServerKey(service, server), packetsOf(server.stats)]),
    ])
    .filter(([, value]) => value !== 0)
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
