/**
 * Snapshots made up for tests and measurements of the screen: a node that looks like Docker's, in any size. Nothing
 * here was captured anywhere. The same options give the same snapshot.
 */
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph } from '../../src/graph/model.ts'
import type { Ipvs, Link, Namespace, NetfilterTable, Route, Snapshot } from '../../src/snapshot/index.ts'
import { noStats } from '../support/ipvs-stats.ts'

export type SyntheticOptions = {
  /** Container sandboxes. */
  readonly sandboxes?: number
  /** Rules of the host's filter table. */
  readonly hostRules?: number
  /** Grows all counters, as time does. */
  readonly tick?: number
  readonly takenAt?: string
}

const TAKEN_AT = '2026-11-23T05:20:11.031Z'

export function syntheticSnapshot(options: SyntheticOptions = {}): Snapshot {
  const { sandboxes = 6, hostRules = 12, tick = 0, takenAt = TAKEN_AT } = options
  const namespaces = [
    host(sandboxes, hostRules, tick),
    ingress(tick),
    loadBalancer(tick),
    overlay('1-i6xug49nwd', 2, 4096, sandboxes),
    overlay('1-vxe1cwk14a', 3, 4097, sandboxes),
    ...Array.from({ length: sandboxes }, (_, index) => sandbox(index, tick)),
    emptyOther(),
  ]
  return {
    format: 'cnmtop.snapshot',
    version: 1,
    takenAt,
    tookMs: 24.1,
    host: {
      hostname: 'swarm-node1',
      kernel: '6.12.57+deb13-amd64',
      bootId: '7d0c52a1-55c0-4a2f-9d2e-0f4f3ad7a111',
    },
    namespaces,
    sources: [{ source: 'proc.processes', status: 'ok', tookMs: 3.2 }],
  }
}

const inode = (index: number): string => `net:[${4_026_531_840 + index}]`

const okSources = (): Namespace['sources'] =>
  [
    'rtnl.links',
    'rtnl.addresses',
    'rtnl.routes',
    'rtnl.rules',
    'rtnl.neighbours',
    'rtnl.fdb',
    'rtnl.nsids',
    'nft',
    'xtables.ip',
    'xtables.ip6',
    'ipvs',
    'xfrm',
    'sockets',
    'proc.sysctls',
    'proc.conntrack',
  ].map((source, index) => ({ source, status: 'ok', tookMs: 0.1 + index / 50 }))

export function emptyNamespace(id: string, kind: Namespace['kind'], name: string): Namespace {
  return {
    id,
    kind,
    name,
    paths: [`/var/run/docker/netns/${name}`],
    pids: [],
    pidCount: 0,
    links: [],
    addresses: [],
    routes: [],
    rules: [
      { family: 'inet', priority: 0, src: 'all', table: 'local' },
      { family: 'inet', priority: 32_766, src: 'all', table: 'main' },
      { family: 'inet', priority: 32_767, src: 'all', table: 'default' },
    ],
    neighbours: [],
    fdb: [],
    nsids: [],
    netfilter: [],
    nft: [],
    ipvs: { services: [] },
    xfrm: { states: [], policies: [] },
    sockets: [],
    sysctls: {
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.route_localnet': '0',
      'net.ipv4.vs.conntrack': '1',
    },
    conntrack: { count: 42, max: 262_144 },
    sources: okSources(),
  }
}

type LinkOptions = Partial<Link> & { readonly traffic?: number }

function link(ifindex: number, ifname: string, { traffic = 0, ...rest }: LinkOptions): Link {
  const counter = (factor: number): string => String(Math.round(traffic * factor))
  return {
    ifindex,
    ifname,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    qdisc: 'noqueue',
    operstate: 'UP',
    group: 'default',
    txqlen: 1000,
    link_type: 'ether',
    address: `02:42:ac:12:00:${(ifindex & 0xff).toString(16).padStart(2, '0')}`,
    broadcast: 'ff:ff:ff:ff:ff:ff',
    stats64: {
      rx: {
        bytes: counter(811),
        packets: counter(1),
        errors: '0',
        dropped: '0',
        over_errors: '0',
        multicast: '0',
      },
      tx: {
        bytes: counter(97),
        packets: counter(0.7),
        errors: '0',
        dropped: '0',
        carrier_errors: '0',
        collisions: '0',
      },
    },
    ...rest,
  }
}

function loopback(): Link {
  return link(1, 'lo', {
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65_536,
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
    traffic: 6,
  })
}

function address(
  ifindex: number,
  ifname: string,
  local: string,
  prefixlen: number,
): Namespace['addresses'][number] {
  const isV6 = local.includes(':')
  return {
    ifindex,
    ifname,
    family: isV6 ? 'inet6' : 'inet',
    local,
    prefixlen,
    scope: ifname === 'lo' ? 'host' : local.startsWith('fe80') ? 'link' : 'global',
    ...(!isV6 && ifname !== 'lo' && { broadcast: local.replace(/\.\d+$/, '.255'), label: ifname }),
    valid_life_time: 4_294_967_295,
    preferred_life_time: 4_294_967_295,
  }
}

function localRoutes(dev: string, ip: string, net: string): Route[] {
  const base = { family: 'inet' as const, dev, protocol: 'kernel', prefsrc: ip, flags: [] }
  return [
    { ...base, type: 'unicast', dst: net, scope: 'link' },
    { ...base, type: 'local', dst: ip, table: 'local', scope: 'host' },
    { ...base, type: 'broadcast', dst: ip.replace(/\.\d+$/, '.255'), table: 'local', scope: 'link' },
  ]
}

type RuleSpec = readonly [chain: string, text: string, packets: number]

function netfilter(table: string, chains: readonly string[], specs: readonly RuleSpec[]): NetfilterTable {
  return {
    backend: 'nft',
    family: 'ip',
    table,
    chains: chains.map(name => {
      const isBase = /^[A-Z]+$/.test(name) && !name.startsWith('DOCKER')
      return {
        name,
        policy: isBase ? (name === 'FORWARD' ? 'DROP' : 'ACCEPT') : null,
        packets: '0',
        bytes: '0',
      }
    }),
    rules: specs.map(([chain, text, packets]) => ({
      chain,
      text: `-A ${chain} ${text}`,
      packets: String(packets),
      bytes: String(packets * 60),
      ip: {},
      matches: [],
      target: { name: 'ACCEPT' },
    })),
  }
}

function host(sandboxes: number, hostRules: number, tick: number): Namespace {
  const base = emptyNamespace(inode(0), 'host', 'default')
  const veths = Array.from({ length: sandboxes }, (_, index) =>
    link(20 + index, `veth${(0xa1b2c3 + index * 7919).toString(16)}`, {
      master: 'docker_gwbridge',
      linkinfo: { info_kind: 'veth', info_slave_kind: 'bridge', info_slave_data: { state: 'forwarding' } },
      peer: { namespace: inode(100 + index), ifindex: 11, ifname: 'eth1' },
      traffic: 120 * index + tick * 40,
    }),
  )
  return {
    ...base,
    pids: [1, 612, 877],
    pidCount: 212,
    links: [
      loopback(),
      link(2, 'ens3', { traffic: 4_812_331 + tick * 1300, qdisc: 'fq_codel' }),
      link(3, 'docker0', {
        flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'],
        operstate: 'DOWN',
        linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, vlan_filtering: 0 } },
      }),
      link(4, 'docker_gwbridge', {
        linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, vlan_filtering: 0 } },
        traffic: 90_000 + tick * 80,
      }),
      ...veths,
    ],
    addresses: [
      address(1, 'lo', '127.0.0.1', 8),
      address(1, 'lo', '::1', 128),
      address(2, 'ens3', '192.168.122.31', 24),
      address(2, 'ens3', 'fe80::5054:ff:fe12:3456', 64),
      address(3, 'docker0', '172.17.0.1', 16),
      address(4, 'docker_gwbridge', '172.18.0.1', 16),
    ],
    routes: [
      {
        family: 'inet',
        type: 'unicast',
        dst: 'default',
        gateway: '192.168.122.1',
        dev: 'ens3',
        protocol: 'static',
        scope: 'global',
        metric: 100,
        flags: [],
      },
      ...localRoutes('ens3', '192.168.122.31', '192.168.122.0/24'),
      ...localRoutes('docker_gwbridge', '172.18.0.1', '172.18.0.0/16'),
      {
        family: 'inet',
        type: 'unicast',
        dst: '172.17.0.0/16',
        dev: 'docker0',
        protocol: 'kernel',
        scope: 'link',
        prefsrc: '172.17.0.1',
        flags: ['linkdown'],
      },
    ],
    neighbours: [
      {
        family: 'inet',
        dst: '192.168.122.1',
        dev: 'ens3',
        lladdr: '52:54:00:5e:11:01',
        state: ['REACHABLE'],
      },
      { family: 'inet', dst: '192.168.122.77', dev: 'ens3', state: ['FAILED'] },
    ],
    netfilter: [
      netfilter(
        'nat',
        ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING', 'DOCKER', 'DOCKER-INGRESS'],
        [
          ['PREROUTING', '-m addrtype --dst-type LOCAL -j DOCKER-INGRESS', 9120 + tick * 3],
          ['PREROUTING', '-m addrtype --dst-type LOCAL -j DOCKER', 9021 + tick],
          ['POSTROUTING', '-s 172.18.0.0/16 ! -o docker_gwbridge -j MASQUERADE', 120],
          [
            'DOCKER-INGRESS',
            '-p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080',
            77 + tick,
          ],
          ['DOCKER-INGRESS', '-j RETURN', 8044],
        ],
      ),
      netfilter(
        'filter',
        ['INPUT', 'FORWARD', 'OUTPUT', 'DOCKER', 'DOCKER-USER', 'DOCKER-FORWARD'],
        [
          ['FORWARD', '-j DOCKER-USER', 120_331],
          ['FORWARD', '-j DOCKER-FORWARD', 120_331 + tick],
          ['DOCKER-FORWARD', '-i docker_gwbridge -o docker_gwbridge -j DROP', 3],
          ...Array.from(
            { length: hostRules },
            (_, index): RuleSpec => [
              'DOCKER',
              `-d 172.18.${index >> 8}.${index & 255}/32 ! -i docker_gwbridge -o docker_gwbridge -p tcp -m tcp --dport ${8000 + index} -j ACCEPT`,
              (index * 31) % 977,
            ],
          ),
        ],
      ),
    ],
    sockets: [
      {
        protocol: 'tcp',
        family: 'inet',
        state: 'LISTEN',
        address: '0.0.0.0',
        port: 22,
        uid: 0,
        inode: '18233',
        processes: [{ pid: 612, name: 'sshd' }],
      },
      {
        protocol: 'tcp',
        family: 'inet6',
        state: 'LISTEN',
        address: '::',
        port: 2377,
        uid: 0,
        inode: '20311',
        processes: [{ pid: 877, name: 'dockerd' }],
      },
      {
        protocol: 'udp',
        family: 'inet6',
        state: 'UNCONN',
        address: '::',
        port: 7946,
        uid: 0,
        inode: '20312',
      },
    ],
  }
}

function services(
  fwmark: number,
  servers: readonly (readonly [string, number])[],
  tick: number,
): Ipvs['services'][number] {
  return {
    text: `-A -f ${fwmark} -s rr`,
    family: 'inet',
    fwmark,
    scheduler: 'rr',
    flags: [],
    netmask: '255.255.255.255',
    stats: { ...noStats, conns: String(400 + tick), inPackets: '5120', inBytes: '401220' },
    realServers: servers.map(([ip, weight]) => ({
      text: `-a -f ${fwmark} -r ${ip}:0 -m -w ${weight}`,
      address: ip,
      port: 0,
      forwarding: 'masq',
      weight,
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConns: weight * 3,
      inactiveConns: 12,
      persistConns: 0,
      stats: { ...noStats, conns: '133', cps: '2' },
    })),
  }
}

function ingress(tick: number): Namespace {
  return {
    ...emptyNamespace(inode(1), 'ingress', 'ingress_sbox'),
    links: [
      loopback(),
      link(8, 'eth0', {
        mtu: 1450,
        address: '02:42:0a:ff:00:02',
        linkinfo: { info_kind: 'veth' },
        peer: { namespace: inode(3), ifindex: 5, ifname: 'veth0' },
        traffic: 5120 + tick * 4,
      }),
      link(10, 'eth1', {
        linkinfo: { info_kind: 'veth' },
        link_index: 11,
        link_netnsid: 1,
        traffic: 90 + tick,
        stats64: {
          rx: {
            bytes: '75247',
            packets: String(90 + tick * 2),
            errors: '0',
            dropped: '7',
            over_errors: '0',
            multicast: '0',
          },
          tx: {
            bytes: '10271',
            packets: '123',
            errors: '0',
            dropped: '0',
            carrier_errors: '0',
            collisions: '0',
          },
        },
      }),
    ],
    addresses: [
      address(1, 'lo', '127.0.0.1', 8),
      address(8, 'eth0', '10.255.0.2', 16),
      address(8, 'eth0', '10.255.0.4', 32),
      address(10, 'eth1', '172.18.0.2', 16),
    ],
    routes: [
      {
        family: 'inet',
        type: 'unicast',
        dst: 'default',
        gateway: '172.18.0.1',
        dev: 'eth1',
        protocol: 'static',
        scope: 'global',
        flags: [],
      },
      ...localRoutes('eth0', '10.255.0.2', '10.255.0.0/16'),
    ],
    netfilter: [
      netfilter(
        'mangle',
        ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
        [
          ['PREROUTING', '-p tcp -m tcp --dport 8080 -j MARK --set-xmark 0x114/0xffffffff', 512 + tick],
          ['INPUT', '-d 10.255.0.4/32 -j MARK --set-xmark 0x114/0xffffffff', 0],
        ],
      ),
      netfilter(
        'nat',
        ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
        [['POSTROUTING', '-d 10.255.0.0/16 -m ipvs --ipvs -j SNAT --to-source 10.255.0.2', 33]],
      ),
    ],
    ipvs: {
      services: [
        services(
          276,
          [
            ['10.255.0.6', 1],
            ['10.255.0.7', 1],
            ['10.255.0.8', 0],
          ],
          tick,
        ),
        services(277, [], tick),
      ],
      timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
    },
  }
}

function loadBalancer(tick: number): Namespace {
  return {
    ...emptyNamespace(inode(2), 'load-balancer', 'lb_nvpbs39b6'),
    links: [loopback(), link(12, 'eth0', { mtu: 1450, linkinfo: { info_kind: 'veth' }, traffic: tick })],
    addresses: [
      address(1, 'lo', '127.0.0.1', 8),
      address(12, 'eth0', '192.168.10.5', 24),
      address(12, 'eth0', '192.168.10.2', 32),
    ],
    ipvs: {
      services: [
        services(
          256,
          [
            ['192.168.10.3', 1],
            ['192.168.10.4', 1],
          ],
          tick,
        ),
      ],
    },
    sources: okSources().map(report =>
      report.source === 'sockets'
        ? { ...report, status: 'forbidden', reason: 'dump sockets: EPERM: needs CAP_NET_ADMIN' }
        : report,
    ),
  }
}

function overlay(name: string, index: number, vni: number, ports: number): Namespace {
  return {
    ...emptyNamespace(inode(index + 1), 'overlay', name),
    links: [
      loopback(),
      link(2, 'br0', {
        mtu: 1450,
        linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, vlan_filtering: 0 } },
      }),
      link(4, 'vxlan0', {
        mtu: 1450,
        master: 'br0',
        linkinfo: {
          info_kind: 'vxlan',
          info_data: { id: vni, port: 4789, learning: true, proxy: true, l2miss: true, l3miss: true },
          info_slave_kind: 'bridge',
          info_slave_data: { state: 'forwarding' },
        },
      }),
      link(5, 'veth0', {
        mtu: 1450,
        master: 'br0',
        linkinfo: { info_kind: 'veth' },
        peer: { namespace: inode(1), ifindex: 8, ifname: 'eth0' },
      }),
    ],
    addresses: [address(1, 'lo', '127.0.0.1', 8), address(2, 'br0', '10.255.0.1', 16)],
    routes: localRoutes('br0', '10.255.0.1', '10.255.0.0/16'),
    neighbours: Array.from({ length: ports }, (_, port) => ({
      family: 'inet',
      dst: `10.255.${port >> 8}.${port & 255}`,
      dev: 'vxlan0',
      lladdr: `02:42:0a:ff:${(port >> 8).toString(16).padStart(2, '0')}:${(port & 255).toString(16).padStart(2, '0')}`,
      state: ['PERMANENT'],
    })),
    fdb: Array.from({ length: ports }, (_, port) => ({
      mac: `02:42:0a:ff:${(port >> 8).toString(16).padStart(2, '0')}:${(port & 255).toString(16).padStart(2, '0')}`,
      ifname: 'vxlan0',
      dst: `192.168.122.${32 + (port % 3)}`,
      flags: ['self'],
      state: 'permanent',
    })),
    ipvs: { services: [] },
    sources: okSources().map(report =>
      report.source === 'ipvs'
        ? { ...report, status: 'unavailable', reason: 'the kernel has no IPVS here: ip_vs is not loaded' }
        : report,
    ),
  }
}

const programs = ['nginx', 'redis-server', 'postgres', 'node', 'traefik', 'python3']

function sandbox(index: number, tick: number): Namespace {
  const key = ((0x18531514ffd0 + index * 7_368_787_333) % 2 ** 48).toString(16).padStart(12, '0')
  const pid = 4000 + index * 13
  const octets = `${index >> 8}.${(index & 255) + 3}`
  return {
    ...emptyNamespace(inode(100 + index), 'container', key),
    pids: [pid, pid + 1],
    pidCount: 2,
    links: [
      loopback(),
      link(9, 'eth0', {
        mtu: 1450,
        linkinfo: { info_kind: 'veth' },
        peer: { namespace: inode(4), ifindex: 6 + index, ifname: `veth${index + 1}` },
        traffic: 7484 + tick * index,
      }),
      link(11, 'eth1', {
        linkinfo: { info_kind: 'veth' },
        peer: { namespace: inode(0), ifindex: 20 + index, ifname: 'veth' },
        traffic: 478,
      }),
    ],
    addresses: [
      address(1, 'lo', '127.0.0.1', 8),
      address(9, 'eth0', `10.0.${octets}`, 24),
      address(11, 'eth1', `172.18.${octets}`, 16),
    ],
    routes: [
      {
        family: 'inet',
        type: 'unicast',
        dst: 'default',
        gateway: '172.18.0.1',
        dev: 'eth1',
        protocol: 'static',
        scope: 'global',
        flags: [],
      },
      ...localRoutes('eth0', `10.0.${octets}`, '10.0.1.0/24'),
    ],
    sockets: [
      {
        protocol: 'tcp',
        family: 'inet',
        state: 'LISTEN',
        address: '0.0.0.0',
        port: 80,
        uid: 101,
        inode: String(50_000 + index),
        processes: [{ pid, name: programs[index % programs.length] ?? 'sh' }],
      },
    ],
  }
}

function emptyOther(): Namespace {
  return { ...emptyNamespace(inode(90), 'other', 'blue'), paths: ['/run/netns/blue'], links: [loopback()] }
}

/** Nodes with the graph that they make. */
export function clusterOf(...nodes: readonly Snapshot[]): { nodes: readonly Snapshot[]; graph: Graph } {
  return { nodes, graph: buildGraph(nodes) }
}
