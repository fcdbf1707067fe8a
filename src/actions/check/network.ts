import {
  findNetwork,
  holdsNetworks,
  ingressNetwork,
  isPredefined,
  missingOf,
  noNetwork,
  prunable,
} from '../find.ts'
import type { DockerNetwork } from '../../snapshot/index.ts'
import type { NetworkCreate, NetworkIntent } from '../intent.ts'
import type { Check, Field } from '../plan.ts'
import type { Site } from '../site.ts'
import { checkConnect, checkDisconnect } from './connection.ts'
import { checkIdentity, doubtful, refused, unchecked } from './finding.ts'
import { checkNetworkSize } from './pool.ts'
import { checkSubnets, isApiFrom } from './subnet.ts'
import { checkLocalName, checkSwarmName } from './words.ts'

export function checkNetworkIntent(intent: NetworkIntent, site: Site): Check[] {
  switch (intent.kind) {
    case 'network-create':
      return checkCreate(intent, site)
    case 'network-remove':
      return checkRemove(intent, site)
    case 'network-prune':
      return site.networks.reason === undefined
        ? prunable(site).flatMap(network => checkStopped(undefined, network, site))
        : [unchecked(undefined, 'which networks would go', site.networks.reason)]
    case 'network-restore':
      return checkRestore(intent.networks, site)
    case 'network-connect':
      return checkConnect(intent, site)
    case 'network-disconnect':
      return checkDisconnect(intent, site)
  }
}

function checkCreate(intent: NetworkCreate, site: Site): Check[] {
  const { name, driver } = intent
  const isOverlay = driver === 'overlay'
  return [
    ...(isOverlay ? checkSwarmName('name', name) : checkLocalName('name', name)),
    ...checkNameUse(intent, site),
    ...checkDriver(intent, site),
    ...checkSubnets(intent, site),
    ...(isOverlay ? checkOverlay(intent, site) : checkLocal(intent, site)),
    ...checkMtu(intent, site),
  ]
}

/** Those that are there already are not made: what is said is about the others, by their names. */
function checkRestore(networks: readonly NetworkCreate[], site: Site): Check[] {
  const missing = missingOf(networks, site)
  if (missing.length === 0) return [refused(undefined, 'All of these networks are there already.')]
  return missing.flatMap(network =>
    checkCreate(network, site).map(({ level, text }) => ({
      level,
      field: undefined,
      text: `${text} (${network.name})`,
    })),
  )
}

function checkNameUse({ name }: NetworkCreate, site: Site): Check[] {
  if (isPredefined(name)) return [refused('name', `${name} is a network of Docker's own.`)]
  if (site.networks.reason !== undefined) {
    return [unchecked('name', 'whether the name is in use', site.networks.reason)]
  }
  const other = site.networks.value?.find(({ Name }) => Name === name)
  return other ? [refused('name', `There is a network ${name} (${other.Driver}) already.`)] : []
}

function checkDriver({ driver }: NetworkCreate, { drivers }: Site): Check[] {
  if (driver === '') return [refused('driver', 'A driver is needed.')]
  if (driver === 'host' || driver === 'null') {
    return [refused('driver', `Only Docker itself makes a network with the driver ${driver}, one of each.`)]
  }
  if (drivers.reason !== undefined) return [unchecked('driver', 'whether the daemon has it', drivers.reason)]
  if (drivers.value?.includes(driver)) return []
  return [refused('driver', `The daemon has no driver ${driver}: ${drivers.value?.join(', ')}.`)]
}

/** A VNI has 24 bits; the manager gives out those from 4096 on (swarmkit networkallocator/cnmallocator, ovmanager). */
const MAX_VNI = 2 ** 24 - 1

function checkOverlay(intent: NetworkCreate, site: Site): Check[] {
  const checks: Check[] = []
  const { vnis = [], ingress, subnets, parent } = intent
  if (ingress) {
    const other = ingressNetwork(site)
    if (other)
      checks.push(refused('ingress', `There is an ingress network already, ${other.Name}; a Swarm has one.`))
    if (intent.attachable) {
      checks.push(refused('attachable', 'Containers cannot be attached to the ingress network.'))
    }
    if (intent.internal) checks.push(refused('internal', 'The ingress network cannot be internal.'))
  }
  const used = new Map(
    (site.networks.value ?? []).flatMap(({ Name, Options }) =>
      (Options[VNI_OPTION] ?? '')
        .split(',')
        .flatMap(vni => (vni === '' ? [] : [[Number(vni), Name] as const])),
    ),
  )
  for (const [index, vni] of vnis.entries()) {
    const field = `vnis.${index}`
    if (!Number.isInteger(vni) || vni < 1 || vni > MAX_VNI) {
      checks.push(
        doubtful(
          field,
          `${vni} is no VNI, which goes from 1 to ${MAX_VNI}: the manager takes it, and the network never works.`,
        ),
      )
    } else if (used.has(vni)) {
      checks.push(
        doubtful(
          field,
          `VNI ${vni} is that of network ${used.get(vni)}: the manager takes it, and the network never works.`,
        ),
      )
    } else if (vnis.indexOf(vni) !== index) {
      checks.push(doubtful(field, `VNI ${vni} is given twice: the network never works.`))
    }
  }
  if (vnis.length > Math.max(1, subnets.length)) {
    checks.push(
      doubtful(`vnis.${vnis.length - 1}`, 'There are more VNIs than subnets: what is left over is not used.'),
    )
  }
  if (parent !== undefined)
    checks.push(doubtful('parent', 'An overlay has no parent interface: it is not used.'))
  return [...checks, ...checkNetworkSize(intent, site)]
}

export const VNI_OPTION = 'com.docker.network.driver.overlay.vxlanid_list'

function checkLocal(intent: NetworkCreate, site: Site): Check[] {
  const checks: Check[] = []
  const { driver, encrypted, ingress, vnis = [], attachable } = intent
  if (encrypted)
    checks.push(doubtful('encrypted', `Only an overlay is encrypted; ${driver} does not know the word.`))
  if (ingress) checks.push(refused('ingress', 'Only an overlay can be the ingress network.'))
  if (vnis.length > 0)
    checks.push(doubtful('vnis.0', `Only an overlay has VNIs; ${driver} does not know the word.`))
  if (attachable) {
    checks.push(
      doubtful('attachable', 'Every container can be attached to a network of one node: it says nothing.'),
    )
  }
  const hasParent = driver === 'macvlan' || driver === 'ipvlan'
  if (hasParent) return [...checks, ...checkParent(intent, site)]
  if (intent.parent !== undefined) {
    checks.push(doubtful('parent', `${driver} has no parent interface: it is not used.`))
  }
  return checks
}

function checkParent({ parent, driver }: NetworkCreate, site: Site): Check[] {
  const { interfaces, networks } = site
  if (parent === undefined || parent === '') {
    return [
      doubtful('parent', 'Without a parent the network is isolated: Docker makes a dummy interface for it.'),
    ]
  }
  if (interfaces.reason !== undefined) {
    return [unchecked('parent', 'whether the interface exists', interfaces.reason)]
  }
  const names = interfaces.value?.map(({ name }) => name) ?? []
  const [, lower, vlan] = /^(.+)\.(\d+)$/.exec(parent) ?? []
  if (!names.includes(parent)) {
    if (lower === undefined || !names.includes(lower)) {
      return [refused('parent', `This node has no interface ${lower ?? parent}: ${names.join(', ')}.`)]
    }
    if (Number(vlan) < 1 || Number(vlan) > 4094) {
      return [refused('parent', `${vlan} is no VLAN: 1 to 4094.`)]
    }
  }
  const other = networks.value?.find(
    ({ Driver, Options }) => (Driver === 'macvlan' || Driver === 'ipvlan') && Options['parent'] === parent,
  )
  if (!other) return []
  const sentence = `${parent} is the parent of network ${other.Name} (${other.Driver}) already`
  return [
    other.Driver === driver
      ? secondParent(sentence, site)
      : doubtful(
          'parent',
          `${sentence}: an interface takes either macvlan or ipvlan, and containers do not start.`,
        ),
  ]
}

/** Docker 26.1 (API 1.45) refuses a second network of one kind on an interface, 28.5 takes it; those between were not asked. */
function secondParent(sentence: string, site: Site): Check {
  return site.daemon.value && !isApiFrom(site, 1, 46)
    ? refused('parent', `${sentence}, and this engine takes one only.`)
    : doubtful('parent', `${sentence}: engines before Docker 28 may refuse a second one.`)
}

/** IPv4 needs 68 bytes (RFC 791), IPv6 1280 (RFC 8200); a VXLAN header takes 50 of the wire's (RFC 7348, over IPv4). */
function checkMtu({ mtu, driver, ipv6 }: NetworkCreate, site: Site): Check[] {
  const { interfaces } = site
  if (mtu === undefined) return []
  if (mtu === 0) return [doubtful('mtu', '0 leaves the MTU to Docker.')]
  if (!Number.isInteger(mtu) || mtu < 68 || mtu > 65_535) {
    // Engines of this age give the MTU to the bridge itself, and the kernel refuses.
    if (driver === 'bridge' && isApiFrom(site, 1, 44)) {
      return [refused('mtu', `${mtu} is no MTU: 68 to 65535.`)]
    }
    return [
      doubtful('mtu', `${mtu} is no MTU: 68 to 65535. The daemon takes it, and containers do not start.`),
    ]
  }
  if (ipv6 && mtu < 1280) return [doubtful('mtu', 'IPv6 needs an MTU of 1280 at least.')]
  if (driver !== 'overlay') return []
  const wire = Math.max(
    0,
    ...(interfaces.value ?? []).filter(({ name }) => name !== 'lo').map(link => link.mtu),
  )
  if (wire === 0 || mtu <= wire - VXLAN_OVERHEAD) return []
  return [
    doubtful(
      'mtu',
      `A VXLAN frame is ${VXLAN_OVERHEAD} bytes longer, and the widest interface of this node takes ${wire}: large packets are lost above ${wire - VXLAN_OVERHEAD}.`,
    ),
  ]
}

const VXLAN_OVERHEAD = 50

function checkRemove(
  { network: word, made }: Extract<NetworkIntent, { kind: 'network-remove' }>,
  site: Site,
): Check[] {
  if (isPredefined(word)) return [refused('network', `${word} is a network of Docker's own and stays.`)]
  if (site.networks.reason !== undefined) {
    return [unchecked('network', 'whether it exists and who uses it', site.networks.reason)]
  }
  const network = findNetwork(site, word)
  if (!network) return [refused('network', noNetwork(site, word))]
  const inside = Object.entries(network.Containers)
    .filter(([key]) => !/^(?:lb-|ingress-sbox)/.test(key))
    .map(([, { Name }]) => Name)
  const users = (site.services.value ?? [])
    .filter(({ Spec }) =>
      Spec.Networks.some(({ Target }) => Target === network.Id || Target === network.Name),
    )
    .map(({ Spec }) => Spec.Name)
  const other = [
    ...checkIdentity('network', network.Name, network.Id, made),
    ...checkStopped('network', network, site),
  ]
  if (users.length > 0) return [...other, refused('network', `In use by ${list('service', users)}.`)]
  return inside.length > 0 ? [...other, refused('network', `In use by ${list('container', inside)}.`)] : other
}

/** The daemon takes a network away below containers that do not run. */
function checkStopped(field: Field | undefined, { Name }: DockerNetwork, { containers }: Site): Check[] {
  const stopped = (containers.value ?? []).filter(
    container => Name in container.NetworkSettings.Networks && !holdsNetworks(container),
  )
  if (stopped.length === 0) return []
  const names = list(
    'container',
    stopped.map(one => one.Name),
  )
  return [
    doubtful(
      field,
      `${Name} is that of ${names}, which ${stopped.length === 1 ? 'does' : 'do'} not run now, and then cannot be started.`,
    ),
  ]
}

/** `service web`, `services api, web and 3 more` */
function list(noun: string, names: readonly string[]): string {
  const shown = names.slice(0, 3)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  return `${noun}${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}`
}
