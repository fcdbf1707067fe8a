import type { Namespace } from '../../snapshot/index.ts'
import { quoted } from '../../util/shell.ts'
import type { Ending, Step } from '../trace.ts'
import { inNamespace } from './shell.ts'

/** A cause that is known, and what mends it: local and reversible first. */
type Remedy = {
  readonly fits: (end: Ending, last: Step | undefined, namespace: Namespace) => boolean
  readonly fix: (end: Ending, namespace: Namespace) => string
}

const sysctlOf = ({ evidence }: Ending): string | undefined =>
  evidence.find(({ part, key }) => part === 'sysctls' && key !== '')?.key

/** No entry of a bridge or a vxlan leads to the MAC. */
export function isUnknownMac(detail: string): boolean {
  return detail.includes('no forwarding entry') || detail.includes('is not known to')
}

/** What links/vlans.ts says of a port, or of the bridge itself. */
const outsideVlan = /(\S+) is not in VLAN (\d+)$/

/** The first that fits counts. */
const remedies: readonly Remedy[] = [
  {
    fits: end => /(?:ip_forward|forwarding)$/.test(sysctlOf(end) ?? ''),
    fix: (_, namespace) =>
      `${inNamespace(namespace, 'sysctl -w net.ipv4.ip_forward=1')}; it lasts until the namespace is made anew, and a file in /etc/sysctl.d keeps it for the host`,
  },
  {
    fits: end => sysctlOf(end)?.endsWith('rp_filter') === true,
    fix: (end, namespace) =>
      `${inNamespace(namespace, `sysctl -w ${quoted(sysctlOf(end) ?? '')}=2`)} (loose), or a route back by the same interface`,
  },
  {
    fits: ({ disposition, detail }) => disposition === 'no-virtual-service' && detail.includes('no IPVS'),
    fix: () =>
      'modprobe ip_vs ip_vs_rr xt_ipvs, then restart docker; a kernel without these modules cannot balance',
  },
  {
    fits: ({ disposition }) => disposition === 'no-virtual-service',
    fix: () => 'docker service update --force SERVICE; if that does not help, restart docker on this node',
  },
  {
    fits: ({ disposition, detail }) =>
      disposition === 'no-real-server' && detail.includes('has no real server'),
    fix: () =>
      'its tasks do not run, or this node was not told of them: docker service ps SERVICE, then docker service update --force SERVICE',
  },
  {
    fits: ({ disposition, detail }) =>
      disposition === 'no-real-server' && detail.includes('is no real server of'),
    fix: () =>
      'this node was not told of it: docker service update --force SERVICE, or restart docker on this node, which writes its real servers anew',
  },
  {
    fits: ({ disposition }) => disposition === 'no-real-server',
    fix: () =>
      'weight 0 is a task that is being shut down: wait for its grace period, look at its health check, then docker service update --force SERVICE',
  },
  {
    fits: ({ disposition, packet }, _, { sockets }) =>
      disposition === 'no-listener' &&
      sockets.some(({ port, address }) => port === packet.destinationPort && address.startsWith('127.')),
    fix: () => 'the program listens on 127.0.0.1 only: have it listen on 0.0.0.0',
  },
  {
    fits: ({ detail }, _, { kind }) => kind === 'host' && detail.includes('reserves the port'),
    fix: () =>
      'DOCKER-INGRESS has no rule for this port: docker service update --force SERVICE, or restart docker on this node, which writes its rules anew',
  },
  {
    fits: ({ disposition }, _, { kind }) =>
      disposition === 'no-listener' && (kind === 'ingress' || kind === 'load-balancer'),
    fix: () =>
      'no rule of the mangle table marks it for a virtual service: docker service update --force SERVICE, or restart docker on this node',
  },
  {
    fits: ({ disposition }, _, { kind }) => disposition === 'no-listener' && kind === 'host',
    fix: () =>
      'nobody publishes this port here; where a service should, restart docker on this node: it writes its rules anew',
  },
  {
    fits: ({ disposition }) => disposition === 'no-listener',
    fix: () => 'let the program listen on this port, or publish the one that it listens on',
  },
  {
    fits: ({ detail }, _, { kind }) => kind === 'overlay' && isUnknownMac(detail),
    fix: ({ packet }, namespace) =>
      `${inNamespace(namespace, 'bridge fdb replace MAC dev vxlan0 dst VTEP self permanent')}, and the neighbour entry of ${packet.destination ?? 'the task'} likewise; or restart that task`,
  },
  {
    fits: ({ disposition }, _, { kind }) => disposition === 'no-neighbour' && kind === 'overlay',
    fix: ({ packet }, namespace) =>
      inNamespace(
        namespace,
        `ip neigh replace ${packet.destination ?? 'ADDRESS'} lladdr MAC dev vxlan0 nud permanent`,
      ),
  },
  {
    fits: ({ detail }) => outsideVlan.test(detail),
    fix: ({ detail }, namespace) => {
      const [, port = 'PORT', vlan = 'VLAN'] = outsideVlan.exec(detail) ?? []
      const isBridge = namespace.links.some(
        ({ ifname, linkinfo }) => ifname === port && linkinfo?.info_kind === 'bridge',
      )
      const add = `bridge vlan add dev ${quoted(port)} vid ${vlan}${isBridge ? ' self' : ''}`
      return `where it belongs to that VLAN: ${inNamespace(namespace, add)}`
    },
  },
  {
    fits: ({ detail }) => detail.endsWith('has no PVID'),
    fix: ({ detail }, namespace) => {
      const [, port = 'PORT'] = /(\S+) has no PVID$/.exec(detail) ?? []
      return inNamespace(namespace, `bridge vlan add dev ${quoted(port)} vid VLAN pvid untagged`)
    },
  },
  {
    fits: ({ detail }) => detail.includes('table of connections is full'),
    fix: (_, namespace) =>
      `${inNamespace(namespace, 'sysctl -w net.netfilter.nf_conntrack_max=262144')}, and a file in /etc/sysctl.d to keep it`,
  },
  {
    fits: ({ detail }) => detail.includes('bytes (MTU)'),
    fix: ({ detail }, namespace) => {
      const [, ifname = 'DEVICE', bytes = 'BYTES'] = /^(\S+) takes \d+ bytes.* have (\d+)$/.exec(detail) ?? []
      return `${inNamespace(namespace, `ip link set ${quoted(ifname)} mtu ${bytes}`)}, or make the network with a smaller MTU (com.docker.network.driver.mtu)`
    },
  },
  {
    fits: ({ disposition }) => disposition === 'duplicate-address',
    fix: () =>
      'give one of them another address, and let the right one say that it has it: arping -U -I eth0 ADDRESS in it',
  },
  {
    fits: (end, last) => isRefusingRule(end, last) && !/DOCKER(?!-USER)/.test(ruleOf(end, last) ?? ''),
    fix: (end, namespace) => {
      const [, family, table, ...rest] = (ruleKey(end) ?? '').split(' ')
      const program = family === 'ip6' ? 'ip6tables' : 'iptables'
      const rule = rest.join(' ').replace(/^-A /, '-D ')
      return `if it is not meant: ${inNamespace(namespace, `${program} -t ${table} ${rule}`)}`
    },
  },
]

export function fixFor(end: Ending, last: Step | undefined, namespace: Namespace): string | undefined {
  return remedies.find(({ fits }) => fits(end, last, namespace))?.fix(end, namespace)
}

function ruleKey({ evidence }: Ending): string | undefined {
  return evidence.find(({ part, key }) => part === 'netfilter' && / -A /.test(key))?.key
}

function ruleOf(end: Ending, last: Step | undefined): string | undefined {
  return ruleKey(end) ?? last?.chain
}

function isRefusingRule(end: Ending, last: Step | undefined): boolean {
  return (
    (end.disposition === 'dropped' || end.disposition === 'rejected') &&
    // A rule that does what it should is not what is wrong.
    end.cause === undefined &&
    last?.kind === 'rule' &&
    ruleKey(end) !== undefined
  )
}
