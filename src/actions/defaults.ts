import { formatPrefix, overlaps, parsePrefix, type Prefix } from '../util/prefix.ts'
import { prefixesOf } from './check/subnet.ts'
import { poolUse } from './check/pool.ts'
import { findNetwork } from './find.ts'
import type { Publish } from './intent.ts'
import type { Site } from './site.ts'

/**
 * The next subnet that nobody uses: of the Swarm's pools for an overlay, of the daemon's usual ones for a network of this node.
 *
 * @returns undefined when it is not known what is in use, or nothing is free
 */
export function freeSubnet(site: Site, driver: string): string | undefined {
  const { networks, addresses, routes, swarm } = site
  if (!networks.value) return undefined
  const used: Prefix[] = [
    ...networks.value.flatMap(prefixesOf),
    ...[...(addresses.value ?? []), ...(routes.value ?? [])].map(({ prefix }) => prefix),
  ]
  const pools =
    driver === 'overlay'
      ? (swarm.value?.pools ?? []).map(pool => ({ pool, length: swarm.value?.subnetSize ?? 24 }))
      : localPools
  for (const { pool, length } of pools) {
    const prefix = parsePrefix(pool)
    if (!prefix || prefix.ip.bits !== 32 || length < prefix.length) continue
    const step = 2n ** BigInt(32 - length)
    const last = prefix.ip.value + 2n ** BigInt(32 - prefix.length)
    for (let value = prefix.ip.value; value < last; value += step) {
      const candidate: Prefix = { ip: { bits: 32, value }, length }
      if (!used.some(other => overlaps(other, candidate))) return formatPrefix(candidate)
    }
  }
  return undefined
}

/** The daemon's own pools, when its configuration names none (libnetwork/ipamutils, PredefinedLocalScopeDefaultNetworks). */
const localPools = [
  ...Array.from({ length: 15 }, (_, index) => ({ pool: `172.${index + 17}.0.0/16`, length: 16 })),
  { pool: '192.168.0.0/16', length: 20 },
]

/**
 * The first port from `from` on that nobody has, in the Swarm or on this node.
 *
 * @returns undefined when it is not known which are in use
 */
export function freePort(site: Site, protocol: Publish['protocol'] = 'tcp', from = 8080): number | undefined {
  const { services, sockets, containers } = site
  if (!services.value || !sockets.value) return undefined
  const used = new Set<number>([
    ...services.value.flatMap(({ Endpoint }) =>
      Endpoint.Ports.flatMap(port => (port.Protocol === protocol ? (port.PublishedPort ?? []) : [])),
    ),
    ...sockets.value.flatMap(socket => (socket.protocol === protocol ? socket.port : [])),
    ...(containers.value ?? []).flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).flatMap(ports => ports.map(({ HostPort }) => Number(HostPort))),
    ),
  ])
  for (let port = from; port <= 65_535; port++) if (!used.has(port)) return port
  return undefined
}

/** `203 of 253 addresses free`, for the help of a field that names a network; undefined when it is not known. */
export function networkRoom(site: Site, word: string): string | undefined {
  const network = findNetwork(site, word)
  const use = network?.Driver === 'overlay' ? poolUse(network, site) : undefined
  return use && `${Math.max(0, use.free)} of ${use.size} addresses free`
}
