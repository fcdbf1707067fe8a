import type { DockerNetwork } from '../snapshot/index.ts'
import { plural } from '../util/format.ts'
import { quoted } from '../util/shell.ts'
import { dockerCommand, networkOptions } from './command-line.ts'
import { findContainer, findNetwork, missingOf, prunable } from './find.ts'
import type { NetworkCreate, NetworkIntent } from './intent.ts'
import type { ApiRequest, Plan, Undo } from './plan.ts'
import type { Site } from './site.ts'
import { connectionUndo, lostOfNetwork, networkIntentOf, networkUndo, noUndo, undoBy } from './undo.ts'

/** What of a plan depends on the kind of action; requests are those that are sent. */
export type PlanPart = Pick<
  Plan,
  'title' | 'severity' | 'confirmWord' | 'requests' | 'changes' | 'restarts' | 'removes' | 'undo'
> & {
  /** Where the intent alone does not tell the docker command. */
  readonly command?: string
}

export function planNetwork(intent: NetworkIntent, site: Site): PlanPart {
  switch (intent.kind) {
    case 'network-create':
      return planCreate(intent)
    case 'network-remove':
      return planRemove(intent.network, site)
    case 'network-prune':
      return planPrune(site)
    case 'network-restore':
      return planRestore(intent.networks, site)
    case 'network-connect':
      return planConnect(intent, site)
    case 'network-disconnect':
      return planDisconnect(intent, site)
  }
}

function planCreate(intent: NetworkCreate): PlanPart {
  const { name, driver, subnets } = intent
  const isOverlay = driver === 'overlay'
  const pools = subnets.map(({ subnet }) => subnet).join(', ')
  return {
    title: `Create network ${name} (${driver})`,
    severity: 'mild',
    confirmWord: name,
    requests: [post('/networks/create', createBody(intent))],
    changes: [
      `Network ${name} is there${isOverlay ? ' in the Swarm' : ' on this node'}, with ${pools === '' ? 'a subnet that Docker chooses' : pools}.`,
      ...(isOverlay
        ? ['A node gets its namespace, bridge and VXLAN interface when the first task on it comes there.']
        : []),
      ...(intent.ingress ? ['Published ports go through it.'] : []),
    ],
    restarts: [],
    undo: undoBy({ kind: 'network-remove', network: name }),
  }
}

/** `POST /networks/create`, as the docker command sends it. */
function createBody(intent: NetworkCreate): unknown {
  const { name, driver, subnets, attachable, internal, ingress, ipv6, labels } = intent
  const config = subnets.map(({ subnet, gateway, ipRange, auxAddresses }) => ({
    Subnet: subnet,
    ...(ipRange && { IPRange: ipRange }),
    ...(gateway && { Gateway: gateway }),
    ...(auxAddresses && { AuxiliaryAddresses: auxAddresses }),
  }))
  return {
    Name: name,
    // Engines of that time let two networks of one node have one name unless they are told to look.
    CheckDuplicate: true,
    Driver: driver,
    IPAM: { Driver: 'default', Options: {}, Config: config },
    // An engine may give IPv6 to all of its networks (`default-network-opts`): only what was asked for is said.
    ...(ipv6 && { EnableIPv6: true }),
    Internal: internal,
    Attachable: attachable,
    Ingress: ingress,
    Options: networkOptions(intent),
    Labels: labels,
  }
}

function planRemove(word: string, site: Site): PlanPart {
  const network = findNetwork(site, word)
  const name = network?.Name ?? word
  return {
    title: `Remove network ${name}`,
    severity: 'severe',
    confirmWord: name,
    requests: [{ method: 'DELETE', path: pathOf(network?.Id ?? word), query: {}, body: undefined }],
    changes: [
      `Network ${name}${network ? ` (${network.Driver}, ${subnetsOf(network)})` : ''} is gone${network?.Scope === 'swarm' ? ' in the whole Swarm' : ''}.`,
      ...(network?.Ingress ? ['No published port of the Swarm works any more.'] : []),
    ],
    restarts: [],
    undo: network ? networkUndo(network) : noUndo('It is not known how it was made.'),
  }
}

function planPrune(site: Site): PlanPart {
  const networks = prunable(site)
  return {
    title: 'Remove all networks that nothing uses',
    severity: 'severe',
    confirmWord: 'prune',
    requests: [post('/networks/prune', undefined)],
    changes:
      networks.length === 0
        ? ['No network is known that nothing uses.']
        : networks.map(
            network => `Network ${network.Name} (${network.Driver}, ${subnetsOf(network)}) is gone.`,
          ),
    restarts: [],
    removes: networks.map(({ Name }) => Name),
    undo: pruneUndo(networks),
  }
}

/** All that go are made again in one step, but for those that nobody read whole. */
function pruneUndo(networks: readonly DockerNetwork[]): Undo {
  const made = networks.filter(network => lostOfNetwork(network).length === 0).map(networkIntentOf)
  const lost = networks.filter(network => lostOfNetwork(network).length > 0)
  const without = lost
    .map(network => `${network.Name}, which would come back without ${lostOfNetwork(network).join(', ')}`)
    .join('; ')
  const [only] = made
  if (only === undefined)
    return noUndo(lost.length === 0 ? 'Nothing is known to take back.' : `Not ${without}.`)
  const undo = undoBy(made.length === 1 ? only : { kind: 'network-restore', networks: made })
  return lost.length === 0 ? undo : { ...undo, text: `${undo.text} (not ${without})` }
}

function planRestore(networks: readonly NetworkCreate[], site: Site): PlanPart {
  const missing = missingOf(networks, site)
  const there = networks.filter(network => !missing.includes(network))
  const names = missing.map(({ name }) => name)
  return {
    title: `Create ${plural(missing.length, 'network')} again`,
    severity: 'mild',
    confirmWord: names[0] ?? 'networks',
    command: (missing.length === 0 ? networks : missing).map(dockerCommand).join(' && '),
    requests: missing.map(network => post('/networks/create', createBody(network))),
    changes: [
      ...missing.flatMap(network => planCreate(network).changes.slice(0, 1)),
      ...there.map(({ name }) => `Network ${name} is there already, and stays as it is.`),
    ],
    restarts: [],
    undo:
      names.length === 1
        ? undoBy({ kind: 'network-remove', network: names.join('') })
        : noUndo(`No single step: ${['docker network rm', ...names.map(quoted)].join(' ')}`),
  }
}

function planConnect(intent: Extract<NetworkIntent, { kind: 'network-connect' }>, site: Site): PlanPart {
  const { ip, ip6, aliases } = intent
  const [network, container] = [findNetwork(site, intent.network), findContainer(site, intent.container)]
  const names = { network: network?.Name ?? intent.network, container: container?.Name ?? intent.container }
  const ipam = { ...(ip && { IPv4Address: ip }), ...(ip6 && { IPv6Address: ip6 }) }
  return {
    title: `Connect container ${names.container} to network ${names.network}`,
    severity: 'mild',
    confirmWord: names.container,
    requests: [
      post(`${pathOf(network?.Id ?? intent.network)}/connect`, {
        Container: container?.Id ?? intent.container,
        EndpointConfig: {
          ...(Object.keys(ipam).length > 0 && { IPAMConfig: ipam }),
          ...(aliases.length > 0 && { Aliases: aliases }),
        },
      }),
    ],
    changes: [
      `${names.container} has one more interface, on ${names.network}, and is found there by its name.`,
    ],
    restarts: [],
    undo: undoBy({
      kind: 'network-disconnect',
      network: names.network,
      container: names.container,
      force: false,
    }),
  }
}

function planDisconnect(
  intent: Extract<NetworkIntent, { kind: 'network-disconnect' }>,
  site: Site,
): PlanPart {
  const [network, container] = [findNetwork(site, intent.network), findContainer(site, intent.container)]
  const names = { network: network?.Name ?? intent.network, container: container?.Name ?? intent.container }
  return {
    title: `Disconnect container ${names.container} from network ${names.network}`,
    severity: 'moderate',
    confirmWord: names.container,
    requests: [
      post(`${pathOf(network?.Id ?? intent.network)}/disconnect`, {
        Container: container?.Id ?? intent.container,
        Force: intent.force,
      }),
    ],
    changes: [`${names.container} loses its interface on ${names.network}.`],
    restarts: [`Connections of ${names.container} over ${names.network} end.`],
    undo:
      network && container
        ? connectionUndo(container, network)
        : noUndo('It is not known how it is connected.'),
  }
}

function subnetsOf({ IPAM }: DockerNetwork): string {
  return IPAM.Config.flatMap(({ Subnet }) => Subnet ?? []).join(', ') || 'no subnet'
}

function pathOf(network: string): string {
  return `/networks/${encodeURIComponent(network)}`
}

export function post(path: string, body: unknown, query: ApiRequest['query'] = {}): ApiRequest {
  return { method: 'POST', path, query, body }
}
