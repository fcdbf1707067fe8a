import type { PlaceName } from './bed.ts'

type Command = readonly [PlaceName, string]

/** A state of the bed, and one connection to each real server in it. */
export type TunnelCase = {
  readonly name: string
  readonly set: readonly Command[]
  readonly undo: readonly Command[]
  /** Of the virtual service; 80 when absent, and 81 is that of the mark. */
  readonly port?: number
  /** The client when absent. */
  readonly from?: PlaceName
  readonly source?: string
  /** 64 when absent. */
  readonly ttl?: number
  /** It can be made without an ipip interface too. */
  readonly isOutside?: true
}

const rpFilter = (value: number): Command => ['rs1', `sysctl -qw net.ipv4.conf.tunl0.rp_filter=${value}`]
const toLo: readonly Command[] = [
  ['rs1', 'ip addr del 10.50.0.100/32 dev tunl0'],
  ['rs1', 'ip addr add 10.50.0.100/32 dev lo'],
]
const fromLo: readonly Command[] = [
  ['rs1', 'ip addr del 10.50.0.100/32 dev lo'],
  ['rs1', 'ip addr add 10.50.0.100/32 dev tunl0'],
]
const down: Command = ['rs1', 'ip link set tunl0 down']
const up: Command = ['rs1', 'ip link set tunl0 up']
/** An interface for one other end alone, beside tunl0, which is down. */
const ownTunnel = (remote: string): readonly Command[] => [
  down,
  ['rs1', `ip link add tun7 type ipip local 10.61.0.2 remote ${remote}`],
  ['rs1', 'ip link set tun7 up'],
  ['rs1', 'sysctl -qw net.ipv4.conf.tun7.rp_filter=0'],
  ['rs1', 'ip addr add 10.50.0.100/32 dev lo'],
]
const noTunnel: readonly Command[] = [
  ['rs1', 'ip link del tun7'],
  ['rs1', 'ip addr del 10.50.0.100/32 dev lo'],
  up,
]
const rule = (place: PlaceName, text: string): Pick<TunnelCase, 'set' | 'undo'> => ({
  set: [[place, `iptables ${text}`]],
  undo: [[place, `iptables ${text.replace('-I ', '-D ')}`]],
})
const snat = '-t nat -I POSTROUTING -p 4 -o d1 -j SNAT --to-source 10.61.0.9'

export const tunnelCases: readonly TunnelCase[] = [
  { name: 'as it should be', set: [], undo: [], isOutside: true },
  { name: 'by mark', set: [], undo: [], port: 81, isOutside: true },
  {
    name: 'IPVS keeps connections in connection tracking',
    set: [['director', 'sysctl -qw net.ipv4.vs.conntrack=1']],
    undo: [['director', 'sysctl -qw net.ipv4.vs.conntrack=0']],
    isOutside: true,
  },
  { name: 'the virtual address is on lo', set: toLo, undo: fromLo },
  { name: 'rp_filter is strict', set: [rpFilter(1)], undo: [rpFilter(0)] },
  { name: 'rp_filter is loose', set: [rpFilter(2)], undo: [rpFilter(0)] },
  {
    name: 'rp_filter is loose, and tunl0 has no address',
    set: [...toLo, rpFilter(2)],
    undo: [...fromLo, rpFilter(0)],
  },
  { name: 'tunl0 is down', set: [down], undo: [up] },
  {
    name: 'the real server does not have the virtual address',
    set: [['rs1', 'ip addr del 10.50.0.100/32 dev tunl0']],
    undo: [['rs1', 'ip addr add 10.50.0.100/32 dev tunl0']],
  },
  { name: 'the real server drops IPIP', ...rule('rs1', '-I INPUT -p 4 -j DROP'), isOutside: true },
  { name: 'the real server drops what was inside', ...rule('rs1', '-I INPUT -i tunl0 -p tcp -j DROP') },
  {
    name: 'the director drops IPIP',
    ...rule('director', '-I OUTPUT -p 4 -d 10.61.0.2 -j DROP'),
    isOutside: true,
  },
  {
    name: 'the source of IPIP is rewritten, and tunl0 takes it all the same',
    ...rule('director', snat),
    isOutside: true,
  },
  {
    name: 'an interface for the source that is rewritten',
    set: [['director', `iptables ${snat}`], ...ownTunnel('10.61.0.9')],
    undo: [['director', `iptables ${snat.replace('-I ', '-D ')}`], ...noTunnel],
  },
  { name: 'an interface for another source', set: ownTunnel('10.61.0.9'), undo: noTunnel },
  {
    name: 'the route chooses another source',
    set: [['director', 'ip route replace 10.61.0.0/24 dev d1 src 10.61.0.8']],
    undo: [['director', 'ip route replace 10.61.0.0/24 dev d1 src 10.61.0.1']],
    isOutside: true,
  },
  {
    name: 'a rule of policy routing sends that source elsewhere',
    set: [
      ['director', 'ip rule add from 10.61.0.1 lookup 77 pref 70'],
      ['director', 'ip route add unreachable 10.61.0.2/32 table 77'],
    ],
    undo: [
      ['director', 'ip rule del pref 70'],
      ['director', 'ip route flush table 77'],
    ],
    isOutside: true,
  },
  {
    name: 'a rule of policy routing for tcp is not asked',
    set: [
      ['director', 'ip rule add ipproto tcp to 10.61.0.2 lookup 77 pref 70'],
      ['director', 'ip route add unreachable 10.61.0.2/32 table 77'],
    ],
    undo: [
      ['director', 'ip rule del pref 70'],
      ['director', 'ip route flush table 77'],
    ],
    isOutside: true,
  },
  {
    name: 'there is no route to the real server',
    set: [['director', 'ip route add unreachable 10.61.0.2/32']],
    undo: [['director', 'ip route del unreachable 10.61.0.2/32']],
    isOutside: true,
  },
  {
    name: 'the time to live ends at the director',
    set: [['client', 'ip route add 10.50.0.100/32 dev c0 hoplimit 1']],
    undo: [['client', 'ip route del 10.50.0.100/32 dev c0']],
    ttl: 1,
    isOutside: true,
  },
  {
    name: 'the director is the real server',
    set: [['director', 'ipvsadm -a -t 10.50.0.100:80 -r 10.61.0.1 -i -w 1']],
    undo: [['director', 'ipvsadm -d -t 10.50.0.100:80 -r 10.61.0.1']],
    isOutside: true,
  },
  {
    name: 'the director is the real server, and drops',
    set: [
      ['director', 'ipvsadm -a -t 10.50.0.100:80 -r 10.61.0.1 -i -w 1'],
      ['director', 'iptables -I INPUT -d 10.50.0.100 -p tcp -j DROP'],
    ],
    undo: [
      ['director', 'ipvsadm -d -t 10.50.0.100:80 -r 10.61.0.1'],
      ['director', 'iptables -D INPUT -d 10.50.0.100 -p tcp -j DROP'],
    ],
    isOutside: true,
  },
  { name: 'the director asks itself', set: [], undo: [], from: 'director', isOutside: true },
  {
    name: 'the director asks from 127.0.0.1',
    set: [],
    undo: [],
    from: 'director',
    source: '127.0.0.1',
    isOutside: true,
  },
  {
    name: 'the director sends as it is, from 127.0.0.1',
    set: [['director', 'ipvsadm -e -t 10.50.0.100:80 -r 10.61.0.2 -g -w 1']],
    undo: [['director', 'ipvsadm -e -t 10.50.0.100:80 -r 10.61.0.2 -i -w 1']],
    from: 'director',
    source: '127.0.0.1',
    isOutside: true,
  },
  {
    name: 'one real server has weight 0',
    set: [['director', 'ipvsadm -e -t 10.50.0.100:80 -r 10.61.0.2 -i -w 0']],
    undo: [['director', 'ipvsadm -e -t 10.50.0.100:80 -r 10.61.0.2 -i -w 1']],
    isOutside: true,
  },
]
