import { firstAddress, formatPrefix, isInPrefix, parseIp } from '../../util/prefix.ts'
import { findContainer, findNetwork, noNetwork } from '../find.ts'
import type { NetworkIntent } from '../intent.ts'
import type { Check } from '../plan.ts'
import type { Site } from '../site.ts'
import { refused, unchecked } from './finding.ts'
import { prefixesOf } from './subnet.ts'

export function checkConnect(
  intent: Extract<NetworkIntent, { kind: 'network-connect' }>,
  site: Site,
): Check[] {
  const checks: Check[] = [...checkContainer(intent.container, site)]
  if (site.networks.reason !== undefined) {
    return [...checks, unchecked('network', 'whether it exists', site.networks.reason)]
  }
  const network = findNetwork(site, intent.network)
  if (!network && site.swarm.value?.role === 'worker') {
    const reason = 'a worker does not know an overlay before something of its own is on it'
    return [...checks, unchecked('network', `whether there is a network ${intent.network}`, reason)]
  }
  if (!network) return [...checks, refused('network', noNetwork(site, intent.network))]
  const container = findContainer(site, intent.container)
  if (network.Name === 'host' || network.Name === 'none') {
    checks.push(refused('network', `A container cannot be connected to ${network.Name} afterwards.`))
  }
  if (network.Scope === 'swarm' && !network.Attachable) {
    checks.push(refused('network', `${network.Name} is not attachable: only tasks of services join it.`))
  }
  if (container && network.Name in container.NetworkSettings.Networks) {
    checks.push(refused('network', `${container.Name} is on ${network.Name} already.`))
  }
  if (container?.HostConfig.NetworkMode === 'host') {
    checks.push(
      refused('container', `${container.Name} has the network of the host and cannot join another.`),
    )
  }
  if (network.Name === 'bridge') return [...checks, ...checkDefaultBridge(intent)]
  for (const [field, text] of [
    ['ip', intent.ip],
    ['ip6', intent.ip6],
  ] as const) {
    if (text === undefined) continue
    const ip = parseIp(text)
    const subnets = prefixesOf(network).filter(({ ip: { bits } }) => bits === (field === 'ip' ? 32 : 128))
    if (ip?.bits !== (field === 'ip' ? 32 : 128)) checks.push(refused(field, `${text} is no address.`))
    else if (!subnets.some(subnet => isInPrefix(ip, subnet))) {
      const known = subnets.map(formatPrefix).join(', ')
      checks.push(
        refused(field, `${text} is in no subnet of ${network.Name}${known === '' ? '' : `: ${known}`}.`),
      )
    } else if (addressesOn(network).has(text))
      checks.push(refused(field, `${text} is in use on ${network.Name}.`))
  }
  return checks
}

/** moby's validateEndpointSettings: Docker's own bridge knows no names and gives every address itself. */
function checkDefaultBridge({
  ip,
  ip6,
  aliases,
}: Extract<NetworkIntent, { kind: 'network-connect' }>): Check[] {
  const checks: Check[] = []
  if (ip !== undefined) checks.push(refused('ip', "On Docker's own bridge no address can be chosen."))
  if (ip6 !== undefined) checks.push(refused('ip6', "On Docker's own bridge no address can be chosen."))
  if (aliases.length > 0) checks.push(refused('aliases.0', "On Docker's own bridge there are no names."))
  return checks
}

function addressesOn({ Containers, IPAM }: NonNullable<ReturnType<typeof findNetwork>>): Set<string> {
  const inside = Object.values(Containers).flatMap(({ IPv4Address, IPv6Address }) => [
    IPv4Address,
    IPv6Address,
  ])
  // A gateway that nobody named is the first address.
  const gateways = IPAM.Config.flatMap(({ Subnet, Gateway, AuxiliaryAddresses }) => [
    Gateway ?? firstAddress(Subnet ?? '') ?? '',
    ...Object.values(AuxiliaryAddresses ?? {}),
  ])
  return new Set([...inside, ...gateways].map(text => text.split('/')[0] ?? ''))
}

export function checkDisconnect(
  { network: word, container: name }: Extract<NetworkIntent, { kind: 'network-disconnect' }>,
  site: Site,
): Check[] {
  const checks = checkContainer(name, site)
  if (site.networks.value && !findNetwork(site, word)) {
    return [...checks, refused('network', noNetwork(site, word))]
  }
  const [network, container] = [findNetwork(site, word), findContainer(site, name)]
  if (network && container && !(network.Name in container.NetworkSettings.Networks)) {
    checks.push(refused('network', `${container.Name} is not on ${network.Name}.`))
  }
  return checks
}

function checkContainer(word: string, site: Site): Check[] {
  if (site.containers.reason !== undefined) {
    return [unchecked('container', 'whether it exists', site.containers.reason)]
  }
  if (findContainer(site, word)) return []
  return [
    refused(
      'container',
      word === '' ? 'A container is needed.' : `There is no container ${word} on this node.`,
    ),
  ]
}
