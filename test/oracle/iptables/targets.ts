import type { Generator } from './generator.ts'
import { address, addressRange, hex, marked, options, port, quoted, range, some } from './words.ts'
import type { Random } from '../random.ts'
import type { Family } from 'node-iptables'

const events = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
]
const rejects: Readonly<Record<Family, readonly string[]>> = {
  ip: [
    'icmp-net-unreachable',
    'icmp-host-unreachable',
    'icmp-proto-unreachable',
    'icmp-port-unreachable',
    'icmp-net-prohibited',
    'icmp-host-prohibited',
    'icmp-admin-prohibited',
  ],
  ip6: [
    'icmp6-no-route',
    'icmp6-adm-prohibited',
    'icmp6-addr-unreachable',
    'icmp6-port-unreachable',
    'icmp6-policy-fail',
    'icmp6-reject-route',
  ],
}

/** Address, ports or both, as `--to-destination` takes them behind `-p tcp`. */
function destination(r: Random, family: Family): string {
  const plain = r.chance(0.3) ? addressRange(r, family) : address(r, family)
  const ports = `:${range(r, 65535, '-')}`
  return r.pick([plain, ports, (family === 'ip' ? plain : `[${plain}]`) + ports])
}

const flags = (r: Random, names: readonly string[]) => names.filter(() => r.chance(0.3)).join(' ')

/** Every target of node-iptables that a rule can be made of by iptables' own words. */
export const targets: readonly Generator[] = [
  {
    name: 'MARK',
    tables: ['mangle'],
    make: r => `--${r.pick(['set-mark', 'set-xmark'])} ${marked(r)}`,
  },
  { name: 'MARK', tables: ['mangle'], make: r => `--${r.pick(['and', 'or', 'xor'])}-mark ${hex(r)}` },
  {
    name: 'CONNMARK',
    tables: ['mangle'],
    make: r =>
      r.pick([
        `--${r.pick(['set-mark', 'set-xmark'])} ${marked(r)}`,
        `--${r.pick(['and', 'or', 'xor'])}-mark ${hex(r)}`,
        `--${r.pick(['save', 'restore'])}-mark`,
        `--${r.pick(['save', 'restore'])}-mark --nfmask ${hex(r)} --ctmask ${hex(r)}`,
        `--set-xmark ${marked(r)} --${r.pick(['left', 'right'])}-shift-mark ${r.int(0, 31)}`,
        `--${r.pick(['save', 'restore'])}-mark --${r.pick(['left', 'right'])}-shift-mark ${r.int(1, 31)}`,
      ]),
  },
  {
    name: 'DNAT',
    tables: ['nat'],
    chains: ['PREROUTING', 'OUTPUT'],
    protocol: 'tcp',
    make: (r, family) =>
      `--to-destination ${destination(r, family)} ${flags(r, ['--random', '--persistent'])}`,
  },
  {
    name: 'DNAT',
    tables: ['nat'],
    chains: ['PREROUTING', 'OUTPUT'],
    protocol: 'tcp',
    make: (r, family) =>
      `--to-destination ${family === 'ip' ? address(r, family) : `[${address(r, family)}]`}:${r.int(1, 99)}-${r.int(100, 999)}/${r.int(1, 9999)}`,
  },
  {
    name: 'SNAT',
    tables: ['nat'],
    chains: ['POSTROUTING', 'INPUT'],
    protocol: 'udp',
    make: (r, family) =>
      `--to-source ${destination(r, family)} ${flags(r, ['--random', '--random-fully', '--persistent'])}`,
  },
  {
    name: 'MASQUERADE',
    tables: ['nat'],
    chains: ['POSTROUTING'],
    protocol: 'tcp',
    make: r =>
      `${r.pick(['', `--to-ports ${range(r, 65535, '-')}`])} ${flags(r, ['--random', '--random-fully'])}`,
  },
  {
    name: 'REDIRECT',
    tables: ['nat'],
    chains: ['PREROUTING', 'OUTPUT'],
    protocol: 'tcp',
    make: r => `${r.pick(['', `--to-ports ${range(r, 65535, '-')}`])} ${flags(r, ['--random'])}`,
  },
  {
    name: 'REJECT',
    tables: ['filter'],
    make: (r, family) => r.pick(['', `--reject-with ${r.pick(rejects[family])}`]),
  },
  { name: 'REJECT', tables: ['filter'], protocol: 'tcp', make: () => '--reject-with tcp-reset' },
  {
    name: 'LOG',
    make: r =>
      [
        ...r.maybe(0.6, `--log-prefix ${quoted(r, 9)}`),
        ...r.maybe(0.5, `--log-level ${r.pick(['0', '4', '7', 'debug', 'warning', 'crit'])}`),
        flags(r, ['--log-tcp-options', '--log-ip-options', '--log-uid', '--log-macdecode']),
      ].join(' '),
  },
  { name: 'LOG', protocol: 'tcp', make: () => '--log-tcp-sequence' },
  {
    name: 'NFLOG',
    make: r =>
      [
        ...r.maybe(0.6, `--nflog-prefix ${quoted(r, 20)}`),
        ...r.maybe(0.5, `--nflog-group ${port(r)}`),
        ...r.maybe(0.5, `--nflog-${r.pick(['size', 'range'])} ${hex(r)}`),
        ...r.maybe(0.5, `--nflog-threshold ${port(r)}`),
      ].join(' '),
  },
  {
    name: 'TCPMSS',
    tables: ['mangle'],
    chains: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
    protocol: 'tcp',
    needs: '-m tcp --syn',
    make: r => r.pick(['--clamp-mss-to-pmtu', `--set-mss ${r.int(1, 65000)}`]),
  },
  {
    name: 'CT',
    tables: ['raw'],
    make: r =>
      options(r, [
        `--zone${r.pick(['', '-orig', '-reply'])} ${r.pick(['mark', port(r)])}`,
        `--ctevents ${some(r, events)}`,
        '--expevents new',
      ]),
  },
  { name: 'CT', tables: ['raw'], make: r => `--notrack ${r.pick(['', `--zone ${port(r)}`])}` },
  { name: 'CT', tables: ['raw'], protocol: 'tcp', make: r => `--helper ftp ${r.pick(['', '--zone 7'])}` },
  { name: 'NOTRACK', tables: ['raw'], make: () => '' },
  { name: 'TRACE', tables: ['raw'], make: () => '' },
  { name: 'CHECKSUM', tables: ['mangle'], protocol: 'udp', make: () => '--checksum-fill' },
  {
    name: 'DSCP',
    tables: ['mangle'],
    make: r =>
      r.pick([`--set-dscp ${r.int(0, 63)}`, `--set-dscp-class ${r.pick(['EF', 'BE', 'CS7', 'AF11'])}`]),
  },
  {
    name: 'TOS',
    tables: ['mangle'],
    make: r =>
      r.pick([
        `--set-tos ${r.int(0, 255)}/${r.int(0, 255)}`,
        `--set-tos 0x${r.int(0, 255).toString(16)}`,
        `--${r.pick(['and', 'or', 'xor'])}-tos ${r.int(0, 255)}`,
        '--set-tos Maximize-Throughput',
      ]),
  },
  {
    name: 'TPROXY',
    tables: ['mangle'],
    chains: ['PREROUTING'],
    protocol: 'tcp',
    make: (r, family) =>
      `--on-port ${port(r)} ${r.pick(['', `--on-ip ${address(r, family)}`])} ${r.pick(['', `--tproxy-mark ${marked(r)}`])}`,
  },
  {
    name: 'NFQUEUE',
    make: r =>
      `${r.pick(['', `--queue-num ${port(r)}`, `--queue-balance ${r.int(0, 9)}:${r.int(10, 99)} ${r.pick(['', '--queue-cpu-fanout'])}`])} ${r.pick(['', '--queue-bypass'])}`,
  },
  {
    name: 'TTL',
    family: 'ip',
    tables: ['mangle'],
    make: r => `--ttl-${r.pick(['set', 'inc', 'dec'])} ${r.int(1, 255)}`,
  },
  {
    name: 'HL',
    family: 'ip6',
    tables: ['mangle'],
    make: r => `--hl-${r.pick(['set', 'inc', 'dec'])} ${r.int(1, 255)}`,
  },
  {
    name: 'CLASSIFY',
    tables: ['mangle'],
    chains: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
    make: r => `--set-class ${r.int(0, 0xffff).toString(16)}:${r.int(0, 0xffff).toString(16)}`,
  },
  {
    name: 'SET',
    make: r =>
      r.pick([
        `--add-set ${r.pick(['pairs src,dst', 'single dst'])} ${r.pick(['', '--exist'])} ${r.pick(['', `--timeout ${r.int(0, 9999)}`])}`,
        '--del-set single src',
        '--add-set single dst --del-set pairs src,dst',
      ]),
  },
  {
    name: 'SET',
    tables: ['mangle'],
    chains: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
    make: r => `--map-set single src ${r.pick(['--map-mark', '--map-mark --map-prio'])}`,
  },
]
