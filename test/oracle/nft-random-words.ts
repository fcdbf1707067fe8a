import type { Family } from 'node-iptables'
import type { Random } from './random.ts'

/** What makes the words of one match or target, and where iptables takes them. */
export type Words = {
  readonly name: string
  readonly words: (random: Random, family: Family) => string
  readonly family?: Family
  /** Needs `-p` with one of these. */
  readonly protocols?: readonly string[]
  /** Is taken in these tables and chains only. */
  readonly tables?: readonly string[]
  readonly chains?: readonly string[]
}

export function randomAddress(random: Random, family: Family): string {
  if (family === 'ip') return random.list(4, () => random.int(1, 254)).join('.')
  const word = () => random.int(1, 0xffff).toString(16)
  return random.pick([
    () => `fd00:${word()}::${word()}`,
    () => `${word()}:${word()}:0:0:${word()}:0:0:${word()}`,
    () => `::ffff:${random.int(1, 254)}.2.3.4`,
    () => random.list(8, word).join(':'),
    () => '::1',
  ])()
}

const not = (random: Random) => (random.chance(0.25) ? '! ' : '')
const number = (random: Random, most: number) => random.int(0, most)
const hex = (random: Random) => `0x${number(random, 0xffffffff).toString(16)}`

function range(random: Random, most: number, separator: string): string {
  const first = number(random, most)
  const last = random.int(first, most)
  return random.chance(0.5) || first === last ? String(first) : `${first}${separator}${last}`
}

const ports = (random: Random) => range(random, 65535, ':')

function some<Item>(random: Random, items: readonly Item[]): Item[] {
  const chosen = items.filter(() => random.chance(0.4))
  return chosen.length > 0 ? chosen : [random.pick(items)]
}

function options(random: Random, ...each: readonly string[]): string {
  return each.filter(() => random.chance(0.6)).join(' ')
}

const tcpFlags = ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH']
const states = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED']
const addressTypes = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'BLACKHOLE']

export const matches: readonly Words[] = [
  {
    name: 'tcp',
    protocols: ['tcp'],
    words: random =>
      options(
        random,
        `${not(random)}--sport ${ports(random)}`,
        `${not(random)}--dport ${ports(random)}`,
        `${not(random)}--tcp-flags ${some(random, tcpFlags).join(',')} ${random.chance(0.2) ? 'NONE' : random.pick(tcpFlags)}`,
        random.chance(0.2) ? `${not(random)}--tcp-option ${random.int(1, 255)}` : '',
      ),
  },
  {
    name: 'udp',
    protocols: ['udp'],
    words: random =>
      options(random, `${not(random)}--sport ${ports(random)}`, `${not(random)}--dport ${ports(random)}`),
  },
  {
    name: 'sctp',
    protocols: ['sctp'],
    words: random => `${not(random)}--sport ${ports(random)} --chunk-types any DATA,INIT`,
  },
  {
    name: 'multiport',
    protocols: ['tcp', 'udp'],
    words: random =>
      `${not(random)}${random.pick(['--dports', '--sports', '--ports'])} ${random.list(random.int(1, 5), () => range(random, 65535, ':')).join(',')}`,
  },
  {
    name: 'icmp',
    family: 'ip',
    protocols: ['icmp'],
    words: random => `${not(random)}--icmp-type ${random.pick(['8', '3/1', '0', '11', '13'])}`,
  },
  {
    name: 'icmp6',
    family: 'ip6',
    protocols: ['ipv6-icmp'],
    words: random => `${not(random)}--icmpv6-type ${random.pick(['128', '1/4', '135'])}`,
  },
  { name: 'conntrack', words: random => `${not(random)}--ctstate ${some(random, states).join(',')}` },
  {
    name: 'conntrack',
    words: (random, family) =>
      `${not(random)}--ctorigdst ${randomAddress(random, family)} --ctstatus ASSURED --ctexpire ${range(random, 1000, ':')}`,
  },
  { name: 'state', words: random => `${not(random)}--state ${some(random, states.slice(0, 4)).join(',')}` },
  { name: 'addrtype', words: random => `${not(random)}--dst-type ${some(random, addressTypes).join(',')}` },
  {
    name: 'addrtype',
    words: random => `--src-type ${random.pick(addressTypes)} --limit-iface-in`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  {
    name: 'mark',
    words: random => `${not(random)}--mark ${hex(random)}${random.chance(0.5) ? `/${hex(random)}` : ''}`,
  },
  { name: 'connmark', words: random => `${not(random)}--mark ${number(random, 255)}/0xff` },
  {
    name: 'comment',
    words: random => `--comment ${random.pick(['plain', '"two words"', '"it\'s \\"so\\""', '"Ä ö"'])}`,
  },
  {
    name: 'limit',
    words: random =>
      `--limit ${random.int(1, 500)}/${random.pick(['sec', 'min', 'hour', 'day'])} ${random.chance(0.5) ? `--limit-burst ${random.int(1, 100)}` : ''}`,
  },
  {
    name: 'policy',
    words: random => `--dir in --pol ${random.pick(['none', 'ipsec'])}`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  { name: 'u32', words: random => `${not(random)}--u32 "0x6&0xff=0x${random.int(1, 255).toString(16)}"` },
  {
    name: 'bpf',
    words: random => `--bytecode "4,48 0 0 9,21 0 1 ${random.int(0, 255)},6 0 0 1,6 0 0 0"`,
  },
  {
    name: 'mac',
    words: random => `${not(random)}--mac-source 02:42:ac:11:00:${random.int(10, 99)}`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  {
    name: 'iprange',
    words: (random, family) =>
      family === 'ip'
        ? `${not(random)}--src-range 10.0.0.${random.int(0, 9)}-10.0.1.${random.int(0, 255)}`
        : `${not(random)}--dst-range fd00::1-fd00::${random.int(2, 9)}`,
  },
  { name: 'length', words: random => `${not(random)}--length ${range(random, 65535, ':')}` },
  {
    name: 'physdev',
    words: random => `${not(random)}--physdev-in veth${random.pick(['0', '+'])}`,
    chains: ['PREROUTING', 'INPUT', 'FORWARD'],
  },
  {
    name: 'pkttype',
    words: random => `${not(random)}--pkt-type ${random.pick(['unicast', 'broadcast', 'multicast'])}`,
  },
  { name: 'statistic', words: random => `--mode nth --every ${random.int(2, 9)} --packet 1` },
  {
    name: 'owner',
    words: random => `${not(random)}--uid-owner ${random.int(0, 9999)}`,
    chains: ['OUTPUT', 'POSTROUTING'],
  },
  {
    name: 'ttl',
    family: 'ip',
    words: random => `--ttl-${random.pick(['eq', 'lt', 'gt'])} ${random.int(0, 255)}`,
  },
  {
    name: 'hl',
    family: 'ip6',
    words: random => `--hl-${random.pick(['eq', 'lt', 'gt'])} ${random.int(0, 255)}`,
  },
  { name: 'tos', words: random => `${not(random)}--tos 0x${random.int(16, 63).toString(16)}/0x3f` },
  { name: 'dscp', words: random => `${not(random)}--dscp 0x${random.int(16, 63).toString(16)}` },
]

const mangle = ['mangle']
const nat = ['nat']

/** `[addr]:port` of IPv6 needs its brackets. */
function destination(random: Random, family: Family): string {
  const port = random.chance(0.6) ? `:${range(random, 65535, '-')}` : ''
  const address = randomAddress(random, family)
  return family === 'ip6' && port !== '' ? `[${address}]${port}` : address + port
}

export const targets: readonly Words[] = [
  { name: 'ACCEPT', words: () => '' },
  { name: 'DROP', words: () => '', tables: ['filter', 'mangle', 'raw', 'security'] },
  { name: 'RETURN', words: () => '' },
  {
    name: 'DNAT',
    tables: nat,
    chains: ['PREROUTING', 'OUTPUT'],
    protocols: ['tcp', 'udp'],
    words: (random, family) =>
      `--to-destination ${destination(random, family)} ${options(random, '--random', '--persistent')}`,
  },
  {
    name: 'SNAT',
    tables: nat,
    chains: ['POSTROUTING', 'INPUT'],
    protocols: ['tcp', 'udp'],
    words: (random, family) =>
      `--to-source ${destination(random, family)} ${options(random, '--random-fully', '--persistent')}`,
  },
  {
    name: 'MASQUERADE',
    tables: nat,
    chains: ['POSTROUTING'],
    protocols: ['tcp', 'udp'],
    words: random => options(random, `--to-ports ${range(random, 65535, '-')}`, '--random'),
  },
  {
    name: 'REDIRECT',
    tables: nat,
    chains: ['PREROUTING', 'OUTPUT'],
    protocols: ['tcp', 'udp'],
    words: random => options(random, `--to-ports ${range(random, 65535, '-')}`, '--random'),
  },
  {
    name: 'REJECT',
    tables: ['filter'],
    words: (random, family) =>
      `--reject-with ${random.pick(
        family === 'ip'
          ? ['icmp-port-unreachable', 'icmp-host-unreachable', 'icmp-admin-prohibited']
          : ['icmp6-port-unreachable', 'icmp6-adm-prohibited', 'icmp6-no-route'],
      )}`,
  },
  { name: 'REJECT', tables: ['filter'], protocols: ['tcp'], words: () => '--reject-with tcp-reset' },
  {
    name: 'LOG',
    words: random =>
      options(
        random,
        `--log-prefix "${random.pick(['x', 'a b: '])}"`,
        `--log-level ${random.int(0, 7)}`,
        '--log-uid',
      ),
  },
  {
    name: 'NFLOG',
    words: random =>
      options(
        random,
        `--nflog-prefix "${random.pick(['x', 'a b'])}"`,
        `--nflog-group ${random.int(0, 2)}`,
        `--nflog-size ${random.int(0, 2)}`,
        `--nflog-threshold ${random.int(0, 2)}`,
      ),
  },
  { name: 'MARK', tables: mangle, words: random => `--set-xmark ${hex(random)}/${hex(random)}` },
  { name: 'MARK', tables: mangle, words: random => `--set-mark ${number(random, 1000)}` },
  {
    name: 'CONNMARK',
    tables: mangle,
    words: random =>
      random.pick([
        '--save-mark',
        '--restore-mark --nfmask 0xff --ctmask 0xff',
        `--set-xmark ${hex(random)}/0xff`,
      ]),
  },
  {
    name: 'TCPMSS',
    tables: mangle,
    protocols: ['tcp'],
    words: random => `--set-mss ${random.int(500, 1400)}`,
  },
  { name: 'DSCP', tables: mangle, words: random => `--set-dscp 0x${random.int(16, 63).toString(16)}` },
  { name: 'TOS', tables: mangle, words: random => `--set-tos 0x${random.int(16, 63).toString(16)}/0x3f` },
  {
    name: 'CLASSIFY',
    tables: mangle,
    chains: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
    words: random => `--set-class 1:${random.int(1, 99)}`,
  },
  { name: 'CT', tables: ['raw'], words: random => random.pick(['--notrack', `--zone ${random.int(1, 99)}`]) },
  { name: 'NOTRACK', tables: ['raw'], words: () => '' },
  { name: 'TRACE', tables: ['raw'], words: () => '' },
  {
    name: 'NFQUEUE',
    words: random => `--queue-num ${random.int(0, 99)} ${random.chance(0.5) ? '--queue-bypass' : ''}`,
  },
]
