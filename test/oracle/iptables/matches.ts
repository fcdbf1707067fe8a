import type { Generator } from './generator.ts'
import {
  address,
  addressRange,
  freshName,
  hex,
  interfaceName,
  marked,
  network,
  not,
  options,
  port,
  portRange,
  quoted,
  range,
  some,
} from './words.ts'

const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
const states = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED']
/** What IPv6 takes, and what only IPv4 does. */
const addressTypes = ['UNSPEC', 'UNICAST', 'LOCAL', 'ANYCAST', 'MULTICAST', 'UNREACHABLE']
const addressTypes4 = ['BROADCAST', 'BLACKHOLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE']
const dccpTypes = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
  'INVALID',
]
const incoming = ['PREROUTING', 'INPUT', 'FORWARD']
const outgoing = ['OUTPUT', 'POSTROUTING']

/** Every match of node-iptables that a rule can be made of by iptables' own words. */
export const matches: readonly Generator[] = [
  {
    name: 'tcp',
    protocol: 'tcp',
    make: r =>
      options(r, [
        `${not(r)}--sport ${portRange(r)}`,
        `${not(r)}--dport ${portRange(r)}`,
        `${not(r)}--tcp-option ${r.int(1, 255)}`,
        `${not(r)}--tcp-flags ${some(r, tcpFlags)} ${r.pick([some(r, tcpFlags), 'NONE', 'ALL'])}`,
      ]),
  },
  {
    name: 'udp',
    protocol: 'udp',
    make: r => options(r, [`${not(r)}--sport ${portRange(r)}`, `${not(r)}--dport ${portRange(r)}`]),
  },
  {
    name: 'sctp',
    protocol: 'sctp',
    make: r =>
      options(r, [
        `${not(r)}--sport ${portRange(r)}`,
        `${not(r)}--dport ${portRange(r)}`,
        `${not(r)}--chunk-types ${r.pick(['any', 'all', 'only'])} ${r.pick(['ALL', 'NONE', some(r, ['DATA:Ub', 'DATA', 'INIT', 'SACK', 'ABORT:T', 'ABORT:t', 'ASCONF', 'SHUTDOWN_COMPLETE:T', 'PAD'], 5).replace('DATA:Ub,DATA', 'DATA')])}`,
      ]),
  },
  {
    name: 'dccp',
    protocol: 'dccp',
    make: r =>
      options(r, [
        `${not(r)}--sport ${portRange(r)}`,
        `${not(r)}--dport ${portRange(r)}`,
        `${not(r)}--dccp-types ${some(r, dccpTypes)}`,
        `${not(r)}--dccp-option ${r.int(1, 255)}`,
      ]),
  },
  {
    name: 'multiport',
    protocol: 'udp',
    make: r =>
      `${not(r)}--${r.pick(['sports', 'dports', 'ports'])} ${r.list(r.int(1, 7), () => portRange(r)).join(',')}`,
  },
  {
    name: 'conntrack',
    make: (r, family) =>
      options(r, [
        `${not(r)}--ctstate ${some(r, [...states, 'SNAT', 'DNAT'])}`,
        `${not(r)}--ctproto ${r.pick(['tcp', 'udp', '1', '132', '200'])}`,
        `${not(r)}--ctorigsrc ${network(r, family, 0)}`,
        `${not(r)}--ctorigdst ${network(r, family, 0)}`,
        `${not(r)}--ctreplsrc ${network(r, family, 0)}`,
        `${not(r)}--ctrepldst ${network(r, family, 0)}`,
        `${not(r)}--ctorigsrcport ${portRange(r)}`,
        `${not(r)}--ctorigdstport ${portRange(r)}`,
        `${not(r)}--ctreplsrcport ${portRange(r)}`,
        `${not(r)}--ctrepldstport ${portRange(r)}`,
        `${not(r)}--ctstatus ${some(r, ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'])}`,
        `${not(r)}--ctexpire ${range(r, 0xffff_ffff)}`,
        `--ctdir ${r.pick(['ORIGINAL', 'REPLY'])}`,
      ]),
  },
  { name: 'state', make: r => `${not(r)}--state ${some(r, states)}` },
  {
    name: 'addrtype',
    make: r =>
      options(r, [
        `${not(r)}--src-type ${some(r, addressTypes)}`,
        `${not(r)}--dst-type ${some(r, addressTypes)}`,
      ]),
  },
  {
    name: 'addrtype',
    family: 'ip',
    chains: ['PREROUTING', 'INPUT'],
    make: r => `--dst-type ${some(r, [...addressTypes, ...addressTypes4])} --limit-iface-in`,
  },
  { name: 'addrtype', family: 'ip', chains: outgoing, make: () => '--src-type LOCAL --limit-iface-out' },
  { name: 'mark', make: r => `${not(r)}--mark ${marked(r)}` },
  { name: 'connmark', make: r => `${not(r)}--mark ${marked(r)}` },
  { name: 'comment', make: r => `--comment ${quoted(r, 60)}` },
  {
    name: 'policy',
    chains: incoming,
    make: (r, family) =>
      r.pick([
        `--dir in --pol ${r.pick(['none', 'ipsec'])}`,
        `--dir in --pol ipsec --strict ${not(r)}--reqid ${hex(r)} ${not(r)}--spi ${hex(r)} --next ${not(r)}--mode transport`,
        `--dir in --pol ipsec --strict --mode tunnel ${not(r)}--tunnel-src ${network(r, family, 0)} ${not(r)}--tunnel-dst ${network(r, family, 0)} ${not(r)}--proto ${r.pick(['esp', 'ah', 'ipcomp'])}`,
      ]),
  },
  { name: 'policy', chains: outgoing, make: r => `--dir out --pol ipsec --reqid ${hex(r)}` },
  {
    name: 'limit',
    make: r =>
      `--limit ${r.pick([`${r.int(1, 10000)}/sec`, `${r.int(1, 100)}/min`, `${r.int(7, 100)}/hour`, `${r.int(30, 99)}/day`])} --limit-burst ${r.int(1, 20)}`,
  },
  {
    name: 'hashlimit',
    make: (r, family) => {
      const packets = `${r.int(1, 100000)}/${r.pick(['sec', 'min'])}`
      const bytes = `${r.int(20, 900)}${r.pick(['', 'k', 'm'])}b/s`
      return [
        `--hashlimit-${r.pick(['upto', 'above'])} ${r.pick([packets, bytes])} --hashlimit-name ${freshName()}`,
        ...r.maybe(0.5, `--hashlimit-mode ${some(r, ['srcip', 'srcport', 'dstip', 'dstport'])}`),
        ...r.maybe(
          0.3,
          `--hashlimit-htable-size ${r.int(1, 1000)} --hashlimit-htable-max ${r.int(1000, 9999)}`,
        ),
        ...r.maybe(0.3, `--hashlimit-htable-gcinterval ${r.int(100, 5000)}`),
        ...r.maybe(0.3, `--hashlimit-htable-expire ${r.int(100, 90000)}`),
        ...r.maybe(0.3, `--hashlimit-srcmask ${r.int(0, family === 'ip' ? 32 : 128)}`),
        ...r.maybe(0.3, `--hashlimit-dstmask ${r.int(0, family === 'ip' ? 32 : 128)}`),
      ].join(' ')
    },
  },
  {
    name: 'hashlimit',
    make: r =>
      `--hashlimit-above ${r.int(1, 100)}/sec --hashlimit-burst ${r.int(1, 50)} --hashlimit-name ${freshName()} --hashlimit-rate-match --hashlimit-rate-interval ${r.int(1, 20)}`,
  },
  {
    name: 'hashlimit',
    make: r =>
      `--hashlimit-upto ${r.int(100, 900)}kb/s --hashlimit-burst ${r.int(1, 9)}mb --hashlimit-name ${freshName()}`,
  },
  {
    name: 'physdev',
    chains: ['FORWARD'],
    make: r =>
      options(r, [
        `${not(r)}--physdev-in ${interfaceName(r)}`,
        `${not(r)}--physdev-out ${interfaceName(r)} --physdev-is-bridged`,
        `${not(r)}--physdev-is-in`,
      ]),
  },
  {
    name: 'u32',
    make: r =>
      `${not(r)}--u32 "${r
        .list(r.int(1, 4), () => {
          const steps = r
            .list(r.int(0, 4), () =>
              r.pick([`&${hex(r)}`, `@${r.int(0, 99)}`, `${r.pick(['<<', '>>'])}${r.int(0, 31)}`]),
            )
            .join('')
          return `${hex(r)}${steps}=${r.list(r.int(1, 4), () => r.pick([hex(r), `${r.int(0, 9)}:${r.int(10, 99)}`])).join(',')}`
        })
        .join('&&')}"`,
  },
  {
    name: 'bpf',
    make: r =>
      `--bytecode "${r.pick(['4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0', '1,6 0 0 4294967295', `2,135 0 0 0,22 0 0 ${r.int(0, 0xffff)}`])}"`,
  },
  {
    name: 'mac',
    chains: incoming,
    make: r =>
      `${not(r)}--mac-source ${r.list(6, () => r.int(0, 255).toString(16).padStart(2, '0')).join(':')}`,
  },
  {
    name: 'iprange',
    make: (r, family) =>
      options(r, [
        `${not(r)}--src-range ${addressRange(r, family)}`,
        `${not(r)}--dst-range ${addressRange(r, family)}`,
      ]),
  },
  { name: 'length', make: r => `${not(r)}--length ${range(r, 65535)}` },
  {
    name: 'icmp',
    family: 'ip',
    protocol: 'icmp',
    make: r =>
      `${not(r)}--icmp-type ${r.pick(['any', 'echo-request', 'port-unreachable', String(r.int(0, 254)), `${r.int(0, 40)}/${r.int(0, 255)}`])}`,
  },
  {
    name: 'icmp6',
    family: 'ip6',
    protocol: 'ipv6-icmp',
    make: r =>
      `${not(r)}--icmpv6-type ${r.pick(['echo-request', 'no-route', 'neighbour-solicitation', String(r.int(0, 255)), `${r.int(0, 255)}/${r.int(0, 255)}`])}`,
  },
  {
    name: 'tos',
    make: r =>
      `${not(r)}--tos ${r.pick([`0x${r.int(0, 255).toString(16)}`, `${r.int(0, 255)}/${r.int(0, 255)}`, 'Minimize-Delay'])}`,
  },
  {
    name: 'dscp',
    make: r =>
      `${not(r)}${r.pick([`--dscp ${r.int(0, 63)}`, `--dscp-class ${r.pick(['EF', 'BE', 'CS3', 'AF23', 'AF41'])}`])}`,
  },
  {
    name: 'ttl',
    family: 'ip',
    make: r => r.pick([`${not(r)}--ttl-eq`, '--ttl-lt', '--ttl-gt']).concat(` ${r.int(0, 255)}`),
  },
  {
    name: 'hl',
    family: 'ip6',
    make: r => r.pick([`${not(r)}--hl-eq`, '--hl-lt', '--hl-gt']).concat(` ${r.int(0, 255)}`),
  },
  {
    name: 'owner',
    chains: outgoing,
    make: r =>
      options(r, [
        `${not(r)}--uid-owner ${range(r, 0xffff_fff0, '-')}`,
        `${not(r)}--gid-owner ${range(r, 0xffff_fff0, '-')}${r.pick(['', ' --suppl-groups'])}`,
        `${not(r)}--socket-exists`,
      ]),
  },
  {
    name: 'pkttype',
    make: r => `${not(r)}--pkt-type ${r.pick(['unicast', 'host', 'broadcast', 'multicast'])}`,
  },
  {
    name: 'statistic',
    make: r => {
      const every = r.int(1, 9)
      return r.pick([
        `--mode random ${not(r)}--probability ${(r.int(0, 10000) / 10000).toString()}`,
        `--mode nth ${not(r)}--every ${every} --packet ${r.int(0, every - 1)}`,
      ])
    },
  },
  {
    name: 'recent',
    make: (r, family) =>
      [
        r.pick([
          `${not(r)}--set`,
          `${not(r)}--rcheck --seconds ${r.int(1, 99)}${r.pick(['', ' --reap'])} --hitcount ${r.int(1, 9)}`,
          `${not(r)}--update --hitcount ${r.int(1, 9)} --rttl`,
          `${not(r)}--remove`,
        ]),
        `--name ${freshName()}`,
        ...r.maybe(0.3, `--mask ${family === 'ip' ? '255.255.0.0' : 'ffff:ffff::'}`),
        r.pick(['', '--rsource', '--rdest']),
      ].join(' '),
  },
  { name: 'esp', protocol: 'esp', make: r => `${not(r)}--espspi ${range(r, 0xffff_ffff)}` },
  { name: 'ah', family: 'ip', protocol: 'ah', make: r => `${not(r)}--ahspi ${range(r, 0xffff_ffff)}` },
  {
    name: 'ah',
    family: 'ip6',
    make: r =>
      options(r, [
        `${not(r)}--ahspi ${range(r, 0xffff_ffff)}`,
        `${not(r)}--ahlen ${r.int(1, 99)}`,
        '--ahres',
      ]),
  },
  {
    name: 'rpfilter',
    tables: ['raw', 'mangle'],
    chains: ['PREROUTING'],
    make: r => options(r, ['--loose', '--validmark', '--accept-local', '--invert', '']),
  },
  {
    name: 'socket',
    tables: ['mangle'],
    chains: ['PREROUTING', 'INPUT'],
    make: r => options(r, ['--transparent', '--nowildcard', '--restore-skmark', '']),
  },
  {
    name: 'cgroup',
    chains: ['OUTPUT', 'INPUT'],
    make: r => r.pick([`${not(r)}--cgroup ${r.int(0, 99999)}`, `${not(r)}--path /`, '--path ""']),
  },
  {
    name: 'set',
    make: r =>
      options(r, [
        `${not(r)}--match-set ${r.pick(['pairs src,dst', 'pairs dst,src', 'single src', 'single dst'])}`,
      ]).concat(
        r.pick([
          '',
          ' --return-nomatch',
          ' ! --update-counters',
          ' ! --update-counters ! --update-subcounters',
        ]),
        r.pick(['', ` --packets-${r.pick(['eq', 'lt', 'gt'])} ${port(r)}`, ` ! --bytes-eq ${port(r)}`]),
      ),
  },
  {
    name: 'ipvs',
    make: (r, family) =>
      r.pick([
        `${not(r)}--ipvs`,
        `--vaddr ${address(r, family)} ${not(r)}--vport ${port(r)} --vdir REPLY --vmethod MASQ`,
      ]),
  },
]
