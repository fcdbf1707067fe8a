import type { Graph, GraphObject, Network } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import { type Field, isOn, textOf, wordsOf } from '../form/field.ts'
import type { Panel } from './panel.ts'
import {
  chosenNote,
  containerOf,
  containerOptions,
  isOwn,
  networkOf,
  networkOptions,
  networkReference,
} from './targets.ts'

const onNetwork: readonly GraphObject['type'][] = ['network', 'endpoint', 'sandbox', 'peer']
const onBoth: readonly GraphObject['type'][] = [...onNetwork, 'container']

function networkField(data: Data, isWanted: (network: Network) => boolean): Field {
  return {
    path: 'network',
    label: 'Network',
    help: 'Which one.',
    input: { kind: 'choice', options: networkOptions(data, isWanted) },
  }
}

/** The chosen network where it may be taken, else the first that may. */
function firstNetwork(
  data: Data,
  chosen: Network | undefined,
  isWanted: (network: Network) => boolean,
): string {
  if (chosen && isWanted(chosen)) return networkReference(data.graph, chosen)
  return networkOptions(data, isWanted)[0]?.value ?? ''
}

const isRemovable = (network: Network): boolean => isOwn(network) || network.role === 'ingress'

export const networkRemovePanel: Panel = {
  kind: 'network-remove',
  title: 'Remove a network',
  about: 'nothing may be on it',
  on: onNetwork,
  start(data, chosen) {
    const network = networkOf(data.graph, chosen)
    return {
      values: { texts: { network: firstNetwork(data, network, isRemovable) }, rows: {} },
      notes: chosenNote('network', network),
      isWhole: network !== undefined && isRemovable(network),
    }
  },
  parts: (_, data) => [networkField(data, isRemovable)],
  intent: values => ({ kind: 'network-remove', network: textOf(values, 'network') }),
}

export const networkPrunePanel: Panel = {
  kind: 'network-prune',
  title: 'Prune networks',
  about: 'remove all that nothing is on',
  on: [],
  start: () => ({ values: { texts: {}, rows: {} }, notes: {}, isWhole: true }),
  parts: () => [],
  intent: () => ({ kind: 'network-prune' }),
}

/** Networks that a container may be put on by hand. */
const isConnectable = (network: Network): boolean =>
  (isOwn(network) && (network.scope !== 'swarm' || network.isAttachable)) || network.role === 'default-bridge'

const isFree = ({ task }: { readonly task?: string }): boolean => task === undefined

export const connectPanel: Panel = {
  kind: 'network-connect',
  title: 'Connect a container to a network',
  about: 'one more interface',
  on: onBoth,
  start(data, chosen) {
    const container = containerOf(data.graph, chosen)
    const taken = container && isFree(container) ? container.name : containerOptions(data, isFree)[0]?.value
    const network = container ? undefined : networkOf(data.graph, chosen)
    return {
      values: {
        texts: { network: firstNetwork(data, network, isConnectable), container: taken ?? '' },
        rows: { aliases: 0 },
      },
      notes: {
        ...chosenNote('network', network && isConnectable(network)),
        ...chosenNote('container', container && isFree(container)),
      },
    }
  },
  parts: (_, data) => [
    {
      path: 'container',
      label: 'Container',
      help: 'Of this node. Tasks of services are not among them: Swarm connects those.',
      input: { kind: 'choice', options: containerOptions(data, isFree) },
    },
    networkField(data, isConnectable),
    {
      path: 'ip',
      label: 'IPv4 address',
      help: 'One of a subnet of the network that was given by hand when it was made.',
      input: { kind: 'text', placeholder: 'the next free one' },
    },
    {
      path: 'ip6',
      label: 'IPv6 address',
      help: 'The same for IPv6.',
      input: { kind: 'text', placeholder: 'the next free one, where there is IPv6' },
    },
    {
      path: 'aliases',
      singular: 'alias',
      help: 'Further names on this network.',
      fields: [
        {
          path: row => `aliases.${row}`,
          label: 'Alias',
          help: 'A further DNS name on this network.',
          input: { kind: 'text', needed: true },
        },
      ],
    },
  ],
  intent: values => ({
    kind: 'network-connect',
    network: textOf(values, 'network'),
    container: textOf(values, 'container'),
    ip: textOf(values, 'ip') || undefined,
    ip6: textOf(values, 'ip6') || undefined,
    aliases: wordsOf(values, 'aliases'),
  }),
}

export const disconnectPanel: Panel = {
  kind: 'network-disconnect',
  title: 'Disconnect a container from a network',
  about: 'its interface goes, and what runs over it',
  on: onBoth,
  start(data, chosen) {
    const container = containerOf(data.graph, chosen)
    const taken = container && isFree(container) ? container.name : containerOptions(data, isFree)[0]?.value
    const network = networkOf(data.graph, chosen)
    const options = networksOfContainer(data, taken)
    const reference = network && networkReference(data.graph, network)
    const found = options.find(({ value }) => value === reference) ?? options[0]
    return {
      values: { texts: { container: taken ?? '', network: found?.value ?? '' }, rows: {} },
      notes: chosenNote('container', container && isFree(container)),
    }
  },
  parts: (values, data) => [
    {
      path: 'container',
      label: 'Container',
      help: 'Of this node. Tasks of services are not among them: Swarm connects those.',
      input: { kind: 'choice', options: containerOptions(data, isFree) },
    },
    {
      path: 'network',
      label: 'Network',
      help: 'One that it is on.',
      input: { kind: 'choice', options: networksOfContainer(data, textOf(values, 'container')) },
    },
    {
      path: 'force',
      label: 'Force',
      help: 'Also when the daemon cannot undo all of it, or the container is gone.',
      input: { kind: 'toggle' },
    },
  ],
  intent: values => ({
    kind: 'network-disconnect',
    network: textOf(values, 'network'),
    container: textOf(values, 'container'),
    force: isOn(values, 'force'),
  }),
}

function networksOfContainer(data: Data, name: string | undefined): ReturnType<typeof networkOptions> {
  const { graph } = data
  const container = Object.values(graph.containers).find(other => other.name === name)
  const on = networksOf(graph, container?.sandbox)
  return networkOptions(data, ({ id }) => on.has(id))
}

function networksOf(graph: Graph, sandbox: string | undefined): ReadonlySet<string> {
  const { endpoints = [] } = sandbox === undefined ? {} : (graph.sandboxes[sandbox] ?? {})
  return new Set(endpoints.flatMap(id => graph.endpoints[id]?.network ?? []))
}
