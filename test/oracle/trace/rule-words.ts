import type { Random } from '../random.ts'
import { farAddresses, hostAddresses, routerAddresses } from './router.ts'
import { ports, type RandomMatch, type RandomTarget, type RuleWords } from './rule-set.ts'
import { filterTargets, natTargets } from './target-words.ts'

const networks = [
  '10.1.0.0/24',
  '10.1.1.0/24',
  '10.2.0.0/24',
  '10.3.0.0/16',
  '10.4.0.0/24',
  '192.0.2.0/25',
  '198.51.100.0/24',
  '0.0.0.0/0.0.0.1',
  '10.0.0.2/255.0.0.255',
]
const marks = ['0x0', '0x1', '0x2', '0x3', '0x10', '0x112', '0x1/0x1', '0x10/0xf0', '0x2/0x3', '0x0/0xffff']
const addresses = [...hostAddresses, ...routerAddresses, ...farAddresses]

export const not = (r: Random): string => (r.chance(0.2) ? '! ' : '')
const portRange = (r: Random) => r.pick(['80', '1000:1002', '53', '443:', ':1000', '20000:40000'])

/** Matches, with the protocol that they need. */
const matches: readonly RandomMatch[] = [
  { protocol: 'tcp', make: r => `-m tcp ${not(r)}--dport ${portRange(r)}` },
  { protocol: 'tcp', make: r => `-m tcp --sport ${portRange(r)}` },
  {
    protocol: 'tcp',
    make: r =>
      `-m tcp ${not(r)}--tcp-flags ${r.pick(['SYN,ACK SYN', 'SYN,RST,ACK,FIN SYN', 'ALL NONE', 'ACK ACK'])}`,
  },
  { protocol: 'tcp', make: r => `-m tcp ${not(r)}--syn` },
  { protocol: 'udp', make: r => `-m udp ${not(r)}--dport ${portRange(r)}` },
  { protocol: 'udp', make: r => `-m udp --sport ${portRange(r)}` },
  {
    protocol: 'icmp',
    make: r => `-m icmp ${not(r)}--icmp-type ${r.pick(['8', '0', '3', '8/0', 'any', '13'])}`,
  },
  {
    protocol: 'tcp',
    make: r =>
      `-m multiport ${not(r)}--${r.pick(['dports', 'sports', 'ports'])} ${r.pick(['80,443', '1000:1002,53', '20000:30000'])}`,
  },
  { make: r => `-m mark ${not(r)}--mark ${r.pick(marks)}` },
  { make: r => `-m mark ${not(r)}--mark ${r.pick(marks)}` },
  { make: r => `-m connmark ${not(r)}--mark ${r.pick(marks)}` },
  {
    make: r =>
      `-m conntrack ${not(r)}--ctstate ${r.pick(['NEW', 'INVALID', 'ESTABLISHED,RELATED', 'DNAT', 'SNAT', 'UNTRACKED', 'NEW,DNAT'])}`,
  },
  { make: r => `-m state --state ${r.pick(['NEW', 'INVALID', 'ESTABLISHED', 'NEW,INVALID'])}` },
  { make: r => `-m conntrack ${not(r)}--ctorigdst ${r.pick(addresses)}` },
  { make: r => `-m conntrack ${not(r)}--ctreplsrc ${r.pick(addresses)}` },
  { make: r => `-m conntrack --ctstate NEW ${not(r)}--ctorigsrc ${r.pick(networks.slice(0, 5))}` },
  { protocol: 'tcp', make: r => `-m conntrack --ctproto tcp ${not(r)}--ctorigdstport ${portRange(r)}` },
  { make: r => `-m conntrack --ctdir ${r.pick(['ORIGINAL', 'REPLY'])}` },
  {
    make: r =>
      `-m conntrack ${not(r)}--ctstatus ${r.pick(['CONFIRMED', 'SEEN_REPLY', 'NONE', 'EXPECTED,CONFIRMED'])}`,
  },
  {
    make: r =>
      `-m addrtype ${not(r)}--dst-type ${r.pick(['LOCAL', 'UNICAST', 'LOCAL,UNICAST', 'BROADCAST'])}`,
  },
  { make: r => `-m addrtype ${not(r)}--src-type ${r.pick(['LOCAL', 'UNICAST'])}` },
  { make: () => '-m addrtype --dst-type LOCAL --limit-iface-in', chains: ['PREROUTING', 'INPUT'] },
  {
    make: r =>
      `-m iprange ${not(r)}--dst-range ${r.pick(['10.2.0.2-10.3.0.2', '10.1.0.1-10.1.0.2', '192.0.2.0-192.0.2.9'])}`,
  },
  { make: r => `-m iprange ${not(r)}--src-range ${r.pick(['10.1.0.2-10.1.0.2', '10.1.0.3-10.1.1.9'])}` },
  { make: r => `-m ttl --ttl-${r.pick(['eq 64', 'lt 64', 'gt 63', 'eq 63'])}` },
  { make: r => `-m tos ${not(r)}--tos ${r.pick(['0x8', '0x10', '0x0/0x10'])}` },
  { make: r => `-m dscp ${not(r)}--dscp ${r.pick(['0', '2', '46'])}` },
  { make: r => `-m length ${not(r)}--length ${r.pick(['0:60', '28', '40:100', '400:'])}` },
  {
    make: r => `-m pkttype ${not(r)}--pkt-type ${r.pick(['unicast', 'broadcast'])}`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  { make: r => `-m physdev ${not(r)}--physdev-is-in`, chains: ['PREROUTING', 'INPUT', 'FORWARD'] },
  { make: r => `-m rpfilter ${r.pick(['', '--loose', '--invert', '--validmark'])}`, chains: ['PREROUTING'] },
  {
    make: r => `-m policy --dir in --pol ${r.pick(['none', 'ipsec'])}`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  {
    make: r =>
      `-m u32 ${not(r)}--u32 "${r.pick(['6&0xff=6', '8>>24=0:63', '12=0x0a010002,0x0a010003', '16>>8=0x0a0200'])}"`,
  },
  { protocol: 'tcp', make: r => `-m u32 --u32 "0>>22&0x3c@0&0xffff=${r.pick(['80', '443', '1000:1002'])}"` },
  { make: r => `-m bpf --bytecode "4,48 0 0 9,21 0 1 ${r.pick([6, 17])},6 0 0 1,6 0 0 0"` },
  // As Docker looks for a VNI: the word at the transport header, masked.
  {
    protocol: 'tcp',
    make: r =>
      `-m bpf --bytecode "6,177 0 0 0,64 0 0 0,84 0 0 65535,21 0 1 ${r.pick(ports)},6 0 0 4294967295,6 0 0 0"`,
  },
  { make: () => '-m statistic --mode nth --every 1 --packet 0' },
  { make: () => '-m comment --comment x' },
]

/** Targets by table; `protocol` for those that need ports. */
const targets: Readonly<Record<string, readonly RandomTarget[]>> = {
  mangle: [
    {
      make: r =>
        `MARK --set-xmark ${r.pick(['0x1/0xffffffff', '0x10/0xf0', '0x2/0x2', '0x112/0xffffffff', '0x1/0x0', '0x3/0xffffffff'])}`,
    },
    { make: r => `MARK --${r.pick(['set', 'or', 'and', 'xor'])}-mark ${r.pick(['0x1', '0x2', '0x10'])}` },
    {
      make: r =>
        `CONNMARK ${r.pick(['--save-mark', '--restore-mark', '--set-mark 0x1', '--set-xmark 0x10/0xf0', '--save-mark --mask 0xf', '--restore-mark --nfmask 0xf0 --ctmask 0xff'])}`,
    },
    { make: r => `TOS --set-tos ${r.pick(['0x8', '0x10', '0x0', '0x10/0x18'])}` },
    { make: r => `DSCP --set-dscp ${r.pick(['0', '4', '46'])}` },
    { make: r => `TTL --ttl-${r.pick(['set 33', 'dec 1', 'inc 2'])}`, chains: ['PREROUTING'] },
    { make: () => 'DROP' },
    { make: () => 'ACCEPT' },
    { make: () => 'RETURN' },
  ],
  raw: [
    { make: r => r.pick(['CT --notrack', 'NOTRACK']) },
    { make: r => r.pick(['DROP', 'ACCEPT', 'ACCEPT', 'RETURN', 'TRACE']) },
  ],
  filter: filterTargets('icmp-host-prohibited'),
  security: [{ make: r => r.pick(['DROP', 'ACCEPT', 'ACCEPT', 'RETURN']) }],
  nat: natTargets({
    destinations: addresses.filter(address => !address.startsWith('127')),
    withPorts: ['10.3.0.2:8080', ':1001', '10.2.0.3:1000-1002', '10.1.0.1:80', '10.4.0.2:53'],
    sources: ['10.2.0.1', '10.9.9.9', '10.3.0.9'],
    anyPort: '10.9.9.9:1-65535',
    onePort: '10.2.0.1:7777',
  }),
}

/** What rules of iptables talk about. */
export const words4: RuleWords = {
  protocols: ['tcp', 'tcp', 'udp', 'icmp'],
  addresses,
  networks,
  matches,
  targets,
  hasFragments: true,
}
