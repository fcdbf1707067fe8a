/**
 * A snapshot of a made-up swarm node, in any size, to measure the graph with: nothing here was captured anywhere. The
 * same size gives the same snapshot.
 */
import type {
  DockerContainer,
  DockerNetwork,
  Namespace,
  NetfilterTable,
  Snapshot,
  VirtualService,
} from '../src/snapshot/index.ts'
import { noStats } from '../test/support/ipvs-stats.ts'
import {
  address,
  emptyNetwork,
  hex,
  link,
  mac,
  pair,
  swarmId,
  syntheticNamespace,
  vxlan,
} from './synthetic-rows.ts'

export type SwarmSize = {
  /** Tasks on this node, each with a sandbox. */
  readonly sandboxes: number
  /** Overlays of each task; the gateway bridge comes on top. */
  readonly overlaysOfTask: number
  readonly overlays: number
  /** On each overlay. */
  readonly services: number
  /** Of each service, on all nodes. */
  readonly realServers: number
}

const NODE = 'synthetic0node0000000001'
const GWBRIDGE = 'f'.repeat(64)

export function syntheticSwarm(size: SwarmSize): Snapshot {
  const overlays = Array.from({ length: size.overlays }, (_, index) => overlayOf(index, size))
  const host = syntheticNamespace(0, 'host', 'host')
  host.links.push(link(1, 'docker_gwbridge', 'bridge'))
  const containers: DockerContainer[] = []
  const sandboxes: Namespace[] = []
  for (let task = 0; task < size.sandboxes; task++) addTask(task, size, overlays, host, sandboxes, containers)
  for (const overlay of overlays) addRemoteTasks(overlay, size)
  return {
    format: 'cnmtop.snapshot',
    version: 1,
    takenAt: '2026-11-23T05:20:11.031Z',
    tookMs: 0,
    host: { hostname: 'synthetic', kernel: '6.12.0', bootId: 'synthetic' },
    namespaces: [host, ...overlays.flatMap(({ namespace, balancer }) => [namespace, balancer]), ...sandboxes],
    docker: {
      host: 'unix:///var/run/docker.sock',
      version: { Version: '26.1.5', ApiVersion: '1.45' },
      info: infoOf(size),
      networks: [gwbridge(containers), ...overlays.map(({ network }) => network)],
      containers,
    },
    sources: [],
  }
}

type Overlay = {
  readonly index: number
  readonly namespace: Namespace
  readonly balancer: Namespace
  readonly network: DockerNetwork
  readonly virtual: VirtualService[]
  used: number
}

function overlayOf(index: number, { services }: SwarmSize): Overlay {
  const id = swarmId('net', index)
  const namespace = syntheticNamespace(1 + 2 * index, 'overlay', `1-${id.slice(0, 10)}`)
  namespace.links.push(link(1, 'br0', 'bridge'), vxlan(4096 + index))
  const balancer = syntheticNamespace(2 + 2 * index, 'load-balancer', `lb_${id.slice(0, 9)}`)
  const rules: NetfilterTable['rules'] = []
  const virtual: VirtualService[] = []
  const told: NonNullable<DockerNetwork['Services']> = {}
  for (let service = 0; service < services; service++) {
    const fwmark = 256 + index * services + service
    const vip = address(index, 60_000 + service)
    told[serviceName(index, service)] = { VIP: vip, Ports: [], LocalLBIndex: fwmark, Tasks: [] }
    virtual.push({
      text: `-A -f ${fwmark} -s rr`,
      family: 'inet',
      fwmark,
      scheduler: 'rr',
      flags: [],
      stats: noStats,
      realServers: [],
    })
    rules.push({
      chain: 'INPUT',
      text: `-A INPUT -d ${vip}/32 -j MARK --set-xmark 0x${fwmark.toString(16)}/0xffffffff`,
      packets: '0',
      bytes: '0',
      ip: { destination: { address: vip, mask: '255.255.255.255', invert: false } },
      matches: [],
      target: { name: 'MARK', mark: fwmark, mask: 0xffffffff },
    })
  }
  balancer.ipvs = { services: virtual }
  balancer.netfilter = [{ backend: 'nft', family: 'ip', table: 'mangle', chains: [], rules }]
  const network: DockerNetwork = {
    ...emptyNetwork(`overlay${index}`, id, 'overlay', 'swarm'),
    Options: { 'com.docker.network.driver.overlay.vxlanid_list': String(4096 + index) },
    Services: told,
  }
  return { index, namespace, balancer, network, virtual, used: 0 }
}

function addTask(
  task: number,
  size: SwarmSize,
  overlays: readonly Overlay[],
  host: Namespace,
  sandboxes: Namespace[],
  containers: DockerContainer[],
): void {
  const file = hex(task, 12)
  const sandbox = syntheticNamespace(10_000 + task, 'container', file)
  const id = hex(task, 64)
  const taskId = swarmId('task', task)
  const networks: DockerContainer['NetworkSettings']['Networks'] = {}
  for (let join = 0; join < size.overlaysOfTask; join++) {
    const overlay = overlays[(task * size.overlaysOfTask + join) % overlays.length] as Overlay
    const service = overlay.used % size.services
    const name = `${serviceName(overlay.index, service)}.${overlay.used}.${taskId}`
    const local = address(overlay.index, ++overlay.used)
    const endpointId = hex(task * 16 + join, 64)
    pair(
      sandbox,
      2 + join,
      `eth${join}`,
      overlay.namespace,
      1000 + overlay.used,
      `veth${overlay.used}`,
      'br0',
      local,
    )
    const told = {
      Name: name,
      EndpointID: endpointId,
      MacAddress: mac(local),
      IPv4Address: `${local}/16`,
      IPv6Address: '',
    }
    overlay.network.Containers[id] = told
    addServer(overlay, service, local, {
      Name: name,
      EndpointID: endpointId,
      EndpointIP: local,
      Info: { 'Host IP': '192.168.0.1' },
    })
  }
  const local = `172.18.${task >> 8}.${task & 255}`
  pair(
    sandbox,
    2 + size.overlaysOfTask,
    `eth${size.overlaysOfTask}`,
    host,
    1000 + task,
    `veth${hex(task, 7)}`,
    'docker_gwbridge',
    local,
  )
  sandboxes.push(sandbox)
  containers.push({
    Id: id,
    Name: `task.${task}.${taskId}`,
    Created: '',
    Image: 'nginx',
    ImageID: '',
    Labels: { 'com.docker.swarm.task.id': taskId, 'com.docker.swarm.task.name': `task.${task}.${taskId}` },
    State: { Status: 'running', Pid: 1000 + task },
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: {
      SandboxID: '',
      SandboxKey: `/var/run/docker/netns/${file}`,
      Ports: {},
      Networks: networks,
    },
  })
}

/** Fills the services up with tasks of another node, which are neighbours and forwarding entries here. */
function addRemoteTasks(overlay: Overlay, size: SwarmSize): void {
  for (let service = 0; service < size.services; service++) {
    while ((overlay.virtual[service]?.realServers.length ?? 0) < size.realServers) {
      const local = address(overlay.index, ++overlay.used)
      const taskId = swarmId('far', overlay.index * 100_000 + overlay.used)
      const Name = `${serviceName(overlay.index, service)}.${overlay.used}.${taskId}`
      addServer(overlay, service, local, {
        Name,
        EndpointID: taskId,
        EndpointIP: local,
        Info: { 'Host IP': '192.168.0.2' },
      })
      overlay.namespace.neighbours.push({
        family: 'inet',
        dst: local,
        dev: 'vxlan0',
        lladdr: mac(local),
        state: ['PERMANENT'],
      })
      overlay.namespace.fdb.push({
        mac: mac(local),
        ifname: 'vxlan0',
        dst: '192.168.0.2',
        flags: ['self'],
        state: 'permanent',
      })
    }
  }
}

type ToldTask = NonNullable<DockerNetwork['Services']>[string]['Tasks'][number]

function addServer(overlay: Overlay, service: number, local: string, task: ToldTask): void {
  const virtual = overlay.virtual[service]
  virtual?.realServers.push({
    text: `-a -f ${virtual.fwmark} -r ${local}:0 -m -w 1`,
    address: local,
    port: 0,
    forwarding: 'masq',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConns: 0,
    inactiveConns: 0,
    persistConns: 0,
    stats: noStats,
  })
  overlay.network.Services?.[serviceName(overlay.index, service)]?.Tasks.push(task)
}

function gwbridge(containers: readonly DockerContainer[]): DockerNetwork {
  const network = emptyNetwork('docker_gwbridge', GWBRIDGE, 'bridge', 'local')
  network.Options['com.docker.network.bridge.name'] = 'docker_gwbridge'
  for (const [task, { Id, NetworkSettings }] of containers.entries()) {
    const local = `172.18.${task >> 8}.${task & 255}`
    network.Containers[Id] = {
      Name: `gateway_${NetworkSettings.SandboxKey.slice(-12)}`,
      EndpointID: hex(2 ** 30 + task, 64),
      MacAddress: mac(local),
      IPv4Address: `${local}/16`,
      IPv6Address: '',
    }
  }
  return network
}

function infoOf({ sandboxes }: SwarmSize): NonNullable<NonNullable<Snapshot['docker']>['info']> {
  return {
    ID: 'synthetic',
    Name: 'synthetic',
    ServerVersion: '26.1.5',
    OperatingSystem: 'synthetic',
    KernelVersion: '6.12.0',
    Containers: sandboxes,
    ContainersRunning: sandboxes,
    NetworkDrivers: [],
    SecurityOptions: [],
    Warnings: [],
    Swarm: {
      LocalNodeState: 'active',
      NodeID: NODE,
      NodeAddr: '192.168.0.1',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: [],
    },
  }
}

function serviceName(overlay: number, service: number): string {
  return `service-${overlay}-${service}`
}
