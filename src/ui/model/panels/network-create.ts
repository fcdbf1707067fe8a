import type { NetworkCreate } from '../../../actions/intent.ts'
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
} from '../form/field.ts'
import { choiceOf, lines } from './inputs.ts'
import type { Panel, Start } from './panel.ts'

/** Asks for all that `docker network create` takes; what a driver does not know is not asked for. */
export const networkCreatePanel: Panel = {
  kind: 'network-create',
  title: 'Create a network',
  about: 'overlay, bridge, macvlan, ipvlan',
  on: [],
  start,
  parts,
  intent,
}

const drivers = ['overlay', 'bridge', 'macvlan', 'ipvlan'] as const

function start({ desk, snapshot }: Data): Start {
  const isSwarm = snapshot.docker?.info?.Swarm.ControlAvailable === true
  const suggested = desk?.suggest(snapshot)
  const subnet = isSwarm ? suggested?.overlaySubnet : suggested?.localSubnet
  return {
    values: {
      texts: {
        driver: isSwarm ? 'overlay' : 'bridge',
        ...(subnet !== undefined && { 'subnets.0.subnet': subnet }),
      },
      rows: { subnets: 1, options: 0, labels: 0 },
    },
    notes: {
      driver: isSwarm ? 'this node is a manager' : 'no manager of a Swarm here',
      ...(subnet !== undefined && {
        'subnets.0.subnet': 'the next free one: no network, route or interface known here uses it',
      }),
    },
  }
}

const name: Field = {
  path: 'name',
  label: 'Name',
  help: 'What services, containers and DNS call it. Letters, digits, _ . and -.',
  input: { kind: 'text' },
}

const driver: Field = {
  path: 'driver',
  label: 'Driver',
  help: 'overlay spans the nodes of the Swarm (VXLAN); bridge is of this node alone; macvlan and ipvlan put containers on a wire of the host.',
  input: choiceOf(drivers),
}

const parent: Field = {
  path: 'parent',
  label: 'Parent',
  help: 'The interface of the host below it: eth0, or eth0.10 for a VLAN, which is made when it is not there.',
  input: { kind: 'text', placeholder: 'none: no way out' },
}

const mtu: Field = {
  path: 'mtu',
  label: 'MTU',
  help: 'Bytes. An overlay needs 50 less than the wire between the nodes, and more when it is encrypted.',
  input: { kind: 'number', placeholder: "the driver's own" },
}

const toggles = {
  attachable: ['Attachable', 'Containers that no service owns may be connected too.'],
  internal: ['Internal', 'No way out of it: no default route, no published ports.'],
  encrypted: [
    'Encrypted',
    'ESP between the nodes (IPsec). Costs throughput, and needs protocol 50 and UDP 4789 through firewalls.',
  ],
  ingress: [
    'Routing mesh',
    'The one network that published ports come in by (--ingress). There can be one only.',
  ],
  ipv6: ['IPv6', 'Containers get IPv6 addresses too: an IPv6 subnet is needed on most engines.'],
} as const

function toggle(path: keyof typeof toggles): Field {
  const [label, help] = toggles[path]
  return { path, label, help, input: { kind: 'toggle' } }
}

function subnets(isOverlay: boolean): List {
  return {
    path: 'subnets',
    singular: 'subnet',
    help: 'A network without a subnet gets one of the pool of the daemon.',
    fields: [
      {
        path: row => `subnets.${row}.subnet`,
        label: 'Subnet',
        help: 'In CIDR: 192.168.10.0/24. An overlay needs an address for each task, each VIP, each node and the gateway; more than a /24 is not advised with VIPs.',
        input: { kind: 'text', placeholder: 'from the pool of the daemon' },
      },
      {
        path: row => `subnets.${row}.gateway`,
        label: 'Gateway',
        help: 'An address of the subnet that no container gets.',
        input: { kind: 'text', placeholder: 'the first address' },
      },
      {
        path: row => `subnets.${row}.ipRange`,
        label: 'IP range',
        help: 'A part of the subnet, in CIDR, that containers get their addresses from.',
        input: { kind: 'text', placeholder: 'all of the subnet' },
      },
      ...(isOverlay
        ? [
            {
              path: (row: number) => `vnis.${row}`,
              label: 'VNI',
              help: 'VXLAN network identifier, 1 to 16777215. Two overlays must not have the same.',
              input: { kind: 'number', placeholder: 'chosen by the manager' } as const,
            },
          ]
        : []),
    ],
  }
}

const options = lines(
  'options',
  'option',
  'Option',
  'NAME=VALUE, as after -o: com.docker.network.bridge.name=br7',
  'Further options of the driver.',
)

const labels = lines('labels', 'label', 'Label', 'NAME=VALUE', 'Words of your own.')

function parts(values: FormValues): Part[] {
  const chosen = textOf(values, 'driver')
  const isOverlay = chosen === 'overlay'
  const hasParent = chosen === 'macvlan' || chosen === 'ipvlan'
  return [
    name,
    driver,
    ...(hasParent ? [parent] : []),
    subnets(isOverlay),
    ...(isOverlay ? [toggle('attachable'), toggle('encrypted'), toggle('ingress')] : []),
    toggle('internal'),
    toggle('ipv6'),
    mtu,
    options,
    labels,
  ]
}

function intent(values: FormValues): NetworkCreate {
  const chosen = textOf(values, 'driver')
  const isOverlay = chosen === 'overlay'
  const isTold = (path: string): boolean => isOverlay && isOn(values, path)
  const rows = rowsOf(values, 'subnets', row => ({
    subnet: textOf(values, `subnets.${row}.subnet`),
    gateway: textOf(values, `subnets.${row}.gateway`) || undefined,
    ipRange: textOf(values, `subnets.${row}.ipRange`) || undefined,
  }))
  const vnis = rowsOf(values, 'subnets', row => numberOf(values, `vnis.${row}`))
  const parent = textOf(values, 'parent')
  return {
    kind: 'network-create',
    name: textOf(values, 'name'),
    driver: chosen,
    // One empty row asks for what the pool gives.
    subnets: rows.length === 1 && isEmpty(rows[0]) ? [] : rows,
    attachable: isTold('attachable'),
    internal: isOn(values, 'internal'),
    ingress: isTold('ingress'),
    ipv6: isOn(values, 'ipv6'),
    encrypted: isTold('encrypted'),
    mtu: numberOf(values, 'mtu'),
    vnis: isOverlay && vnis.some(vni => vni !== undefined) ? vnis.map(vni => vni ?? 0) : undefined,
    parent: (chosen === 'macvlan' || chosen === 'ipvlan') && parent !== '' ? parent : undefined,
    options: pairsOf(values, 'options'),
    labels: pairsOf(values, 'labels'),
  }
}

function isEmpty(row: object | undefined): boolean {
  return Object.values(row ?? {}).every(value => value === undefined || value === '')
}
