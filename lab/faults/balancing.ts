/** Faults of IPVS, and of the sandbox that balances for an overlay. */
import { balancerOf, ingressSandbox } from '../scenarios/scenario.ts'
import { insider } from '../scenarios/shared.ts'
import { always, deleteRules, type Fault, faultAt, never, putBack, sometimes, without } from './fault.ts'
import { apiFromNode1, apiFromNode2, direct, mesh } from './probes.ts'

const sandbox = ingressSandbox('node1')
const balancer = balancerOf('app', 'node1')
const scenario = 'swarm'
const mark = '{mark.web.node1.ingress}'
const one = `-f ${mark} -r {task.web.node2.ingress}:0`
const other = `-f ${mark} -r {task.web.node3.ingress}:0`

export const balancingFaults: readonly Fault[] = [
  faultAt(sandbox, {
    name: 'real-server-removed',
    code: 'V-01',
    scenario,
    about: 'One of two real servers is missing: its task runs and gets nothing.',
    break: `ipvsadm -d ${one}`,
    undo: `ipvsadm -a ${one} -m -w 1`,
    expects: [without('web@node2', mesh('node1')), never(mesh('node2'))],
    hop: { kind: 'ipvs', what: 'no real server for the task on node2' },
    look: 'ipvsadm -Ln',
  }),
  faultAt(sandbox, {
    name: 'real-servers-removed',
    code: 'V-01',
    scenario,
    about: 'The virtual service has no real server.',
    break: `ipvsadm -d ${one}; ipvsadm -d ${other}`,
    undo: `ipvsadm -a ${one} -m -w 1; ipvsadm -a ${other} -m -w 1`,
    expects: [always(mesh('node1')), never(mesh('node2'))],
    hop: { kind: 'ipvs', what: 'no real server' },
    look: 'ipvsadm -Ln',
  }),
  faultAt(sandbox, {
    name: 'real-server-stale',
    code: 'V-01',
    scenario,
    about: 'One real server more than there are tasks: nobody has its address.',
    break: `ipvsadm -a -f ${mark} -r 10.0.0.222:0 -m -w 1`,
    undo: `ipvsadm -d -f ${mark} -r 10.0.0.222:0`,
    expects: [sometimes(mesh('node1')), never(mesh('node2'))],
    hop: { kind: 'ipvs', what: 'real server 10.0.0.222, which no task has' },
    look: 'ipvsadm -Ln',
  }),
  faultAt(sandbox, {
    name: 'all-weights-zero',
    code: 'V-10',
    scenario,
    about: 'Every real server has weight 0, though no task is ending.',
    break: `ipvsadm -e ${one} -m -w 0; ipvsadm -e ${other} -m -w 0`,
    undo: `ipvsadm -e ${one} -m -w 1; ipvsadm -e ${other} -m -w 1`,
    expects: [always(mesh('node1')), never(mesh('node2'))],
    hop: { kind: 'ipvs', what: 'no real server with a weight' },
    look: 'ipvsadm -Ln',
  }),
  faultAt(sandbox, {
    name: 'virtual-service-removed',
    code: 'V-03',
    scenario,
    about: 'The mark of port 80 has no virtual service.',
    break: `ipvsadm -D -f ${mark}`,
    undo: `ipvsadm -A -f ${mark} -s rr; ipvsadm -a ${one} -m -w 1; ipvsadm -a ${other} -m -w 1`,
    expects: [always(mesh('node1')), never(mesh('node2'))],
    hop: { kind: 'ipvs', what: 'no virtual service for the mark' },
    look: 'ipvsadm -Ln',
  }),
  faultAt(balancer, {
    name: 'vip-alias-missing',
    code: 'V-03',
    scenario,
    about:
      "The balancing sandbox of node1 does not have api's virtual address, so nobody answers ARP for it.",
    break: 'ip addr del {vip.api.app}/32 dev eth0',
    undo: 'ip addr add {vip.api.app}/32 dev eth0',
    expects: [always(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { kind: 'neighbour', what: 'nobody on node1 has the virtual address' },
    look: 'ip addr show eth0',
  }),
  faultAt(balancer, {
    name: 'balancer-mark-removed',
    code: 'V-03',
    scenario,
    about: "What comes for api's virtual address is not marked.",
    break: deleteRules('mangle', 'INPUT', '{vip.api.app}/32'),
    undo: putBack('mangle'),
    expects: [always(apiFromNode1), never(apiFromNode2)],
    hop: { kind: 'rule', chain: 'mangle/INPUT', what: 'no mark for the virtual address' },
    look: 'iptables -t mangle -S INPUT',
  }),
  faultAt(balancer, {
    name: 'balancer-snat-removed',
    code: 'V-03',
    scenario,
    about:
      'Tasks see the asking container itself, and their answer comes from an address that it did not ask.',
    break: deleteRules('nat', 'POSTROUTING', 'ipvs'),
    undo: putBack('nat'),
    expects: [always(apiFromNode1), never(apiFromNode2)],
    hop: { kind: 'rule', chain: 'nat/POSTROUTING', what: 'no SNAT of what IPVS sends' },
    look: 'iptables -t nat -S POSTROUTING',
  }),
  faultAt(balancer, {
    name: 'balancer-ip-forward-off',
    code: 'H-01',
    scenario,
    about: 'The balancing sandbox does not forward: answers of tasks end there.',
    break: 'sysctl -qw net.ipv4.ip_forward=0',
    undo: 'sysctl -qw net.ipv4.ip_forward=1',
    expects: [always(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { kind: 'route', what: 'net.ipv4.ip_forward is 0' },
    look: 'sysctl net.ipv4.ip_forward',
  }),
  {
    name: 'balancer-has-task-address',
    code: 'V-04',
    scenario,
    about:
      'The balancing sandbox of node1 has the address of a task too, as after a double allocation, and says so.',
    break: [
      {
        at: balancer,
        run: 'ip addr add {task.direct.node2.app}/32 dev eth0; busybox arping -U -c 2 -I eth0 {task.direct.node2.app}',
      },
    ],
    undo: [
      { at: balancer, run: 'ip addr del {task.direct.node2.app}/32 dev eth0' },
      { at: insider, run: 'ip neigh flush to {task.direct.node2.app}' },
    ],
    expects: [always(direct('node2')), never(direct('node3')), never(apiFromNode1)],
    hop: { at: balancer, kind: 'neighbour', what: "the address of direct's task is the balancer's" },
    look: 'ip -4 -br addr show eth0',
  },
]
