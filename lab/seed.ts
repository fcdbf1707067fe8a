/**
 * The default node: swarm-node1 of the text that the project began with, where nginx-vip, nginx-dnsrr and nginx-ingress
 * run on my-network. Addresses, marks, names, interface indexes and bridge MACs are the text's; what it leaves out
 * (the id of nginx-ingress' sandbox, the manager's VTEP) is filled in here.
 */
import {
  type Bridge,
  type Generation,
  join,
  joinTask,
  type LabNode,
  makeSandbox,
  type Overlay,
  type Sandbox,
  type VirtualService,
} from './topology.ts'

const managerVtep = '172.16.100.20'

/** The two bridges that every Docker Swarm node has. */
function bridges(): { docker0: Bridge; gwbridge: Bridge } {
  const common = { driver: 'bridge', mtu: 1500, ports: 0 } as const
  return {
    docker0: {
      ...common,
      name: 'bridge',
      device: 'docker0',
      subnet: { address: '172.17.0.1', prefixlen: 16 },
      mac: '02:42:7a:6f:1c:09',
      icc: true,
    },
    gwbridge: {
      ...common,
      name: 'docker_gwbridge',
      device: 'docker_gwbridge',
      subnet: { address: '172.18.0.1', prefixlen: 16 },
      mac: '02:42:3b:d8:52:e4',
      icc: false,
    },
  }
}

function ingressNetwork(services: VirtualService[]): Overlay {
  return {
    driver: 'overlay',
    name: 'ingress',
    id: 'i6xug49nwdsxauqqpli3apvym',
    netns: '1-i6xug49nwd',
    subnet: { address: '10.255.0.1', prefixlen: 16 },
    vni: 4096,
    mac: '3a:31:2c:7f:21:a8',
    mtu: 1450,
    // The manager's ingress_sbox, and its task of nginx-ingress.
    peers: ['10.255.0.3', '10.255.0.6'].map(address => ({ address, vtep: managerVtep })),
    services,
    ports: 0,
  }
}

function myNetwork(services: VirtualService[], remote: readonly string[]): Overlay {
  return {
    driver: 'overlay',
    name: 'my-network',
    id: 'vxe1cwk14avlfp2xjgymhkhdl',
    netns: '1-vxe1cwk14a',
    subnet: { address: '192.168.10.1', prefixlen: 24 },
    vni: 4097,
    mac: '5a:f5:4c:f3:98:d5',
    mtu: 1450,
    peers: remote.map(address => ({ address, vtep: managerVtep })),
    services,
    ports: 0,
  }
}

const vipService: VirtualService = {
  name: 'nginx-vip',
  vip: '192.168.10.2',
  mark: 0x112,
  ports: [],
  realServers: ['192.168.10.3', '192.168.10.4'],
}
const dnsrrService: VirtualService = {
  name: 'nginx-dnsrr',
  mark: 0x113,
  ports: [],
  realServers: ['192.168.10.5', '192.168.10.6'],
}
const published = [{ published: 80, target: 80 }]

/** Builds the seed text's node anew; every call gives objects of its own. */
export function seedNode(generation: Generation): LabNode {
  const { docker0, gwbridge } = bridges()
  const ingress = ingressNetwork([
    {
      name: 'nginx-ingress',
      vip: '10.255.0.5',
      mark: 0x114,
      ports: published,
      realServers: ['10.255.0.6', '10.255.0.7'],
    },
  ])
  const mine = myNetwork(
    [
      vipService,
      dnsrrService,
      {
        name: 'nginx-ingress',
        vip: '192.168.10.7',
        mark: 0x115,
        ports: [],
        realServers: ['192.168.10.8', '192.168.10.9'],
      },
    ].map(service => ({ ...service, realServers: [...service.realServers] })),
    ['192.168.10.3', '192.168.10.5', '192.168.10.8', ...(generation === 'lb' ? ['192.168.10.11'] : [])],
  )
  const node: LabNode = {
    generation,
    uplink: {
      subnet: { address: '172.16.100.21', prefixlen: 24 },
      gateway: '172.16.100.1',
      mac: '52:54:00:10:64:15',
    },
    remote: {
      vtep: managerVtep,
      tasks: new Map([
        [ingress.netns, '10.255.0.6'],
        [mine.netns, '192.168.10.3'],
      ]),
    },
    bridges: [docker0, gwbridge],
    overlays: [ingress, mine],
    sandboxes: [],
  }
  node.sandboxes.push(...balancers(generation, ingress, mine, gwbridge))
  node.sandboxes.push(...containers(generation, ingress, mine, gwbridge))
  return node
}

function balancers(generation: Generation, ingress: Overlay, mine: Overlay, gwbridge: Bridge): Sandbox[] {
  const mesh = makeSandbox({ kind: 'ingress', netns: 'ingress_sbox' })
  join(mesh, ingress, '10.255.0.2', {
    ifindex: 94,
    aliases: generation === 'lb' ? vips(ingress) : [],
    peerMac: '4e:75:b1:f9:5b:55',
  })
  join(mesh, gwbridge, '172.18.0.2', { ifindex: 96 })
  if (generation === 'old') return [mesh]
  const balancer = makeSandbox({ kind: 'load-balancer', netns: `lb_${mine.id}`.slice(0, 12) })
  join(balancer, mine, '192.168.10.10', { ifindex: 98, aliases: vips(mine) })
  return [mesh, balancer]
}

function containers(generation: Generation, ingress: Overlay, mine: Overlay, gwbridge: Bridge): Sandbox[] {
  const old = generation === 'old'
  const task = { kind: 'container', listens: true } as const
  const vip = makeSandbox({ ...task, netns: '18531514ffd0', service: 'nginx-vip' })
  const dnsrr = makeSandbox({ ...task, netns: 'b4efcf686a74', service: 'nginx-dnsrr' })
  const mesh = makeSandbox({ ...task, netns: '42c9d6e05b1f', service: 'nginx-ingress', ports: published })
  joinTask(vip, generation, [
    [
      mine,
      '192.168.10.4',
      {
        ifindex: 102,
        aliases: old ? ['192.168.10.2'] : [],
        ...(old ? { peerMac: '96:57:63:17:80:83' } : {}),
      },
    ],
    [gwbridge, '172.18.0.3', { ifindex: 104 }],
  ])
  joinTask(dnsrr, generation, [
    [mine, '192.168.10.6', { ifindex: 106 }],
    [gwbridge, '172.18.0.4', { ifindex: 108 }],
  ])
  joinTask(mesh, generation, [
    [ingress, '10.255.0.7', { ifindex: 110, aliases: old ? ['10.255.0.5'] : [] }],
    [gwbridge, '172.18.0.5', { ifindex: 112 }],
    [mine, '192.168.10.9', { ifindex: 114, aliases: old ? ['192.168.10.7'] : [] }],
  ])
  return [vip, dnsrr, mesh]
}

function vips(network: Overlay): string[] {
  return network.services.flatMap(service => service.vip ?? [])
}
