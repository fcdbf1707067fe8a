/** Faults of overlays: bridge, VXLAN, neighbours, forwarding entries, and the network between nodes. */
import { balancerOf, containerOf, host, overlayOf, type Step } from '../scenarios/scenario.ts'
import { always, type Fault, faultAt, never, sometimes, without } from './fault.ts'
import { apiFromNode1, apiFromNode2, direct, large, mesh } from './probes.ts'

const overlay = overlayOf('app', 'node1')
const scenario = 'swarm'
const mac = '{mac.api.node2.app}'
const permanent = 'self permanent'
/** A link that goes down loses its neighbours, which Docker does not give it again. */
const keepNeighbours = 'ip -4 neigh show dev vxlan0 nud permanent >/run/kept'
const giveNeighbours =
  'while read -r address _ mac _; do ip neigh replace "$address" lladdr "$mac" dev vxlan0 nud permanent; done </run/kept'
const forget: Step = { at: balancerOf('app', 'node1'), run: 'ip neigh flush dev eth0' }

export const overlayFaults: readonly Fault[] = [
  faultAt(overlay, {
    name: 'fdb-missing',
    code: 'O-07',
    scenario,
    about: 'node1 does not know behind which node one of the tasks is.',
    break: `bridge fdb del ${mac} dev vxlan0 self`,
    undo: `bridge fdb replace ${mac} dev vxlan0 dst {node2} ${permanent}`,
    expects: [sometimes(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { kind: 'vxlan', what: 'no forwarding entry for the MAC of the task on node2' },
    look: 'bridge fdb show dev vxlan0',
  }),
  faultAt(overlay, {
    name: 'fdb-wrong-vtep',
    code: 'O-06',
    scenario,
    about: 'node1 sends what is for a task on node2 to node3.',
    break: `bridge fdb replace ${mac} dev vxlan0 dst {node3} ${permanent}`,
    undo: `bridge fdb replace ${mac} dev vxlan0 dst {node2} ${permanent}`,
    expects: [sometimes(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { kind: 'vxlan', what: 'the forwarding entry of the task on node2 leads to node3' },
    look: 'bridge fdb show dev vxlan0',
  }),
  faultAt(overlay, {
    name: 'mac-at-wrong-port',
    code: 'O-10',
    scenario,
    about: "br0 of node1 takes a task on node2 to be at the port of one of node1's own containers.",
    break:
      'ip -o link show master br0 type veth | sed -n "1s/^[0-9]*: \\([^@:]*\\).*/\\1/p" >/run/kept; bridge fdb replace {mac.api.node2.app} dev "$(cat /run/kept)" master static',
    undo: 'bridge fdb del {mac.api.node2.app} dev "$(cat /run/kept)" master',
    expects: [sometimes(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { kind: 'bridge', what: 'the MAC of the task on node2 is at a local port' },
    look: 'bridge fdb show br br0 | grep "{mac.api.node2.app}.* master br0"',
  }),
  {
    name: 'neighbour-missing',
    code: 'O-07',
    scenario,
    about: 'vxlan0 of node1 cannot answer ARP for one of the tasks.',
    break: [{ at: overlay, run: 'ip neigh del {task.api.node2.app} dev vxlan0' }, forget],
    undo: [
      {
        at: overlay,
        run: `ip neigh replace {task.api.node2.app} lladdr ${mac} dev vxlan0 nud permanent`,
      },
    ],
    expects: [sometimes(apiFromNode1), never(apiFromNode2), never(direct('node2'))],
    hop: { at: overlay, kind: 'neighbour', what: 'no neighbour entry for the task on node2' },
    look: 'ip neigh show dev vxlan0',
  },
  faultAt(overlay, {
    name: 'vxlan-down',
    code: 'O-17',
    scenario,
    about: 'vxlan0 of node1 is down: no task on another node can be reached.',
    break: `${keepNeighbours}; ip link set vxlan0 down`,
    undo: `ip link set vxlan0 up; ${giveNeighbours}`,
    expects: [always(apiFromNode1), never(apiFromNode2), always(direct('node2')), never(mesh('node1'))],
    hop: { kind: 'link', what: 'vxlan0 is down' },
    look: 'ip link show vxlan0',
  }),
  faultAt(overlay, {
    name: 'vxlan-without-bridge',
    code: 'O-17',
    scenario,
    about: 'vxlan0 of node1 is no port of br0.',
    break: 'ip link set vxlan0 nomaster',
    undo: 'ip link set vxlan0 master br0',
    expects: [always(apiFromNode1), never(apiFromNode2), always(direct('node2'))],
    hop: { kind: 'bridge', what: 'vxlan0 is no port of br0' },
    look: 'ip -br link show master br0',
  }),
  {
    name: 'mtu-too-small',
    code: 'O-05',
    scenario,
    about:
      'vxlan0 of node2 takes less than the interfaces of its tasks: small answers pass and large ones do not.',
    break: [
      // Bridges let packets pass that are still to be cut up; a network card would have cut them.
      { at: containerOf('direct', 'node2'), run: 'ip link set eth0 gso_max_segs 1' },
      { at: overlayOf('app', 'node2'), run: 'ip link set vxlan0 mtu 1200' },
    ],
    undo: [
      { at: overlayOf('app', 'node2'), run: 'ip link set vxlan0 mtu 1450' },
      { at: containerOf('direct', 'node2'), run: 'ip link set eth0 gso_max_segs 65535' },
    ],
    expects: [
      always(large('http://{task.direct.node2.app}/big', 'a large answer of the task on node2')),
      never(direct('node2')),
      never(large('http://{task.direct.node3.app}/big', 'a large answer of the task on node3')),
    ],
    hop: { at: overlayOf('app', 'node2'), kind: 'bridge', what: 'vxlan0 has MTU 1200, tasks have 1450' },
    look: 'ip link show vxlan0',
  },
  {
    name: 'task-veth-down',
    code: 'O-17',
    scenario,
    about: "The overlay's end of a task's veth pair on node2 is down.",
    break: [
      {
        at: containerOf('api', 'node2'),
        run: "ip -o -4 addr show | sed -n 's|^[0-9]*: \\([^ ]*\\) .* {task.api.node2.app}/.*|\\1|p' >/run/kept-if; ip -o link show \"$(cat /run/kept-if)\" | sed -n 's/^[0-9]*: [^@]*@if\\([0-9]*\\):.*/\\1/p' >/run/kept-peer",
      },
      {
        at: overlayOf('app', 'node2'),
        run: 'ip -o link | sed -n "s/^$(cat /run/kept-peer): \\([^@:]*\\).*/\\1/p" >/run/kept; ip link set "$(cat /run/kept)" down',
      },
    ],
    undo: [{ at: overlayOf('app', 'node2'), run: 'ip link set "$(cat /run/kept)" up' }],
    expects: [sometimes(apiFromNode1), sometimes(apiFromNode2), never(direct('node2'))],
    hop: { at: overlayOf('app', 'node2'), kind: 'link', what: "the task's veth is down" },
    look: 'ip -br link show master br0',
  },
  {
    name: 'duplicate-address',
    code: 'C-05',
    scenario,
    about: "A second container on node2 has the address of api's task and says so.",
    break: [
      {
        at: containerOf('direct', 'node2'),
        run: 'ip addr add {task.api.node2.app}/32 dev eth0; busybox arping -U -c 2 -I eth0 {task.api.node2.app}',
      },
    ],
    undo: [
      { at: containerOf('direct', 'node2'), run: 'ip addr del {task.api.node2.app}/32 dev eth0' },
      {
        at: containerOf('api', 'node2'),
        run: 'busybox arping -U -c 2 -I eth0 {task.api.node2.app}',
      },
    ],
    expects: [without('api@node2', apiFromNode2), never(direct('node3'))],
    hop: {
      at: balancerOf('app', 'node2'),
      kind: 'neighbour',
      what: "the address of api's task is at the MAC of another container",
    },
    look: 'ip neigh show {task.api.node2.app} | cut -d" " -f 1-5',
  },
  faultAt(host('node1'), {
    name: 'vxlan-port-blocked',
    code: 'O-01',
    scenario,
    about: 'node1 drops what comes from other nodes on UDP 4789.',
    break: 'iptables -I INPUT -p udp --dport 4789 -j DROP',
    undo: 'iptables -D INPUT -p udp --dport 4789 -j DROP',
    expects: [always(apiFromNode1), always(mesh('node1')), never(mesh('node2')), never(apiFromNode2)],
    hop: { kind: 'rule', chain: 'filter/INPUT', what: 'DROP of UDP 4789' },
    look: 'iptables -S INPUT',
  }),
  faultAt(host('node1'), {
    name: 'vxlan-wrong-source',
    code: 'O-08',
    scenario,
    about:
      'node1 sends VXLAN from a second address, which the forwarding entries of other nodes do not have.',
    break:
      'ip addr add 192.168.77.101/24 dev eth0; ip route change 192.168.77.0/24 dev eth0 proto kernel scope link src 192.168.77.101',
    undo: 'ip route change 192.168.77.0/24 dev eth0 proto kernel scope link src {node1}; ip addr del 192.168.77.101/24 dev eth0',
    expects: [always(apiFromNode1), always(mesh('node1')), never(apiFromNode2)],
    hop: { kind: 'route', what: 'the source of VXLAN is not the address that peers know' },
    look: 'ip route get {node2}',
  }),
]
