import type { SmallCase } from '../small-worlds.test.ts'
import type { Asking, Listener } from './small-world.ts'

const toS: Asking = { protocol: 'tcp', destination: '10.0.2.2', port: 80 }
const overUdp: Asking = { ...toS, protocol: 'udp' }
const inS: Listener = { at: 'S', protocol: 'tcp', address: '0.0.0.0', port: 80 }
const udpInS: Listener = { ...inS, protocol: 'udp' }
const echo = (destination: string): Asking => ({ protocol: 'icmp', destination })
const blackhole = (network: string) => `ip route add blackhole ${network} table 77`

/** Who is in the set does not get through. */
const writing = (statement: string, elements: string) => `R: nft -f - <<'END'
table ip doubt {
  set seen { type ipv4_addr; size 64; flags dynamic,timeout; timeout 1m; ${elements}
  }
  chain pre {
    type filter hook prerouting priority 0
    ${statement}
  }
  chain through {
    type filter hook forward priority 0
    ip saddr @seen drop
  }
}
END`

/** R gives what goes to S a TOS, and drops what comes from there with it. */
const withTos = (program: 'iptables' | 'ip6tables') => [
  `R: ${program} -t mangle -A PREROUTING -i ra -j TOS --set-tos 0x10`,
  `R: ${program} -t mangle -A PREROUTING -i rs -m tos --tos 0x10 -j DROP`,
]

const natDrop = `R: nft -f - <<'END'
table ip odd {
  chain pre {
    type nat hook prerouting priority -100
    ip daddr 10.0.2.2 drop
  }
}
END`

const expiring = (element: string) => `R: nft -f - <<'END'
table ip doubt {
  set seen { type ipv4_addr; flags timeout; elements = { ${element} }
  }
  chain through {
    type filter hook forward priority 0
    ip saddr @seen drop
  }
}
END`

/** Packets that R routes. */
export const routerCases: readonly SmallCase[] = (
  [
    {
      name: 'an answer by TCP has the TOS of its socket',
      setUp: withTos('iptables'),
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'an answer by UDP has the TOS of its socket',
      setUp: withTos('iptables'),
      listeners: [udpInS],
      ask: overUdp,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'an echo comes back with the TOS that it was asked with',
      setUp: withTos('iptables'),
      ask: echo('10.0.2.2'),
      comes: false,
      said: 'dropped',
    },
    {
      name: 'an echo of IPv6 comes back with the traffic class that it was asked with',
      setUp: withTos('ip6tables'),
      ask: echo('fd00:2::2'),
      comes: false,
      said: 'dropped',
    },
    {
      name: 'UDP on every address, asked at the first of them',
      setUp: ['S: ip addr add 10.0.2.50/24 dev s0'],
      listeners: [udpInS],
      ask: overUdp,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'UDP on every address, asked at another: routing chooses what it answers from',
      setUp: ['S: ip addr add 10.0.2.50/24 dev s0'],
      listeners: [udpInS],
      ask: { ...overUdp, destination: '10.0.2.50' },
      comes: false,
      said: 'insufficient-info',
      tells: 'if the program leaves its address to routing',
    },
    {
      name: 'UDP on that very address',
      setUp: ['S: ip addr add 10.0.2.50/24 dev s0'],
      listeners: [{ ...udpInS, address: '10.0.2.50' }],
      ask: { ...overUdp, destination: '10.0.2.50' },
      comes: true,
      said: 'delivered',
    },
    {
      name: 'UDP, and a rule for what is sent from its address',
      setUp: ['S: ip rule add from 10.0.2.2 lookup 77 pref 10', `S: ${blackhole('10.0.1.0/24')}`],
      listeners: [udpInS],
      ask: overUdp,
      comes: true,
      said: 'insufficient-info',
    },
    {
      name: 'a rule of policy routing for the address that was just chosen',
      setUp: ['A: ip rule add from 10.0.1.2 lookup 77 pref 10', `A: ${blackhole('10.0.2.0/24')}`],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'no-route',
    },
    {
      name: 'a rule that leaves out routes by a group of interfaces',
      setUp: [
        'R: ip link set rs group 5',
        'R: ip rule add lookup main suppress_ifgroup 5 pref 10',
        'R: ip rule add lookup 77 pref 11',
        `R: ${blackhole('default')}`,
        'R: ip rule del pref 32766',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'no-route',
    },
    {
      name: 'a route that wraps what it takes, as far as its device cares',
      setUp: [
        'R: ip route add 10.9.1.0/24 encap ip id 5 dst 10.0.2.2 via 10.0.2.2 dev rs',
        'S: ip addr add 10.9.1.1/32 dev lo',
      ],
      listeners: [inS],
      ask: { ...toS, destination: '10.9.1.1' },
      comes: true,
      said: 'insufficient-info',
    },
    {
      name: 'a set of nft that a rule before adds who sends to',
      setUp: [writing('update @seen { ip saddr }', '')],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'a set of nft that a rule before takes who sends from',
      setUp: [writing('delete @seen { ip saddr }', 'elements = { 10.0.1.2 }')],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'insufficient-info',
    },
    {
      name: 'an address that is local by a table of its own, and answers nothing',
      setUp: [
        'R: ip rule add to 10.0.2.2 lookup 77 pref 10',
        'R: ip route add local 10.0.2.2/32 dev lo table 77',
      ],
      listeners: [{ ...inS, at: 'R' }],
      ask: toS,
      comes: false,
      said: 'no-route',
    },
    {
      name: 'a socket that is bound to the interface, asked from its own namespace',
      setUp: [],
      listeners: [{ ...inS, dev: 's0' }],
      ask: { ...toS, from: 'S' },
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a socket that is bound to lo, asked at another address',
      setUp: [],
      listeners: [{ ...inS, dev: 'lo' }],
      ask: { ...toS, from: 'S' },
      comes: false,
      said: 'no-listener',
    },
    {
      name: 'a namespace that does not answer pings',
      setUp: ['S: sysctl -qw net.ipv4.icmp_echo_ignore_all=1'],
      ask: echo('10.0.2.2'),
      comes: false,
      said: 'dropped',
      tells: 'icmp_echo_ignore_all is 1',
    },
    {
      name: 'the same of IPv6',
      setUp: ['S: sysctl -qw net.ipv6.icmp.echo_ignore_all=1'],
      ask: echo('fd00:2::2'),
      comes: false,
      said: 'dropped',
    },
    {
      name: 'arp_ignore 2, asked from outside of the subnet',
      setUp: [
        'S: ip addr add 10.0.9.9/32 dev s0',
        'S: sysctl -qw net.ipv4.conf.all.arp_ignore=2',
        'R: ip route add 10.0.9.9/32 dev rs',
      ],
      listeners: [inS],
      ask: { ...toS, destination: '10.0.9.9' },
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'arp_ignore 2, asked from the subnet',
      setUp: ['S: sysctl -qw net.ipv4.conf.all.arp_ignore=2'],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'arp_ignore 8',
      setUp: ['S: sysctl -qw net.ipv4.conf.all.arp_ignore=8'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'a router that answers for the others (proxy_arp)',
      setUp: [
        'A: ip route del default; ip addr flush dev a0; ip addr add 10.0.1.2/16 dev a0',
        'R: sysctl -qw net.ipv4.conf.ra.proxy_arp=1',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a router that answers for one of the others',
      setUp: [
        'A: ip route del default; ip addr flush dev a0; ip addr add 10.0.1.2/16 dev a0',
        'R: ip neigh add proxy 10.0.2.2 dev ra',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a router that answers for nobody',
      setUp: ['A: ip route del default; ip addr flush dev a0; ip addr add 10.0.1.2/16 dev a0'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'arptables of the one who is asked',
      setUp: ['S: arptables-nft -A INPUT -j DROP'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
      tells: 'may stop ARP',
    },
    {
      name: 'arptables of the one who asks',
      setUp: ['R: arptables-nft -A OUTPUT -j DROP'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'UDP that is larger than the other end of a pair takes',
      setUp: ['S: ip link set s0 mtu 600'],
      listeners: [udpInS],
      ask: { ...overUdp, bytes: 1200 },
      comes: false,
      said: 'dropped',
      tells: 's0 takes 600 bytes',
    },
    {
      name: 'a time to live of one (ip_default_ttl), and a router on the way',
      setUp: ['A: sysctl -qw net.ipv4.ip_default_ttl=1'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
      tells: 'its TTL has run out',
    },
    {
      name: 'the same where the answer begins',
      setUp: ['S: sysctl -qw net.ipv4.ip_default_ttl=1'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
      tells: 'its TTL has run out',
    },
    {
      name: 'a time to live of two',
      setUp: ['A: sysctl -qw net.ipv4.ip_default_ttl=2'],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a route that sets the time to live',
      setUp: ['A: ip route change default via 10.0.1.1 hoplimit 1'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'a route that sets a longer one',
      setUp: ['A: sysctl -qw net.ipv4.ip_default_ttl=1; ip route change default via 10.0.1.1 hoplimit 9'],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a route that sets that of a ping as it comes back',
      setUp: ['S: ip route change default via 10.0.2.1 hoplimit 1'],
      ask: echo('10.0.2.2'),
      comes: false,
      said: 'dropped',
    },
    {
      name: 'a hop limit of one on the interface',
      setUp: ['A: sysctl -qw net.ipv6.conf.a0.hop_limit=1'],
      ask: echo('fd00:2::2'),
      comes: false,
      said: 'dropped',
      tells: 'its TTL has run out',
    },
    {
      name: 'a hop limit of one on the interface, and a route that sets another',
      setUp: [
        'A: sysctl -qw net.ipv6.conf.a0.hop_limit=1',
        'A: ip -6 route change default via fd00:1::1 dev a0 hoplimit 3',
      ],
      ask: echo('fd00:2::2'),
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a hop limit of one on the interface that is answered by',
      setUp: ['S: sysctl -qw net.ipv6.conf.s0.hop_limit=1'],
      ask: echo('fd00:2::2'),
      comes: false,
      said: 'dropped',
    },
    {
      name: 'proxy_arp of all interfaces',
      setUp: [
        'A: ip route del default; ip addr flush dev a0; ip addr add 10.0.1.2/16 dev a0',
        'R: sysctl -qw net.ipv4.conf.all.proxy_arp=1',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'arp_filter, and the way back to who asks is another',
      setUp: [
        'S: sysctl -qw net.ipv4.conf.s0.arp_filter=1 net.ipv4.conf.s0.rp_filter=0 net.ipv4.conf.all.rp_filter=0',
        'S: ip link add far0 type veth peer name far1; ip link set far0 up; ip link set far1 up',
        'S: ip route add 10.0.2.1/32 dev far0',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'arp_filter of all interfaces',
      setUp: [
        'S: sysctl -qw net.ipv4.conf.all.arp_filter=1 net.ipv4.conf.s0.rp_filter=0 net.ipv4.conf.all.rp_filter=0',
        'S: ip link add far0 type veth peer name far1; ip link set far0 up; ip link set far1 up',
        'S: ip route add 10.0.2.1/32 dev far0',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'arp_filter, where who asks is reached by the same interface',
      setUp: ['S: sysctl -qw net.ipv4.conf.s0.arp_filter=1'],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a nat chain that drops, where nothing uses connection tracking',
      setUp: [natDrop],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'the same with a rule somewhere that does',
      setUp: [
        natDrop,
        'R: nft add table ip other; nft add chain ip other c; nft add rule ip other c ct state new accept',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'the same with a rule of IPv6 that does',
      setUp: [
        natDrop,
        'R: nft add table ip6 other; nft add chain ip6 other c; nft add rule ip6 other c ct state new accept',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'the same with a rule of iptables that does',
      setUp: [natDrop, 'R: iptables -N other; iptables -A other -m conntrack --ctstate NEW -j ACCEPT'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'the same with a rule of iptables, legacy, that does',
      setUp: [natDrop, 'R: iptables-legacy -N other; iptables-legacy -A other -j CONNMARK --restore-mark'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'a program that sees what comes in first (recent), and drops the second packet',
      setUp: [
        'R: iptables -A FORWARD -m recent --name seen --update --seconds 60 -j DROP',
        'R: iptables -A FORWARD -m recent --name seen --set -j ACCEPT',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'a limit that nothing is left of',
      setUp: [
        'R: iptables -A FORWARD -m limit --limit 1/hour --limit-burst 1 -j ACCEPT',
        'R: iptables -P FORWARD DROP',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'a set of nft whose element is about to go',
      setUp: [expiring('10.0.1.2 timeout 9s')],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'insufficient-info',
      tells: 'ip saddr @seen drop',
    },
    {
      name: 'a set of nft whose element stays for a day',
      setUp: [expiring('10.0.1.2 timeout 1d')],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'rp_filter of all interfaces, and another way back',
      setUp: [
        'R: sysctl -qw net.ipv4.conf.all.rp_filter=1',
        'R: ip link add far0 type veth peer name far1; ip link set far0 up; ip link set far1 up',
        'R: ip route add 10.0.1.2/32 dev far0',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'a route through a device without a carrier',
      setUp: [
        'R: ip link add far0 type veth peer name far1; ip link set far0 up; ip addr add 10.0.9.1/24 dev far0',
      ],
      listeners: [inS],
      ask: { ...toS, destination: '10.0.9.9' },
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'a route through a device without a carrier that is left out',
      setUp: [
        'R: ip link add far0 type veth peer name far1; ip link set far0 up; ip route add 10.0.2.2/32 dev far0',
        'R: sysctl -qw net.ipv4.conf.far0.ignore_routes_with_linkdown=1',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a route through a device without a carrier that is the best',
      setUp: [
        'R: ip link add far0 type veth peer name far1; ip link set far0 up; ip route add 10.0.2.2/32 dev far0',
      ],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'a nexthop that is dead',
      setUp: [
        'R: ip link add far0 type veth peer name far1; ip link set far0 up; ip route add 10.0.2.2/32 dev far0',
        'R: ip link set far0 down',
      ],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'an IPv6 socket that takes IPv4 too',
      setUp: [],
      listeners: [{ ...inS, address: '::' }],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a neighbour of whom the wrong MAC is known',
      setUp: ['R: ip neigh add 10.0.2.2 lladdr 02:00:00:00:00:99 dev rs nud permanent'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
    {
      name: 'a neighbour that was found to be silent',
      setUp: ['R: ip neigh add 10.0.2.2 dev rs nud failed'],
      listeners: [inS],
      ask: toS,
      comes: true,
      said: 'delivered',
    },
    {
      name: 'a MAC of the other end that a group shares',
      setUp: ['A: ip neigh add 10.0.1.1 lladdr ff:ff:ff:ff:ff:ff dev a0 nud permanent'],
      listeners: [inS],
      ask: toS,
      comes: false,
      said: 'dropped',
    },
  ] satisfies readonly Omit<SmallCase, 'wire'>[]
).map(each => ({ ...each, wire: 'routed' as const }))
