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
    checks.push(...checkMembers(field, subnet, prefix))
    const twin = before.find(other => overlaps(other.prefix, prefix))
    if (twin) checks.push(refused(`${field}.subnet`, `${subnet.subnet} overlaps with ${twin.what}.`))
    before.push({ prefix, what: `${subnet.subnet} in the same network` })
    checks.push(
      ...checkUse(`${field}.subnet`, intent, prefix, site),
      ...checkFamily(`${field}.subnet`, intent, prefix),
    )
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
    checks.push(hasStrictPrefixes(site) ? refused(field, meant) : doubtful(field, meant))
  }
  return { prefix, checks }
}

/** moby's ValidateIPAM (api/types/network/ipam.go) came with API 1.44, Docker 25; before that, bits behind the length were cut off. */
function hasStrictPrefixes({ daemon }: Site): boolean {
  const [major = 0, minor = 0] = (daemon.value?.api ?? '').split('.').map(Number)
  return major > 1 || minor >= 44
}

function parseCidr(text: string): Prefix | undefined {
  return /^[^/]+\/\d{1,3}$/.test(text) ? parsePrefix(text) : undefined
}

/** Gateway, range and reserved addresses belong into their subnet, each address once. */
function checkMembers(at: Field, { gateway, ipRange, auxAddresses = {} }: Subnet, prefix: Prefix): Check[] {
  const checks: Check[] = []
  const taken = new Map<bigint, string>()
  function address(field: Field, text: string, what: string): void {
    const ip = parseIp(text)
    if (!ip) checks.push(refused(field, `${text} is no address.`))
    else if (!isInPrefix(ip, prefix)) {
      checks.push(refused(field, `${text} is not in ${formatPrefix(prefix)}.`))
    } else {
      const other = taken.get(ip.value)
      if (other !== undefined) checks.push(refused(field, `${text} is already ${other}.`))
      else taken.set(ip.value, what)
    }
  }
  if (gateway !== undefined) address(`${at}.gateway`, gateway, 'the gateway')
  for (const [name, text] of Object.entries(auxAddresses)) {
    address(`${at}.auxAddresses.${name}`, text, `the address of ${name}`)
  }
  if (ipRange !== undefined) {
    const range = parseCidr(ipRange)
    const field = `${at}.ipRange`
    if (!range) checks.push(refused(field, `${ipRange} is no range: ADDRESS/LENGTH, such as 10.20.0.128/25.`))
    else if (
      range.ip.bits !== prefix.ip.bits ||
      range.length < prefix.length ||
      !isInPrefix(range.ip, prefix)
    ) {
      checks.push(refused(field, `${ipRange} is no part of ${formatPrefix(prefix)}.`))
    }
  }
  return checks
}

/** Networks of the Swarm have one address space, those of a node another (libnetwork/ipam: GlobalDefault and LocalDefault). */
function checkUse(field: Field, intent: NetworkCreate, prefix: Prefix, site: Site): Check[] {
  const checks: Check[] = []
  const isSwarm = intent.driver === 'overlay'
  for (const network of site.networks.value ?? []) {
    const hit = prefixesOf(network).find(used => overlaps(used, prefix))
    if (!hit) continue
    const sentence = `${formatPrefix(prefix)} overlaps with ${formatPrefix(hit)} of network ${network.Name} (${network.Driver})`
    const isSameSpace = (network.Scope === 'swarm') === isSwarm
    if (!isSameSpace) {
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
