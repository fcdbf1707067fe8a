import type { Random } from '../random.ts'
import { farAddresses, hostAddresses, routerAddresses } from './router.ts'
import { inIpv6 } from './native-ipv6.ts'
import { ports } from './rule-set.ts'

/** Random rules in nft's own words, in a table of their own beside those of iptables. */
type Maker = (r: Random) => string
type Hooked = { readonly make: Maker; readonly hooks?: readonly string[] }

const addresses = [...hostAddresses, ...routerAddresses, ...farAddresses]
const not = (r: Random) => (r.chance(0.2) ? '!= ' : '')
const port = (r: Random) => String(r.pick(ports))
const several = (r: Random, of: readonly (string | number)[]) =>
  `{ ${[...new Set(r.list(3, () => r.pick(of)))].join(', ')} }`
const range = (r: Random) => r.pick(['1000-1002', '20000-40000', '443-65535', '0-1000'])
const incoming = ['prerouting', 'input', 'forward']
const outgoing = ['output', 'postrouting', 'forward']

const matches: readonly Hooked[] = [
  { make: r => `ip saddr ${not(r)}${r.pick([...addresses, '10.1.0.0/24', '10.0.0.0/9'])}` },
  { make: r => `ip daddr ${not(r)}${r.pick([...addresses, '10.3.0.0/16', '192.0.2.0/25'])}` },
  { make: r => `ip daddr ${not(r)}${several(r, addresses)}` },
  { make: r => `ip saddr ${r.pick(['10.1.0.2-10.1.0.3', '10.1.0.0-10.1.255.255'])}` },
  { make: r => `ip ttl ${r.pick(['< 64', '64', '> 63', '!= 64'])}` },
  { make: r => `ip dscp ${r.pick(['cs0', 'ef', '!= cs0', 'cs1'])}` },
  { make: r => `ip length ${r.pick(['< 61', '28', '40-100', '> 400'])}` },
  { make: r => `ip protocol ${r.pick(['tcp', 'udp', 'icmp', '!= tcp', '{ tcp, icmp }'])}` },
  { make: r => `meta l4proto ${r.pick(['tcp', 'udp', '{ tcp, udp }', '!= udp'])}` },
  { make: r => `tcp dport ${not(r)}${r.pick([port(r), range(r), several(r, ports)])}` },
  { make: r => `tcp sport ${r.pick([port(r), range(r)])}` },
  {
    make: r => `tcp flags & (fin | syn | rst | ack) ${r.pick(['== syn', '!= syn', '== ack'])}`,
  },
  { make: r => `tcp flags ${r.pick(['syn', '! syn', 'syn / syn,ack'])}` },
  { make: r => `udp dport ${not(r)}${r.pick([port(r), range(r), several(r, ports)])}` },
  { make: r => `meta l4proto { tcp, udp } th dport ${r.pick([port(r), range(r), several(r, ports)])}` },
  { make: r => `ip daddr . tcp dport ${pairs(r)}` },
  {
    make: r =>
      `icmp type ${r.pick(['echo-request', 'echo-reply', '!= echo-request', '{ echo-request, 13 }'])}`,
  },
  { make: r => `meta mark ${not(r)}${r.pick(['0', '1', '2', '0x10', '0x112', '1-3'])}` },
  {
    make: r =>
      `meta mark & ${r.pick(['0x1', '0x3', '0xf0'])} ${r.pick(['==', '!='])} ${r.pick(['0x1', '0x10', '0'])}`,
  },
  { make: r => `ct mark ${not(r)}${r.pick(['0', '1', '0x10'])}` },
  {
    make: r =>
      `ct state ${r.pick(['new', 'invalid', 'established,related', 'untracked', '!= new', '{ new, invalid }'])}`,
  },
  { make: r => `ct status ${r.pick(['dnat', 'snat', '! dnat', 'confirmed'])}` },
  { make: r => `ct ${r.pick(['', 'original ', 'reply '])}zone ${not(r)}${r.pick([0, 1, 2])}` },
  { make: r => `ct direction ${r.pick(['original', 'reply'])}` },
  { make: r => `ct original ip daddr ${not(r)}${r.pick(addresses)}` },
  { make: r => `ct reply ip saddr ${r.pick(addresses)}` },
  { make: r => `fib daddr type ${r.pick(['local', '!= local', '{ local, unicast }', 'broadcast'])}` },
  { make: r => `fib saddr type ${r.pick(['local', 'unicast'])}` },
  { hooks: ['prerouting'], make: r => `fib saddr . iif oif ${r.pick(['missing', 'exists'])}` },
  {
    hooks: incoming,
    make: r => `iifname ${not(r)}${r.pick(['"in0"', '"lo"', '"in*"', '{ "in0", "out1" }'])}`,
  },
  {
    hooks: outgoing,
    make: r => `oifname ${not(r)}${r.pick(['"out0"', '"out1"', '"out*"', '{ "out0", "lo" }'])}`,
  },
  { hooks: incoming, make: r => `iif ${not(r)}"in0"` },
]

const pairs: Maker = r =>
  `{ ${[...new Set(r.list(3, () => `${r.pick(farAddresses)} . ${port(r)}`))].join(', ')} }`

const statements: readonly Hooked[] = [
  {
    make: r =>
      `meta mark set ${r.pick(['1', '2', '0x10', '0x112', 'ct mark', 'meta mark | 0x2', 'meta mark & 0xf0'])}`,
  },
  { make: r => `ct mark set ${r.pick(['1', '0x10', 'meta mark', 'ct mark | 0x4'])}` },
  { make: r => `ip dscp set ${r.pick(['cs0', 'cs1', 'ef'])}` },
  { hooks: ['prerouting'], make: r => `ip ttl set ${r.pick(['33', '64', '2'])}` },
  { make: () => 'counter' },
  { make: () => 'log prefix "x"' },
]

const verdicts: readonly Hooked[] = [
  { make: () => 'accept' },
  { make: () => 'accept' },
  { make: () => 'drop' },
  { make: () => 'return' },
  { make: () => 'continue' },
  {
    make: r =>
      `tcp dport vmap { 80 : accept, 443 : drop, 53 : ${r.pick(['return', 'continue'])}, 1000-1002 : accept }`,
  },
  { make: r => `ip daddr vmap { ${r.pick(farAddresses.slice(0, 3))} : drop, 198.51.100.0/24 : accept }` },
  { make: r => `meta mark vmap { 0x1 : accept, 0x2 : ${r.pick(['drop', 'return'])} }` },
]

const destinations: readonly Hooked[] = [
  { make: r => `dnat to ${r.pick(addresses.filter(address => !address.startsWith('127')))}` },
  { make: r => `dnat to ${r.pick(['10.3.0.2:8080', ':1001', '10.1.0.1:80'])}` },
  { make: () => 'dnat to tcp dport map { 80 : 10.3.0.2, 443 : 10.2.0.3, 53 : 10.1.0.1 }' },
  { make: () => 'dnat to ip daddr map { 192.0.2.0/25 : 10.3.0.2, 10.2.0.2 : 10.4.0.2 }' },
  { make: r => `redirect to :${r.pick([80, 53])}` },
  { make: () => 'redirect' },
]
const sources: readonly Hooked[] = [
  { make: r => `snat to ${r.pick(['10.2.0.1', '10.9.9.9', '10.3.0.9'])}` },
  { hooks: ['postrouting'], make: () => 'masquerade' },
  { make: () => 'snat to ip saddr map { 10.1.0.0/24 : 10.9.9.9, 10.1.1.0/24 : 10.9.9.8 }' },
]

const baseChains = [
  { name: 'raw_pre', hook: 'prerouting', type: 'filter', priorities: [-301, -299] },
  { name: 'mangle_pre', hook: 'prerouting', type: 'filter', priorities: [-151, -149, -90] },
  { name: 'nat_pre', hook: 'prerouting', type: 'nat', priorities: [-101, -99] },
  { name: 'filter_in', hook: 'input', type: 'filter', priorities: [-1, 1, 101] },
  { name: 'nat_in', hook: 'input', type: 'nat', priorities: [99, 101] },
  { name: 'filter_forward', hook: 'forward', type: 'filter', priorities: [-151, -1, 1] },
  { name: 'route_out', hook: 'output', type: 'route', priorities: [-151, -149] },
  { name: 'nat_out', hook: 'output', type: 'nat', priorities: [-101, -99] },
  { name: 'filter_out', hook: 'output', type: 'filter', priorities: [-1, 1] },
  { name: 'mangle_post', hook: 'postrouting', type: 'filter', priorities: [-151, 149] },
  { name: 'nat_post', hook: 'postrouting', type: 'nat', priorities: [99, 101] },
] as const

export type NativeRules = { readonly chains: string; readonly rules: readonly string[] }

/** A table of nft, and its rules apart: what nft or the kernel refuses may be left out. In `ip6` and `inet` it is about IPv6. */
export function randomNative(random: Random, family: 'ip' | 'ip6' | 'inet' = 'ip'): NativeRules {
  const used = baseChains.filter(() => random.chance(0.6))
  const chains = used.map(({ name, hook, type, priorities }) => {
    const policy = type === 'nat' || random.chance(0.93) ? 'accept' : 'drop'
    return `chain ${name} { type ${type} hook ${hook} priority ${random.pick(priorities)}; policy ${policy}; }`
  })
  const rules = used.flatMap(({ name, hook, type }) => [
    ...random.list(random.int(0, 5), () => `${name} ${randomRule(random, hook, type)}`),
    ...random.maybe(0.4, `${name} ${random.pick(['jump', 'goto'])} ${type === 'nat' ? 'nat_user' : 'user'}`),
  ])
  const user = random.list(3, () => `user ${randomRule(random, 'none', 'filter')}`)
  const natUser = random.list(2, () => `nat_user ${randomRule(random, 'none', 'filter')}`)
  const empty = ['chain user { }', 'chain nat_user { }']
  return {
    chains: `table ${family} native {\n${[...empty, ...chains].join('\n')}\n}\n`,
    // Of the type of service of IPv6 nft reads two bytes, of which the flow label's part is not known.
    rules: [...user, ...natUser, ...rules]
      .filter(rule => family === 'ip' || !rule.includes('ip dscp'))
      .map(rule => `add rule ${family} native ${family === 'ip' ? rule : inIpv6(rule, family)}`),
  }
}

function randomRule(random: Random, hook: string, type: string): string {
  const fits = ({ hooks }: Hooked) => !hooks || hooks.includes(hook)
  const chosen = random.list(random.pick([0, 1, 1, 2]), () => random.pick(matches.filter(fits)))
  const words = chosen.map(({ make }) => make(random))
  if (random.chance(0.4)) words.push(random.pick(statements.filter(fits)).make(random))
  const ends = type === 'nat' && random.chance(0.7) ? natEnds(hook) : verdicts
  if (random.chance(0.8)) words.push(random.pick(ends.filter(fits)).make(random))
  return words.length > 0 ? words.join(' ') : 'counter'
}

function natEnds(hook: string): readonly Hooked[] {
  return hook === 'postrouting' || hook === 'input' ? sources : destinations
}

/** Zones of connection tracking, given just before it, so that no rule sees the template that holds one. */
export function randomZones(random: Random, family: 'ip' | 'ip6'): string {
  const zone = (): string =>
    `ct ${random.pick(['', '', 'original ', 'reply '])}zone set ${random.pick(['1', '1', '2'])}`
  const rules = (names: readonly string[]): string => {
    const words = random.list(2, () => `${random.chance(0.5) ? '' : `${random.pick(names)} `}${zone()}`)
    return words.map(rule => (family === 'ip' ? rule : inIpv6(rule, family))).join('\n    ')
  }
  const incoming = ['iifname "in0"', 'iifname "out0"', 'iifname { "out0", "out1" }', 'ip saddr 10.1.0.0/24']
  return `table ${family} zones {
  chain pre {
    type filter hook prerouting priority -201
    ${rules(incoming)}
  }
  chain out {
    type filter hook output priority -201
    ${rules(['oifname "out0"', 'ip daddr 10.2.0.0/24', 'meta mark 1'])}
  }
}
`
}
