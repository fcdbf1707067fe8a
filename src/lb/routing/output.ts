import { type Ip, isLoopback, parseIp } from '../../util/prefix.ts'
import type { Route } from '../../snapshot/index.ts'
import type { RowRef } from '../evidence.ts'
import type { Packet } from '../packet.ts'
import { linkSysctl, type View } from '../view.ts'
import { lookUpRoute, type NoRoute, routeText, type RouteQuery, type Way } from './lookup.ts'
import { selectSource } from './source.ts'

export type OutputAnswer =
  | {
      readonly kind: 'route'
      /** To this very namespace, over `lo`. */
      readonly isLocal: boolean
      readonly isBroadcast: boolean
      readonly ways: readonly Way[]
      /** What the route proposes as source, for a packet that has none. */
      readonly source: (way: Way) => string | undefined
      /** The TTL of a packet whose sender asks for none. */
      readonly ttl: (way: Way) => number
      readonly detail: string
      readonly evidence: readonly RowRef[]
    }
  | NoRoute

/** ip_route_output_key (route.c), ip6_route_output: where a packet of this namespace goes. */
export function routeOutput(
  view: View,
  packet: Packet,
  options: { readonly oif?: string | null } = {},
): OutputAnswer {
  const destination = packet.destination === undefined ? undefined : parseIp(packet.destination)
  if (!destination) return { kind: 'unknown', reason: 'the destination address is not known', evidence: [] }
  const source = packet.source === undefined ? null : (parseIp(packet.source) ?? undefined)
  const answer = lookUpRoute(view, {
    ...queryOf(packet),
    destination,
    source,
    iif: 'lo',
    oif: options.oif ?? null,
  })
  if (answer.kind !== 'route') return answer
  const { type, route, ways, evidence } = answer
  const isLocal = type === 'local' || type === 'anycast'
  // IPv6 lets ::1 leave, and it is refused where it comes in.
  const isLoopback4 = source?.bits === 32 && isLoopback(source)
  const martian = isLoopback4 && !isLocal ? refuseLoopback(view, ways) : undefined
  if (martian) return martian
  const family = packet.family
  return {
    kind: 'route',
    isLocal,
    isBroadcast: type === 'broadcast' || type === 'multicast',
    ways: isLocal ? [{ dev: 'lo', gateway: undefined, weight: 1 }] : ways,
    source: way =>
      route.prefsrc ??
      (isLocal
        ? packet.destination
        : selectSource(view, way.dev, towardsOf(way, destination), family, route.scope)),
    ttl: way => hopLimitOf(route) ?? defaultTtl(view, family, way.dev),
    detail: routeText(route),
    evidence,
  }
}

/** RTAX_HOPLIMIT. */
function hopLimitOf({ metrics }: Route): number | undefined {
  const limit = metrics?.map(metric => metric['hoplimit']).find(value => value !== undefined)
  return typeof limit === 'number' && limit > 0 ? limit : undefined
}

/** IPDEFTTL: what nearly every namespace has, and so it is taken where it was not read. */
const USUAL_TTL = 64

/** ip4_dst_hoplimit, ip6_dst_hoplimit. */
function defaultTtl(view: View, family: Packet['family'], dev: string): number {
  const value =
    family === 'inet' ? view.sysctl('net.ipv4.ip_default_ttl') : linkSysctl(view, dev, 'hop_limit', 'ipv6')
  return value === undefined || value < 0 ? USUAL_TTL : value
}

/** __mkroute_output: 127.0.0.0/8 leaves by a device that route_localnet is set for, and by no other. */
function refuseLoopback(view: View, ways: readonly Way[]): OutputAnswer | undefined {
  const settings = ways.map(({ dev }) => [
    view.sysctl('net.ipv4.conf.all.route_localnet'),
    linkSysctl(view, dev, 'route_localnet'),
  ])
  if (settings.every(values => values.includes(1))) return undefined
  if (settings.some(values => values.includes(undefined))) {
    return {
      kind: 'unknown',
      reason: 'whether 127.0.0.0/8 may leave (route_localnet) was not read',
      evidence: [],
    }
  }
  const name = `net.ipv4.conf.${(ways[0]?.dev ?? 'all').replaceAll('.', '/')}.route_localnet`
  return {
    kind: 'none',
    type: 'martian',
    detail: `martian source: ${name} is 0`,
    evidence: [view.ref('sysctls', name)],
  }
}

/** fib_result_prefsrc looks at the gateway alone; IPv6 at the destination. */
function towardsOf({ gateway }: Way, destination: Ip): Ip | undefined {
  if (gateway !== undefined) return parseIp(gateway)
  return destination.bits === 128 ? destination : undefined
}

export function queryOf(
  packet: Packet,
): Pick<RouteQuery, 'mark' | 'tos' | 'protocol' | 'sourcePort' | 'destinationPort'> {
  const { mark, tos, protocol, sourcePort, destinationPort } = packet
  return { mark, tos, protocol, sourcePort, destinationPort }
}
