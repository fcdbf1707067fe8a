import { randomAddress } from './nft-random-words.ts'
import type { Random } from './random.ts'

type Make = (random: Random) => string

const port: Make = random => String(random.int(1, 65535))
const ipv4: Make = random => randomAddress(random, 'ip')
const ipv6: Make = random => `fd00::${random.int(1, 0xffff).toString(16)}`
const name: Make = random => `"${random.pick(['eth0', 'docker0', 'br-a1b2c3d4', 'lo', 'veth1'])}"`
const not: Make = random => (random.chance(0.3) ? '!= ' : '')
const mark: Make = random => `0x${random.int(0, 0xffffffff).toString(16)}`

function span(random: Random, most: number): string {
  const first = random.int(0, most - 1)
  return `${first}-${random.int(first + 1, most)}`
}

/** One value, a range, or an anonymous set of values: not for what is no number. */
function numbers(random: Random, most: number): string {
  return random.pick([
    () => not(random) + random.int(0, most),
    () => not(random) + span(random, most),
    () => random.pick(['< ', '> ', '<= ', '>= ']) + random.int(1, most - 1),
    () => `${not(random)}{ ${values(random, () => String(random.int(0, most)))} }`,
  ])()
}

function values(random: Random, make: Make): string {
  return [...new Set(random.list(random.int(2, 5), () => make(random)))].join(', ')
}

function addresses(random: Random, make: Make, bits: number): string {
  const prefix = () => `${make(random)}/${random.int(1, bits - 1)}`
  return random.pick([
    () => not(random) + make(random),
    () => not(random) + prefix(),
    () => `${not(random)}{ ${values(random, make)} }`,
    () => `${not(random)}@${bits === 32 ? 'addresses' : 'addresses6'}`,
  ])()
}

const words = (random: Random, ...all: readonly string[]) => {
  const chosen = all.filter(() => random.chance(0.5))
  return chosen.length > 0 ? chosen.join(',') : all[0]!
}

/** Tests that stand in a rule of family inet, so that each brings its protocol with it. */
const tests: readonly Make[] = [
  random => `iifname ${not(random)}${name(random)}`,
  random => `oifname { ${values(random, name)} }`,
  () => `iifname "veth*"`,
  random => `ip saddr ${addresses(random, ipv4, 32)}`,
  random => `ip daddr ${addresses(random, ipv4, 32)}`,
  random => `ip6 saddr ${addresses(random, ipv6, 128)}`,
  random => `ip ttl ${numbers(random, 255)}`,
  random => `ip length ${numbers(random, 65535)}`,
  random => `ip dscp ${random.pick(['cs1', 'af11', 'ef', '{ cs1, af41 }', '!= cs0'])}`,
  random => `ip6 hoplimit ${random.int(1, 255)}`,
  random => `tcp dport ${numbers(random, 65535)}`,
  random => `udp sport ${numbers(random, 65535)}`,
  () => `tcp dport @ports`,
  random => `tcp flags ${random.pick(['syn', '! syn', '== syn', 'syn / syn,ack', '!= syn / syn,rst'])}`,
  random => `tcp sequence ${random.int(0, 0xffffffff)}`,
  random => `meta l4proto ${random.pick(['tcp', 'udp', '!= icmp', '{ tcp, udp }', 'esp', '200'])}`,
  random => `icmp type ${random.pick(['echo-request', '!= echo-reply', '{ echo-request, time-exceeded }'])}`,
  random => `icmpv6 type ${random.pick(['nd-neighbor-solicit', '{ echo-request, nd-router-advert }'])}`,
  random => `ct state ${words(random, 'established', 'related', 'new', 'invalid')}`,
  random => `ct state != ${random.pick(['established', 'new'])}`,
  random => `ct status ${random.pick(['dnat', 'snat', 'assured'])}`,
  random => `ct mark ${not(random)}${mark(random)}`,
  random => `ct direction ${random.pick(['original', 'reply'])}`,
  random => `meta mark ${not(random)}${mark(random)}`,
  random => `meta mark & 0x0000ff00 == 0x0000${random.int(10, 99)}00`,
  random => `meta pkttype ${random.pick(['host', 'broadcast', 'multicast'])}`,
  random => `meta length ${random.int(1, 1500)}`,
  random => `meta skuid ${random.int(1, 65000)}`,
  random => `fib daddr type ${random.pick(['local', 'unicast', '!= broadcast'])}`,
  random => `fib saddr . iif oif ${random.pick(['missing', 'exists'])}`,
  random => `ip saddr . tcp dport { ${values(random, inner => `${ipv4(inner)} . ${port(inner)}`)} }`,
  () => `ip saddr . tcp dport @pairs`,
  // Behind every header: nft takes three bytes of a longer field for a prefix of it.
  random => `@th,${8 * random.int(20, 60)},${8 * random.int(3, 4)} 0x${random.int(1, 0xffff).toString(16)}`,
  random =>
    `limit rate ${random.int(1, 100)}/${random.pick(['second', 'minute', 'hour'])} burst ${random.int(6, 50)} packets`,
]

const actions: readonly Make[] = [
  () => 'accept',
  () => 'drop',
  () => 'return',
  () => 'jump other',
  () => 'goto other',
  () => 'reject with icmpx admin-prohibited',
  () => 'reject',
  random => `meta mark set ${mark(random)}`,
  () => 'ct mark set meta mark',
  () => 'meta mark set ct mark & 0x0000ffff',
  random => `log prefix "x ${random.int(1, 99)}" level ${random.pick(['info', 'debug', 'err'])}`,
  random => `log group ${random.int(0, 2)} snaplen ${random.int(0, 2)} queue-threshold ${random.int(0, 2)}`,
  () => 'notrack',
  () => 'ct state vmap { established : accept, related : accept, invalid : drop }',
  () => 'iifname vmap @jumps',
  random =>
    `tcp dport vmap { ${random.int(1, 99)} : accept, ${random.int(100, 199)}-${random.int(200, 300)} : drop }`,
  random => `meta mark set ip saddr map { ${ipv4(random)} : ${mark(random)} }`,
  () => 'add @seen { ip saddr }',
]

/** A table of family inet with sets, maps and random rules, for `nft -f`. */
export function randomNftTable(random: Random): string {
  const rules = random.list(random.int(3, 15), () => {
    const chosen = random.list(random.int(0, 3), () => random.pick(tests)(random))
    const counter = random.chance(0.5) ? ['counter'] : []
    const comment = random.chance(0.2) ? ['comment "a comment"'] : []
    return [...chosen, ...counter, random.pick(actions)(random), ...comment].join(' ')
  })
  return `table inet made {
  set addresses { type ipv4_addr; flags interval; auto-merge; elements = { ${values(random, inner => `${ipv4(inner)}/${inner.int(8, 31)}`)} } }
  set addresses6 { type ipv6_addr; elements = { ${values(random, ipv6)} } }
  set ports { type inet_service; flags interval; auto-merge; elements = { ${values(random, inner => span(inner, 65535))} } }
  set pairs { type ipv4_addr . inet_service; elements = { ${values(random, inner => `${ipv4(inner)} . ${port(inner)}`)} } }
  set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; size 100; }
  map jumps { type ifname : verdict; elements = { ${name(random)} : jump other, "x1" : accept } }
  chain other { }
  chain base {
    type filter hook prerouting priority ${random.int(-10, 10)}; policy accept;
    ${rules.join('\n    ')}
  }
}
`
}
