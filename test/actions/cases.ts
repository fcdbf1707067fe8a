import type { Intent, NetworkCreate, Publish, ServiceCreate } from '../../src/actions/intent.ts'
import { network, service } from './intents.ts'

/** Something to ask of a daemon, and of our checks. */
export type Case = {
  readonly name: string
  readonly intent: Intent
  /**
   * What comes of it although the daemon takes it: words of a task's error, or `no addresses` for a network that gets none. The check
   * must have warned.
   */
  readonly comes?: RegExp | 'no addresses'
}

/**
 * What the cases are asked on: a swarm with overlays `taken` (10.30.0.0/24, VNI 5000), `closed` (10.31.0.0/24, not attachable) and `tiny`
 * (10.32.0.0/29); services `web` (on taken, 8080 in the mesh), `edge` (8090 in host mode) and `direct` (dnsrr); on node1 a
 * bridge `yard` (172.30.0.0/24) with container `box` (172.30.0.9), a macvlan `wired` on eth0, and a process that listens on 9999.
 */
let made = 0

/** A /16 for each case: Docker 20.10 does not give back the subnet of a network that it refused. */
function fresh(): string {
  made++
  return `10.${64 + made}`
}

function overlay(change: Partial<NetworkCreate>): NetworkCreate {
  return network({ name: 'case', attachable: false, subnets: [{ subnet: `${fresh()}.0.0/24` }], ...change })
}

function bridge(change: Partial<NetworkCreate>): NetworkCreate {
  return overlay({ driver: 'bridge', ...change })
}

function macvlan(change: Partial<NetworkCreate>): NetworkCreate {
  return bridge({ driver: 'macvlan', ...change })
}

/** Without a task: whether the manager takes it is all that is asked. */
function idle(change: Partial<ServiceCreate>): ServiceCreate {
  return service({ name: 'case', image: 'web:1', replicas: 0, networks: [], ...change })
}

function port(change: Partial<Publish>): Publish {
  return { published: 9100, target: 80, protocol: 'tcp', mode: 'ingress', ...change }
}

const subnets: readonly Case[] = [
  ...(['overlay', 'bridge'] as const).flatMap((driver): Case[] => {
    const isOverlay = driver === 'overlay'
    const make = isOverlay ? overlay : bridge
    /** A case of one subnet, or of several. */
    function of(
      name: string,
      subnetsOf: (base: string) => NetworkCreate['subnets'],
      more: Partial<NetworkCreate> = {},
      comes?: Case['comes'],
    ): Case {
      const intent = make({ subnets: subnetsOf(fresh()), ...more })
      return { name: `${driver}: ${name}`, intent, ...(comes !== undefined && isOverlay && { comes }) }
    }
    const plain = (base: string): NetworkCreate['subnets'] => [{ subnet: `${base}.0.0/24` }]
    const withOne =
      (part: (base: string) => Partial<NetworkCreate['subnets'][number]>) =>
      (base: string): NetworkCreate['subnets'] => [{ subnet: `${base}.0.0/24`, ...part(base) }]
    return [
      of('a subnet', plain),
      of('a subnet that Docker chooses', () => []),
      of('subnet without a length', base => [{ subnet: `${base}.0.0` }]),
      of('subnet that is a word', () => [{ subnet: 'ten/8' }]),
      of('subnet with a length of 33', base => [{ subnet: `${base}.0.0/33` }]),
      of('subnet with bits behind its length', base => [{ subnet: `${base}.0.5/24` }]),
      of(
        'gateway',
        withOne(base => ({ gateway: `${base}.0.254` })),
      ),
      of(
        'gateway that is a word',
        withOne(() => ({ gateway: 'door' })),
      ),
      of(
        'gateway outside',
        withOne(base => ({ gateway: `${base}.9.1` })),
      ),
      of(
        'range',
        withOne(base => ({ ipRange: `${base}.0.128/25` })),
      ),
      of(
        'range that is a word',
        withOne(() => ({ ipRange: 'half' })),
      ),
      of(
        'range outside',
        withOne(base => ({ ipRange: `${base}.9.0/25` })),
      ),
      of(
        'range wider than the subnet',
        withOne(base => ({ ipRange: `${base}.0.0/16` })),
      ),
      of(
        'reserved address',
        withOne(base => ({ auxAddresses: { printer: `${base}.0.9` } })),
      ),
      of(
        'reserved address that is a word',
        withOne(() => ({ auxAddresses: { printer: 'nine' } })),
      ),
      of(
        'reserved address outside',
        withOne(base => ({ auxAddresses: { printer: `${base}.9.9` } })),
      ),
      of(
        'reserved address that is the gateway',
        withOne(base => ({ gateway: `${base}.0.1`, auxAddresses: { printer: `${base}.0.1` } })),
      ),
      of(
        'two subnets that overlap',
        base => [{ subnet: `${base}.0.0/24` }, { subnet: `${base}.0.0/25` }],
        {},
        'no addresses',
      ),
      of('two subnets', base => [{ subnet: `${base}.0.0/24` }, { subnet: `${base}.1.0/24` }]),
      of('overlap with the other kind of network', () => [
        { subnet: isOverlay ? '172.30.0.0/25' : '10.30.0.0/25' },
      ]),
      of('overlap with the wire of the nodes', () => [{ subnet: '192.168.77.128/25' }]),
      of('IPv6 subnet without IPv6', () => [{ subnet: 'fd00:40::/64' }]),
      of('IPv6 subnet', base => [{ subnet: `${base}.0.0/24` }, { subnet: 'fd00:41::/64' }], { ipv6: true }),
      of('MTU', plain, { mtu: 1400 }),
      of('MTU of 0', plain, { mtu: 0 }),
      of('MTU of 60', plain, { mtu: 60 }),
      of('MTU of 70000', plain, { mtu: 70_000 }),
      of('internal', plain, { internal: true }),
      of('labels and options', plain, { labels: { a: 'b' }, options: { 'com.example.x': 'y' } }),
    ]
  }),
  {
    name: 'bridge: overlap with an overlay that is not on this node',
    intent: bridge({ subnets: [{ subnet: '10.31.0.0/25' }] }),
  },
  { name: 'bridge: overlap with a bridge', intent: bridge({ subnets: [{ subnet: '172.30.0.128/25' }] }) },
  {
    name: 'overlay: overlap with an overlay',
    intent: overlay({ subnets: [{ subnet: '10.30.0.128/25' }] }),
    comes: 'no addresses',
  },
  { name: 'overlay: /30', intent: overlay({ subnets: [{ subnet: '10.40.0.0/30' }] }) },
]

const networks: readonly Case[] = [
  { name: 'overlay: no name', intent: overlay({ name: '' }) },
  { name: 'overlay: name with a dot', intent: overlay({ name: 'my.network' }) },
  { name: 'overlay: name with a dash in front', intent: overlay({ name: '-network' }) },
  { name: 'overlay: name with an underscore', intent: overlay({ name: 'my_network' }) },
  { name: 'overlay: name of 64 letters', intent: overlay({ name: 'a'.repeat(64) }) },
  { name: 'overlay: name of 63 letters', intent: overlay({ name: 'a'.repeat(63) }) },
  { name: 'overlay: name in use', intent: overlay({ name: 'taken' }) },
  { name: 'overlay: name of a bridge', intent: overlay({ name: 'yard' }) },
  { name: 'bridge: no name', intent: bridge({ name: '' }) },
  { name: 'bridge: name with a dot', intent: bridge({ name: 'my.network' }) },
  { name: 'bridge: name with a space', intent: bridge({ name: 'my network' }) },
  { name: 'bridge: name in use', intent: bridge({ name: 'yard' }) },
  { name: 'bridge: name of an overlay', intent: bridge({ name: 'taken' }) },
  { name: "bridge: name of Docker's own", intent: bridge({ name: 'host' }) },
  { name: 'driver that is not there', intent: bridge({ driver: 'nope' }) },
  { name: 'driver host', intent: bridge({ driver: 'host', subnets: [] }) },
  { name: 'driver null', intent: bridge({ driver: 'null', subnets: [] }) },
  { name: 'overlay: attachable', intent: overlay({ attachable: true }) },
  { name: 'overlay: encrypted', intent: overlay({ encrypted: true }) },
  { name: 'overlay: VNI', intent: overlay({ vnis: [6000] }) },
  { name: 'overlay: VNI of 0', intent: overlay({ vnis: [0] }) },
  { name: 'overlay: VNI in use', intent: overlay({ vnis: [5000] }), comes: 'no addresses' },
  { name: 'overlay: VNI of 2^24', intent: overlay({ vnis: [2 ** 24] }), comes: 'no addresses' },
  { name: 'overlay: more VNIs than subnets', intent: overlay({ vnis: [6001, 6002] }) },
  { name: 'overlay: second ingress network', intent: overlay({ ingress: true }) },
  { name: 'overlay: attachable ingress network', intent: overlay({ ingress: true, attachable: true }) },
  { name: 'overlay: parent', intent: overlay({ parent: 'eth0' }) },
  { name: 'bridge: ingress', intent: bridge({ ingress: true }) },
  { name: 'bridge: attachable', intent: bridge({ attachable: true }) },
  { name: 'bridge: encrypted', intent: bridge({ encrypted: true }) },
  { name: 'bridge: VNI', intent: bridge({ vnis: [6000] }) },
  { name: 'macvlan: parent that is not there', intent: macvlan({ parent: 'eth9' }) },
  { name: 'macvlan: parent of another one', intent: macvlan({ parent: 'eth0' }) },
  { name: 'macvlan: VLAN of an interface that is not there', intent: macvlan({ parent: 'eth9.42' }) },
  { name: 'macvlan: VLAN 5000', intent: macvlan({ parent: 'eth0.5000' }) },
  { name: 'ipvlan: parent of a macvlan', intent: macvlan({ driver: 'ipvlan', parent: 'eth0' }) },
  { name: 'remove: a network of a service', intent: { kind: 'network-remove', network: 'taken' } },
  { name: 'remove: a network of a container', intent: { kind: 'network-remove', network: 'yard' } },
  { name: "remove: a network of Docker's own", intent: { kind: 'network-remove', network: 'bridge' } },
  { name: 'remove: a network that is not there', intent: { kind: 'network-remove', network: 'nope' } },
  { name: 'remove: a network that nothing uses', intent: { kind: 'network-remove', network: 'closed' } },
]

function connect(change: object): Intent {
  return { kind: 'network-connect', network: 'spare', container: 'box', aliases: [], ...change }
}

const connections: readonly Case[] = [
  { name: 'connect', intent: connect({ ip: '172.28.0.9', aliases: ['box9'] }) },
  { name: 'connect: to a network that it is on', intent: connect({ network: 'yard' }) },
  { name: 'connect: to no network', intent: connect({ network: 'nope' }) },
  { name: 'connect: no container', intent: connect({ container: 'nope' }) },
  { name: 'connect: to an overlay that is not attachable', intent: connect({ network: 'tiny' }) },
  { name: 'connect: to host', intent: connect({ network: 'host' }) },
  { name: 'connect: address outside', intent: connect({ ip: '172.27.0.9' }) },
  { name: 'connect: address that is the gateway', intent: connect({ ip: '172.28.0.1' }) },
  { name: 'connect: address that is a word', intent: connect({ ip: 'nine' }) },
  {
    name: 'connect: address on the default bridge',
    intent: connect({ network: 'bridge', ip: '172.17.0.99' }),
  },
  { name: 'connect: alias on the default bridge', intent: connect({ network: 'bridge', aliases: ['x'] }) },
  {
    name: 'disconnect: from a network that it is not on',
    intent: { kind: 'network-disconnect', network: 'spare', container: 'box', force: false },
  },
  {
    name: 'disconnect: no container',
    intent: { kind: 'network-disconnect', network: 'yard', container: 'nope', force: false },
  },
]

const services: readonly Case[] = [
  {
    name: 'service',
    intent: idle({
      networks: ['taken'],
      publish: [port({})],
      constraints: ['node.role==worker'],
      env: ['A=b'],
      labels: { a: 'b' },
    }),
  },
  { name: 'service: no name', intent: idle({ name: '' }) },
  { name: 'service: name with a dot', intent: idle({ name: 'a.b' }) },
  { name: 'service: name with an underscore', intent: idle({ name: 'a_b' }) },
  { name: 'service: name of 64 letters', intent: idle({ name: 'a'.repeat(64) }) },
  { name: 'service: name in use', intent: idle({ name: 'web' }) },
  { name: 'service: name in use, in capitals', intent: idle({ name: 'WEB' }) },
  { name: 'service: no image', intent: idle({ image: '' }) },
  { name: 'service: image in capitals', intent: idle({ image: 'Web' }) },
  { name: 'service: image of two words', intent: idle({ image: 'a b' }) },
  { name: 'service: image of a registry', intent: idle({ image: 'registry.example:5000/team/web:1.2' }) },
  { name: 'service: -1 tasks', intent: idle({ replicas: -1 }) },
  { name: 'service: global', intent: idle({ mode: 'global', constraints: ['node.hostname==nope'] }) },
  { name: 'service: no such network', intent: idle({ networks: ['nope'] }) },
  { name: 'service: network of a node', intent: idle({ networks: ['yard'] }) },
  { name: 'service: ingress network', intent: idle({ networks: ['ingress'] }) },
  { name: "service: the host's network", intent: idle({ networks: ['host'] }) },
  { name: 'service: a network twice', intent: idle({ networks: ['taken', 'taken'] }) },
  { name: 'service: dnsrr', intent: idle({ endpointMode: 'dnsrr', networks: ['taken'] }) },
  { name: 'service: dnsrr with a mesh port', intent: idle({ endpointMode: 'dnsrr', publish: [port({})] }) },
  {
    name: 'service: dnsrr with a host port',
    intent: idle({ endpointMode: 'dnsrr', publish: [port({ mode: 'host' })] }),
  },
  { name: 'service: port that Swarm chooses', intent: idle({ publish: [port({ published: undefined })] }) },
  { name: 'service: port taken in the mesh', intent: idle({ publish: [port({ published: 8080 })] }) },
  {
    name: 'service: the same port of UDP',
    intent: idle({ publish: [port({ published: 8080, protocol: 'udp' })] }),
  },
  { name: 'service: mesh port that a host port has', intent: idle({ publish: [port({ published: 8090 })] }) },
  {
    name: 'service: host port that the mesh has',
    intent: idle({ publish: [port({ published: 8080, mode: 'host' })] }),
  },
  {
    name: 'service: host port that a host port has',
    intent: idle({ publish: [port({ published: 8090, mode: 'host' })] }),
  },
  { name: 'service: port twice', intent: idle({ publish: [port({}), port({ target: 81 })] }) },
  {
    name: 'service: port twice, in two modes',
    intent: idle({ publish: [port({}), port({ mode: 'host' })] }),
  },
  { name: 'service: port of TCP and UDP', intent: idle({ publish: [port({}), port({ protocol: 'udp' })] }) },
  { name: 'service: port of SCTP', intent: idle({ publish: [port({ protocol: 'sctp' })] }) },
  { name: 'service: port of a process', intent: idle({ publish: [port({ published: 9999 })] }) },
  { name: 'service: target port 0', intent: idle({ publish: [port({ target: 0 })] }) },
  { name: 'service: target port 70000', intent: idle({ publish: [port({ target: 70_000 })] }) },
  { name: 'service: published port 70000', intent: idle({ publish: [port({ published: 70_000 })] }) },
  { name: 'service: constraint with one =', intent: idle({ constraints: ['node.role=worker'] }) },
  { name: 'service: constraint without a key', intent: idle({ constraints: ['==worker'] }) },
  { name: 'service: constraint without a value', intent: idle({ constraints: ['node.role=='] }) },
  { name: 'service: constraint with an odd key', intent: idle({ constraints: ['no de==x'] }) },
  { name: 'service: constraint with an odd value', intent: idle({ constraints: ['node.labels.a==b;c'] }) },
  {
    name: 'service: constraint that no node fulfils',
    intent: idle({ constraints: ['node.hostname==nope'], replicas: 1 }),
    comes: /no suitable node/,
  },
  {
    name: 'service: constraint that no node knows',
    intent: idle({ constraints: ['planet==mars'], replicas: 1 }),
    comes: /no suitable node/,
  },
  {
    name: 'service: variable without a name',
    intent: idle({ env: ['=x'], replicas: 1 }),
    comes: /environment|invalid/,
  },
  { name: 'service: variable without a value', intent: idle({ env: ['A'] }) },
  {
    name: 'service: mounts',
    intent: idle({
      mounts: [
        { type: 'volume', source: 'v', target: '/v', readonly: true },
        { type: 'bind', source: '/etc', target: '/e', readonly: false },
        { type: 'tmpfs', target: '/t', readonly: false },
      ],
    }),
  },
  {
    name: 'service: mount without a target',
    intent: idle({ mounts: [{ type: 'volume', source: 'v', target: '', readonly: false }] }),
  },
  {
    name: 'service: two mounts of one target',
    intent: idle({
      mounts: [
        { type: 'volume', source: 'v', target: '/v', readonly: false },
        { type: 'volume', source: 'w', target: '/v', readonly: false },
      ],
    }),
  },
  {
    name: 'service: two mounts of one target, in two spellings',
    intent: idle({
      mounts: [
        { type: 'volume', source: 'v', target: '/v', readonly: false },
        { type: 'volume', source: 'w', target: '/v/', readonly: false },
      ],
    }),
  },
  {
    name: 'service: relative bind mount',
    intent: idle({ mounts: [{ type: 'bind', source: 'data', target: '/v', readonly: false }], replicas: 1 }),
    comes: /mount|path/,
  },
  {
    name: 'service: bind mount without a source',
    intent: idle({ mounts: [{ type: 'bind', target: '/v', readonly: false }] }),
  },
  {
    name: 'service: tmpfs with a source',
    intent: idle({ mounts: [{ type: 'tmpfs', source: 'x', target: '/v', readonly: false }] }),
  },
  {
    name: 'service: relative target',
    intent: idle({ mounts: [{ type: 'volume', source: 'v', target: 'v', readonly: false }] }),
  },
  {
    name: 'service: more tasks than addresses',
    intent: idle({ networks: ['tiny'], replicas: 6 }),
    comes: /address/,
  },
  {
    name: 'service: host port with more tasks than nodes',
    intent: idle({ replicas: 4, publish: [port({ mode: 'host' })] }),
    comes: /host-mode port already in use/,
  },
]

const changes: readonly Case[] = [
  { name: 'scale', intent: { kind: 'service-scale', service: 'web', replicas: 0 } },
  { name: 'scale: to -1', intent: { kind: 'service-scale', service: 'web', replicas: -1 } },
  { name: 'scale: no service', intent: { kind: 'service-scale', service: 'nope', replicas: 1 } },
  {
    name: 'publish: one more',
    intent: { kind: 'service-publish-add', service: 'web', publish: port({ published: 8081 }) },
  },
  {
    name: 'publish: a port of its own',
    intent: { kind: 'service-publish-add', service: 'web', publish: port({ published: 8080 }) },
  },
  {
    name: 'publish: a port of another',
    intent: {
      kind: 'service-publish-add',
      service: 'direct',
      publish: port({ published: 8080, mode: 'host' }),
    },
  },
  {
    name: 'publish: in the mesh, of dnsrr',
    intent: { kind: 'service-publish-add', service: 'direct', publish: port({}) },
  },
  {
    name: 'publish no more: what is not published',
    intent: {
      kind: 'service-publish-remove',
      service: 'web',
      publish: port({ published: 8999, target: 8999 }),
    },
  },
  { name: 'restart', intent: { kind: 'service-force-update', service: 'web' } },
  { name: 'restart: no service', intent: { kind: 'service-force-update', service: 'nope' } },
  { name: 'remove: no service', intent: { kind: 'service-remove', service: 'nope' } },
  {
    name: 'publish no more',
    intent: { kind: 'service-publish-remove', service: 'web', publish: port({ published: 8080 }) },
  },
]

export const cases: readonly Case[] = [...subnets, ...networks, ...connections, ...services, ...changes]
