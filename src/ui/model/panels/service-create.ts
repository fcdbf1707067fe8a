import type { Mount, ServiceCreate } from '../../../actions/intent.ts'
import type { GraphObject } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import {
  type Field,
  type FormValues,
  isOn,
  type List,
  numberOf,
  pairsOf,
  type Part,
  rowsOf,
  textOf,
  wordsOf,
} from '../form/field.ts'
import { choiceOf, lines } from './inputs.ts'
import type { Panel, Start } from './panel.ts'
import { publishFields, publishOf } from './publish-fields.ts'
import { chosenNote, networkOf, networkOptions, networkReference } from './targets.ts'
import { splitWords } from './words.ts'

/** Asks for what `docker service create` needs; a chosen overlay is what it begins with. */
export const serviceCreatePanel: Panel = {
  kind: 'service-create',
  title: 'Create a service',
  about: 'VIP or dnsrr, published ports',
  on: [],
  start,
  parts,
  intent,
}

function start({ graph }: Data, chosen: GraphObject | undefined): Start {
  const network = networkOf(graph, chosen)
  const isOverlay = network?.scope === 'swarm' && network.role === 'user'
  return {
    values: {
      texts: {
        mode: 'replicated',
        replicas: '1',
        endpointMode: 'vip',
        ...(isOverlay && { 'networks.0': networkReference(graph, network) }),
      },
      rows: { networks: isOverlay ? 1 : 0 },
    },
    notes: chosenNote('networks.0', isOverlay),
  }
}

const head: readonly Field[] = [
  {
    path: 'name',
    label: 'Name',
    help: 'What other services call it: it is its DNS name on its networks.',
    input: { kind: 'text' },
  },
  {
    path: 'image',
    label: 'Image',
    help: 'REPOSITORY:TAG. Each node that runs a task pulls it by itself.',
    input: { kind: 'text' },
  },
  {
    path: 'mode',
    label: 'Mode',
    help: 'replicated: so many tasks, wherever there is room. global: one task on every node.',
    input: choiceOf(['replicated', 'global']),
  },
]

const replicas: Field = {
  path: 'replicas',
  label: 'Replicas',
  help: 'How many tasks there shall be. Each takes an address of every network that it is on.',
  input: { kind: 'number', needed: true },
}

const endpointMode: Field = {
  path: 'endpointMode',
  label: 'Endpoint mode',
  help: 'vip: one virtual address, balanced by IPVS on each node. dnsrr: DNS answers with the addresses of the tasks; ports then need host mode.',
  input: choiceOf(['vip', 'dnsrr']),
}

const publish: List = {
  path: 'publish',
  singular: 'published port',
  help: 'Ports that are reached from outside.',
  fields: publishFields((row, field) => `publish.${row}.${field}`),
}

const mounts: List = {
  path: 'mounts',
  singular: 'mount',
  help: 'Files that the tasks see.',
  fields: [
    {
      path: row => `mounts.${row}.type`,
      label: 'Mount',
      help: 'volume: one of Docker, made when it is not there. bind: a path of the node. tmpfs: memory.',
      input: choiceOf(['volume', 'bind', 'tmpfs']),
    },
    {
      path: row => `mounts.${row}.source`,
      label: 'Source',
      help: 'Name of the volume, or path on the node; nothing for tmpfs.',
      input: { kind: 'text' },
    },
    {
      path: row => `mounts.${row}.target`,
      label: 'Target',
      help: 'Path in the container.',
      input: { kind: 'text', needed: true },
    },
    {
      path: row => `mounts.${row}.readonly`,
      label: 'Read-only',
      help: 'The tasks cannot write there.',
      input: { kind: 'toggle' },
    },
  ],
}

const tail: readonly Part[] = [
  lines(
    'constraints',
    'constraint',
    'Constraint',
    'Which nodes may run it: node.role==worker, node.hostname!=db1',
  ),
  lines('env', 'variable', 'Environment', 'NAME=VALUE. Values never reach the log of actions.'),
  mounts,
  lines('labels', 'label', 'Label', 'NAME=VALUE, of the service.'),
  {
    path: 'command',
    label: 'Arguments',
    help: "Of the image's entry point; in quotes what has blanks in it.",
    input: { kind: 'text', placeholder: "the image's own" },
  },
]

function parts(values: FormValues, data: Data): Part[] {
  const overlays = networkOptions(data, ({ scope, role }) => scope === 'swarm' && role === 'user')
  const networks: List = {
    path: 'networks',
    singular: 'network',
    help: 'Overlays that its tasks join; without any it is reached by published ports only.',
    fields: [
      {
        path: row => `networks.${row}`,
        label: 'Network',
        help:
          overlays.length === 0
            ? 'There is no overlay yet: create one first.'
            : 'An overlay that its tasks join.',
        input: { kind: 'choice', options: overlays },
      },
    ],
  }
  const isGlobal = textOf(values, 'mode') === 'global'
  return [...head, ...(isGlobal ? [] : [replicas]), networks, endpointMode, publish, ...tail]
}

function intent(values: FormValues): ServiceCreate {
  const isGlobal = textOf(values, 'mode') === 'global'
  return {
    kind: 'service-create',
    name: textOf(values, 'name'),
    image: textOf(values, 'image'),
    command: splitWords(textOf(values, 'command')),
    mode: isGlobal ? 'global' : 'replicated',
    replicas: isGlobal ? 0 : (numberOf(values, 'replicas') ?? 0),
    networks: wordsOf(values, 'networks'),
    endpointMode: textOf(values, 'endpointMode') === 'dnsrr' ? 'dnsrr' : 'vip',
    publish: rowsOf(values, 'publish', row => publishOf(values, field => `publish.${row}.${field}`)),
    constraints: wordsOf(values, 'constraints'),
    env: wordsOf(values, 'env'),
    mounts: rowsOf(values, 'mounts', row => mountOf(values, row)),
    labels: pairsOf(values, 'labels'),
  }
}

function mountOf(values: FormValues, row: number): Mount {
  const type = textOf(values, `mounts.${row}.type`)
  return {
    type: type === 'bind' || type === 'tmpfs' ? type : 'volume',
    source: textOf(values, `mounts.${row}.source`) || undefined,
    target: textOf(values, `mounts.${row}.target`),
    readonly: isOn(values, `mounts.${row}.readonly`),
  }
}
