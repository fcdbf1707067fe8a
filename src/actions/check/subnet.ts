import type { DockerNetwork } from '../../snapshot/index.ts'
import {
  formatPrefix,
  isInPrefix,
  networkOf,
  overlaps,
  parseIp,
  parsePrefix,
  type Prefix,
} from '../../util/prefix.ts'
import type { NetworkCreate, Subnet } from '../intent.ts'
import type { Check, Field } from '../plan.ts'
import type { Site, UsedPrefix } from '../site.ts'
import { doubtful, refused, unchecked } from './finding.ts'

/** `--subnet` and what belongs to it, against each other and against all that is in use. */
export function checkSubnets(intent: NetworkCreate, site: Site): Check[] {
  const checks: Check[] = []
  const before: UsedPrefix[] = []
  for (const [index, subnet] of intent.subnets.entries()) {
    const field = `subnets.${index}`
    const { prefix, checks: found } = checkSubnet(field, subnet, site)
    checks.push(...found)
    if (!prefix) continue
    checks.push(...checkMembers(field, subnet, prefix, rulesOf(intent, site)))
    const twin = before.find(other => overlaps(other.prefix, prefix))
    if (twin) checks.push(overlapInside(`${field}.subnet`, subnet.subnet, twin, intent))
    before.push({ prefix, what: `${subnet.subnet} in the same network` })
    checks.push(
      ...checkUse(`${field}.subnet`, intent, prefix, site),
      ...checkFamily(`${field}.subnet`, intent, prefix),
    )
  }
  const second = intent.subnets.findIndex(
    ({ subnet }, index) => index > 0 && !subnet.includes(':') && !intent.subnets[0]?.subnet.includes(':'),
  )
  if (intent.driver === 'bridge' && second > 0) {
    checks.push(refused(`subnets.${second}.subnet`, 'A bridge has one IPv4 subnet.'))
  }
  if (intent.subnets.length > 0 && site.networks.reason !== undefined) {
    checks.push(unchecked(undefined, 'whether another network has such a subnet', site.networks.reason))
  }
  const hidden = site.addresses.reason ?? site.routes.reason
  if (intent.subnets.length > 0 && hidden !== undefined) {
    checks.push(unchecked(undefined, "whether the host's interfaces and routes have such a subnet", hidden))
  }
  return checks
}

function checkSubnet(
  at: Field,
  { subnet }: Subnet,
  site: Site,
): { readonly prefix: Prefix | undefined; readonly checks: readonly Check[] } {
  const field = `${at}.subnet`
  const told = parseCidr(subnet)
  if (!told) {
    return {
      prefix: undefined,
      checks: [
        refused(
          field,
          `${subnet === '' ? 'Nothing' : subnet} is no subnet: ADDRESS/LENGTH, such as 10.20.0.0/24.`,
        ),
      ],
    }
  }
  const prefix = networkOf(told)
  const checks: Check[] = []
  if (prefix.ip.value !== told.ip.value) {
    const meant = `${subnet} has bits behind its length: ${formatPrefix(prefix)} is the subnet.`
    // moby's ValidateIPAM (api/types/network/ipam.go) came with API 1.44, Docker 25; before that, such bits were cut off.
    checks.push(isApiFrom(site, 1, 44) ? refused(field, meant) : doubtful(field, meant))
  }
  return { prefix, checks }
}

/** Whether the daemon's API is of this version or newer; false when it is not known. */
export function isApiFrom({ daemon }: Site, major: number, minor: number): boolean {
  const [first = 0, second = 0] = (daemon.value?.api ?? '').split('.').map(Number)
  return first > major || (first === major && second >= minor)
}

function parseCidr(text: string): Prefix | undefined {
  return /^[^/]+\/\d{1,3}$/.test(text) ? parsePrefix(text) : undefined
}

/** Gateway, range and reserved addresses belong into their subnet, each address once. */
function checkMembers(
  at: Field,
  { gateway, ipRange, auxAddresses = {} }: Subnet,
  prefix: Prefix,
  { isOverlay, isStrict }: Rules,
): Check[] {
  const checks: Check[] = []
  const within = formatPrefix(prefix)
  // The manager leaves reserved addresses alone, and older ones do not even read them.
  const reserved = isOverlay && !isStrict ? ignored : refused
  if (gateway !== undefined) {
    const ip = parseIp(gateway)
    if (!ip) checks.push(refused(`${at}.gateway`, `${gateway} is no address.`))
    else if (!isInPrefix(ip, prefix)) checks.push(refused(`${at}.gateway`, `${gateway} is not in ${within}.`))
  }
  for (const [name, text] of Object.entries(auxAddresses)) {
    const field = `${at}.auxAddresses.${name}`
    const ip = parseIp(text)
    if (!ip) checks.push(reserved(field, `${text} is no address.`))
    else if (!isInPrefix(ip, prefix)) checks.push(reserved(field, `${text} is not in ${within}.`))
    else if (text === gateway) {
      checks.push((isOverlay ? ignored : refused)(field, `${text} is the gateway already.`))
    }
  }
  if (ipRange === undefined) return checks
  const range = parseCidr(ipRange)
  const field = `${at}.ipRange`
  if (!range)
    return [...checks, refused(field, `${ipRange} is no range: ADDRESS/LENGTH, such as 10.20.0.128/25.`)]
  const isInside = range.ip.bits === prefix.ip.bits && isInPrefix(range.ip, prefix)
  if (isInside && range.length >= prefix.length) return checks
  const sentence = `${ipRange} is no part of ${within}.`
  // Swarm's managers looked at the range's address alone, engines of that time not at all.
  const isRefused = isStrict || (isOverlay && !isInside)
  return [
    ...checks,
    isRefused ? refused(field, sentence) : doubtful(field, `${sentence} The daemon takes it all the same.`),
  ]
}

function ignored(field: Field, sentence: string): Check {
  return doubtful(field, `${sentence} It is not kept free.`)
}

/** What the daemons look at depends on the driver, and on their age. */
type Rules = { readonly isOverlay: boolean; readonly isStrict: boolean }

function rulesOf({ driver }: NetworkCreate, site: Site): Rules {
  return { isOverlay: driver === 'overlay', isStrict: isApiFrom(site, 1, 44) }
}

function overlapInside(field: Field, subnet: string, twin: UsedPrefix, { driver }: NetworkCreate): Check {
  const sentence = `${subnet} overlaps with ${twin.what}`
  if (driver !== 'overlay') return refused(field, `${sentence}.`)
  return doubtful(
    field,
    `${sentence}: the manager takes it and then gives it no addresses, so no task on it ever starts.`,
  )
}

/** Networks of the Swarm have one address space, those of a node another (libnetwork/ipam: GlobalDefault and LocalDefault). */
function checkUse(field: Field, intent: NetworkCreate, prefix: Prefix, site: Site): Check[] {
  const checks: Check[] = []
  const isSwarm = intent.driver === 'overlay'
  for (const network of site.networks.value ?? []) {
    const hit = prefixesOf(network).find(used => overlaps(used, prefix))
    if (!hit) continue
    const sentence = `${formatPrefix(prefix)} overlaps with ${formatPrefix(hit)} of network ${network.Name} (${network.Driver})`
    // An overlay that has something on this node has its subnet among those of the node too.
    const isHere = network.Scope !== 'swarm' || network.Peers !== undefined
    if (isSwarm ? network.Scope !== 'swarm' : !isHere) {
      checks.push(doubtful(field, `${sentence}: whoever is in both cannot tell the two apart.`))
    } else if (isSwarm) {
      checks.push(
        doubtful(
          field,
          `${sentence}: the manager takes it and then gives it no addresses, so no task on it ever starts.`,
        ),
      )
    } else checks.push(refused(field, `${sentence}.`))
  }
  // A bridge's own interface and route say the same thing again.
  if (checks.length > 0) return checks
  const used = [...(site.addresses.value ?? []), ...(site.routes.value ?? [])]
  const hit = used.find(entry => overlaps(entry.prefix, prefix))
  if (!hit) return []
  return [
    doubtful(
      field,
      `${formatPrefix(prefix)} overlaps with ${formatPrefix(hit.prefix)}, ${hit.what}: containers cannot reach what is behind it.`,
    ),
  ]
}

/** IPv4 and IPv6 subnets of a network. */
export function prefixesOf({ IPAM }: DockerNetwork): Prefix[] {
  return IPAM.Config.flatMap(({ Subnet: text }) => (text === undefined ? [] : (parseCidr(text) ?? [])))
}

function checkFamily(field: Field, { ipv6, driver }: NetworkCreate, { ip }: Prefix): Check[] {
  if (ip.bits === 32) return []
  if (!ipv6) return [doubtful(field, 'The network gets no IPv6 addresses: IPv6 is not turned on for it.')]
  return driver === 'overlay'
    ? [
        doubtful(
          field,
          'Tasks get IPv6 addresses in an overlay only from engines that support it (Docker 29).',
        ),
      ]
    : []
}
