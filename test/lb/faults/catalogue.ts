import type { Question } from '../../../src/lb/index.ts'
import type { Namespace } from '../../../src/snapshot/index.ts'
import {
  balancer,
  deleteRules,
  forwardNothing,
  hostNamespace,
  ingressSandbox,
  insertRule,
  overlay,
  sandboxWith,
  setDown,
  tableOf,
  type World,
} from './world.ts'

/** A change to the snapshots of a healthy swarm, as the fault of that name in `lab/faults` makes it on the nodes. */
export type Fault = {
  readonly name: string
  readonly about: string
  readonly apply: (world: World) => void
  /** The flow that breaks. */
  readonly asks: Question
  /** The namespace in which the packet, or its answer, stops. */
  readonly stops: (world: World) => Namespace
  /** What the verdict has to say. */
  readonly says: RegExp
  /** Flows beside it that still work. */
  readonly beside: readonly Question[]
}

const mesh: Question = { target: 'node1:80' }
const mesh2: Question = { target: 'node2:80' }
const mesh8080: Question = { target: 'node1:8080' }
const api: Question = { target: 'api:80', from: 'client.1' }
const direct: Question = { target: 'direct:80', from: 'client.1' }
const outbound: Question = { target: '192.0.2.7:80', from: 'client.1' }

const atIngress = (
  name: string,
  about: string,
  says: RegExp,
  apply: (sandbox: Namespace, world: World) => void,
): Fault => ({
  name,
  about,
  says,
  apply: world => apply(ingressSandbox(world), world),
  asks: mesh,
  stops: ingressSandbox,
  beside: [mesh2, api],
})

const onHost = (
  name: string,
  about: string,
  says: RegExp,
  apply: (host: Namespace, world: World) => void,
): Fault => ({
  ...atIngress(name, about, says, () => {}),
  apply: world => apply(hostNamespace(world), world),
  stops: world => hostNamespace(world),
})

const client = (world: World): Namespace => sandboxWith(world, world.facts['task.client.node1.app']!)
const webOn2 = (world: World): Namespace => sandboxWith(world, world.facts['task.web.node2.app']!)
const serviceOf = ({ ipvs }: Namespace, mark: string | undefined) =>
  ipvs.services.find(({ fwmark }) => fwmark === Number(mark))!

export const faults: readonly Fault[] = [
  onHost('dnat-removed', 'no DNAT of port 80 into ingress_sbox', /port 80|:80/, host =>
    deleteRules(host, 'nat', 'DOCKER-INGRESS', '--dport 80 '),
  ),
  onHost('dnat-wrong-address', 'DNAT to an address that nobody has', /172\.18\.0\.99/, host => {
    deleteRules(host, 'nat', 'DOCKER-INGRESS', '--dport 80 ')
    insertRule(
      host,
      'nat',
      '-A DOCKER-INGRESS -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.0.99:80',
    )
  }),
  atIngress('ingress-mark-removed', 'port 80 is not marked', /172\.18\.0\.2:80/, sandbox =>
    deleteRules(sandbox, 'mangle', 'PREROUTING', '--dport 80 '),
  ),
  {
    ...atIngress(
      'ingress-snat-removed',
      'tasks see the client and answer past ingress_sbox',
      /answer/,
      sandbox => deleteRules(sandbox, 'nat', 'POSTROUTING', 'ipvs'),
    ),
    stops: world => hostNamespace(world, 2),
  },
  {
    ...atIngress(
      'ingress-vs-conntrack-off',
      'IPVS keeps out of connection tracking',
      /answer/,
      ({ sysctls }) => {
        sysctls['net.ipv4.vs.conntrack'] = '0'
      },
    ),
    stops: world => hostNamespace(world, 2),
  },
  atIngress('ingress-ip-forward-off', 'ingress_sbox does not forward', /ip_forward is 0/, forwardNothing),
  onHost('host-ip-forward-off', 'the node does not forward', /ip_forward is 0/, forwardNothing),
  onHost('docker-user-drop', 'DOCKER-USER drops', /-A DOCKER-USER -o docker_gwbridge -j DROP/, host =>
    insertRule(host, 'filter', '-A DOCKER-USER -o docker_gwbridge -j DROP'),
  ),
  onHost(
    'forward-rejects-first',
    'FORWARD rejects before the chains of Docker',
    /-A FORWARD -j REJECT/,
    host => insertRule(host, 'filter', '-A FORWARD -j REJECT --reject-with icmp-host-prohibited'),
  ),
  onHost('second-base-chain-drops', 'a second base chain drops', /strict|policy/i, host =>
    host.nft.push({
      family: 'inet',
      table: 'strict',
      flags: [],
      chains: [{ name: 'forward', type: 'filter', hook: 'forward', priority: 10, policy: 'drop' }],
      sets: [],
      rules: [],
    }),
  ),
  onHost('legacy-and-nft-mixed', 'the other iptables drops too', /policy/i, host => {
    const { backend, ...filter } = structuredClone(tableOf(host, 'filter'))
    const other = backend === 'legacy' ? 'nft' : 'legacy'
    const chains = filter.chains
      .filter(({ policy }) => policy !== '-')
      .map(chain => (chain.name === 'FORWARD' ? { ...chain, policy: 'DROP' } : chain))
    host.netfilter = host.netfilter.filter(row => row.backend !== other || row.table !== 'filter')
    host.netfilter.push({ ...filter, backend: other, chains, rules: [] })
  }),
  {
    ...onHost('route-localnet-off', 'no sending from 127.0.0.1 to docker_gwbridge', /./, ({ sysctls }) => {
      for (const name of ['docker_gwbridge', 'all']) sysctls[`net.ipv4.conf.${name}.route_localnet`] = '0'
    }),
    asks: { target: '127.0.0.1:80', from: 'node1' },
    beside: [mesh],
  },
  onHost('gwbridge-down', 'docker_gwbridge is down', /./, host => setDown(host, 'docker_gwbridge')),
  onHost('gwbridge-address-lost', 'docker_gwbridge has no address', /./, host => {
    const isOther = ({ ifname }: { readonly ifname: string }) => ifname !== 'docker_gwbridge'
    host.addresses = host.addresses.filter(isOther)
    host.routes = host.routes.filter(({ dev }) => dev !== 'docker_gwbridge')
  }),
  onHost(
    'sandbox-veth-without-bridge',
    'the veth of ingress_sbox is no port of docker_gwbridge',
    /docker_gwbridge/,
    (host, world) => {
      const link = host.links.find(({ peer }) => peer?.namespace === ingressSandbox(world).id)!
      delete link.master
      host.fdb = host.fdb.filter(({ ifname }) => ifname !== link.ifname)
    },
  ),
  atIngress(
    'real-servers-removed',
    'the virtual service has no real server',
    /no real server/,
    (sandbox, { facts }) => {
      serviceOf(sandbox, facts['mark.web.node1.ingress']).realServers = []
    },
  ),
  {
    ...atIngress(
      'real-server-stale',
      'a real server that no task has',
      /10\.0\.0\.222/,
      (sandbox, { facts }) => {
        const service = serviceOf(sandbox, facts['mark.web.node1.ingress'])
        service.realServers.push({ ...service.realServers[0]!, address: '10.0.0.222' })
      },
    ),
  },
  atIngress('all-weights-zero', 'every real server has weight 0', /weight 0/, (sandbox, { facts }) => {
    for (const server of serviceOf(sandbox, facts['mark.web.node1.ingress']).realServers) server.weight = 0
  }),
  atIngress(
    'virtual-service-removed',
    'the mark has no virtual service',
    /no virtual service/,
    (sandbox, { facts }) => {
      sandbox.ipvs.services = sandbox.ipvs.services.filter(
        ({ fwmark }) => fwmark !== Number(facts['mark.web.node1.ingress']),
      )
    },
  ),
  {
    name: 'vip-alias-missing',
    about: 'nobody on node1 has the virtual address',
    says: /no MAC|answer|neighbour/i,
    apply: world => {
      const vip = world.facts['vip.api.app']!
      const lb = balancer(world)
      lb.addresses = lb.addresses.filter(({ local }) => local !== vip)
      lb.routes = lb.routes.filter(({ dst }) => dst !== vip)
      for (const { namespaces } of world.nodes)
        for (const each of namespaces) each.neighbours = each.neighbours.filter(({ dst }) => dst !== vip)
    },
    asks: api,
    stops: client,
    beside: [direct, mesh],
  },
  {
    name: 'balancer-mark-removed',
    about: 'the virtual address is not marked',
    says: /\./,
    apply: world => deleteRules(balancer(world), 'mangle', 'INPUT', `${world.facts['vip.api.app']}/32`),
    asks: api,
    stops: balancer,
    beside: [direct, mesh],
  },
  {
    name: 'balancer-snat-removed',
    about: 'tasks see the asking container itself',
    says: /answer/,
    apply: world => deleteRules(balancer(world), 'nat', 'POSTROUTING', 'ipvs'),
    asks: api,
    stops: client,
    beside: [direct, mesh],
  },
  {
    name: 'balancer-ip-forward-off',
    about: 'the balancing sandbox does not forward',
    says: /ip_forward is 0/,
    apply: world => forwardNothing(balancer(world)),
    asks: api,
    stops: balancer,
    beside: [direct, mesh],
  },
  {
    name: 'fdb-missing',
    about: 'no forwarding entry for the task on node2',
    says: /no forwarding entry|is not known to/,
    apply: world => {
      const namespace = overlay(world)
      const mac = world.facts['mac.api.node2.app']
      namespace.fdb = namespace.fdb.filter(row => row.mac !== mac || row.dst === undefined)
    },
    asks: api,
    stops: world => overlay(world),
    beside: [direct, mesh],
  },
  {
    name: 'fdb-wrong-vtep',
    about: 'the forwarding entry leads to node3',
    says: /is not known to|not/,
    apply: world => {
      for (const row of overlay(world).fdb)
        if (row.mac === world.facts['mac.api.node2.app'] && row.dst !== undefined)
          row.dst = world.facts['node3']!
    },
    asks: api,
    stops: world => overlay(world, 3),
    beside: [direct, mesh],
  },
  {
    name: 'neighbour-missing',
    about: 'vxlan0 cannot answer ARP for the task on node2',
    says: /no MAC/,
    apply: world => {
      const address = world.facts['task.api.node2.app']
      for (const namespace of [overlay(world), balancer(world)])
        namespace.neighbours = namespace.neighbours.filter(({ dst }) => dst !== address)
    },
    asks: api,
    stops: balancer,
    beside: [direct, mesh],
  },
  {
    name: 'vxlan-down',
    about: 'vxlan0 is down',
    says: /vxlan0/,
    apply: world => setDown(overlay(world), 'vxlan0'),
    asks: direct,
    stops: world => overlay(world),
    beside: [mesh],
  },
  {
    name: 'vxlan-without-bridge',
    about: 'vxlan0 is no port of br0',
    says: /br0|no MAC/,
    apply: world => {
      const namespace = overlay(world)
      delete namespace.links.find(({ ifname }) => ifname === 'vxlan0')!.master
      namespace.fdb = namespace.fdb.filter(
        ({ ifname, master }) => ifname !== 'vxlan0' || master === undefined,
      )
    },
    asks: direct,
    stops: world => overlay(world),
    beside: [mesh],
  },
  {
    name: 'task-veth-down',
    about: "the overlay's end of the task's veth pair is down",
    says: /is down/,
    apply: world => {
      const task = sandboxWith(world, world.facts['task.api.node2.app']!)
      const namespace = overlay(world, 2)
      setDown(namespace, namespace.links.find(({ peer }) => peer?.namespace === task.id)!.ifname)
    },
    asks: api,
    stops: world => overlay(world, 2),
    beside: [direct, mesh],
  },
  {
    ...onHost('vxlan-port-blocked', 'node1 drops UDP 4789', /--dport 4789 -j DROP/, host =>
      insertRule(host, 'filter', '-A INPUT -p udp -m udp --dport 4789 -j DROP'),
    ),
    beside: [mesh2],
  },
  {
    name: 'listens-on-loopback',
    about: 'the tasks of web listen on 127.0.0.1 only',
    says: /nobody listens/,
    apply: world => setSockets(world, { address: '127.0.0.1', family: 'inet' }),
    asks: mesh,
    stops: webOn2,
    beside: [api, direct],
  },
  {
    name: 'listens-on-wrong-port',
    about: 'the tasks of web listen on port 81',
    says: /nobody listens/,
    apply: world => setSockets(world, { port: 81 }),
    asks: mesh,
    stops: webOn2,
    beside: [api, direct],
  },
  {
    name: 'port-blocked-in-task',
    about: 'the sandbox of one task drops port 80',
    says: /-A INPUT -p tcp -m tcp --dport 80 -j DROP/,
    apply: world => insertRule(webOn2(world), 'filter', '-A INPUT -p tcp -m tcp --dport 80 -j DROP'),
    asks: mesh,
    stops: webOn2,
    beside: [api, direct],
  },
  {
    name: 'redirect-removed',
    about: 'one task does not turn port 8080 into 80',
    says: /-j DROP/,
    apply: world => deleteRules(webOn2(world), 'nat', 'PREROUTING', '--dport 8080 '),
    asks: mesh8080,
    stops: webOn2,
    beside: [mesh, api],
  },
  {
    name: 'default-route-missing',
    about: 'a container has no default route',
    says: /no route/,
    apply: world => {
      const namespace = client(world)
      namespace.routes = namespace.routes.filter(({ dst }) => dst !== 'default')
    },
    asks: outbound,
    stops: client,
    beside: [api, direct],
  },
  {
    name: 'resolver-rules-missing',
    about: 'nothing leads from 127.0.0.11:53 to the resolver',
    says: /127\.0\.0\.11:53/,
    apply: world => deleteRules(client(world), 'nat', 'DOCKER_OUTPUT', '--dport 53'),
    asks: { target: '127.0.0.11:53/udp', from: 'client.1' },
    stops: client,
    beside: [direct],
  },
  {
    ...onHost(
      'masquerade-removed',
      'containers leave with an address that nobody outside knows',
      /172\.18/,
      host => deleteRules(host, 'nat', 'POSTROUTING', '! -o docker_gwbridge'),
    ),
    asks: outbound,
    beside: [api, mesh],
  },
]

/** The listening sockets of the tasks of web. */
function setSockets(world: World, change: Partial<Namespace['sockets'][number]>): void {
  for (const node of ['node2', 'node3']) {
    for (const socket of sandboxWith(world, world.facts[`task.web.${node}.app`]!).sockets)
      if (socket.protocol === 'tcp' && socket.port === 80) Object.assign(socket, change)
  }
}
