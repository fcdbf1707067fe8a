import type { Random } from '../random.ts'
import { farAddresses6, hostAddresses6, routerAddresses6 } from './router6.ts'
import type { RandomMatch, RuleWords } from './rule-set.ts'
import { not, words4 } from './rule-words.ts'
import { filterTargets, natTargets } from './target-words.ts'

const networks = [
  'fd00:1::/64',
  'fd00:1:1::/64',
  'fd00:2::/64',
  'fd00:3::/32',
  'fd00:4::/64',
  '2001:db8:1::/65',
  '2001:db8:2::/48',
  '::/::1',
  'fd00::2/ffff:0:0:ffff::ffff',
]
const addresses = [...hostAddresses6, ...routerAddresses6, ...farAddresses6]

/** Always the first of what there is. */
const firstChoice: Random = {
  chance: () => false,
  int: low => low,
  pick: items => items[0]!,
  maybe: () => [],
  list: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
}

/** Those of IPv4 that say nothing of addresses, nor of where bytes stand. */
const common = words4.matches.filter(({ make, protocol }) => {
  const text = make(firstChoice, 'PREROUTING')
  return protocol !== 'icmp' && !/\d+\.\d+\.\d+|ttl|-m (u32|bpf|length)|ctorig(src|dst) |ctreplsrc/.test(text)
})

const matches: readonly RandomMatch[] = [
  ...common,
  {
    protocol: 'ipv6-icmp',
    make: r => `-m icmp6 ${not(r)}--icmpv6-type ${r.pick(['128', '129', '1', '128/0', '139'])}`,
  },
  { make: r => `-m conntrack ${not(r)}--ctorigdst ${r.pick(addresses)}` },
  { make: r => `-m conntrack ${not(r)}--ctreplsrc ${r.pick(addresses)}` },
  { make: r => `-m conntrack --ctstate NEW ${not(r)}--ctorigsrc ${r.pick(networks.slice(0, 5))}` },
  {
    make: r =>
      `-m iprange ${not(r)}--dst-range ${r.pick(['fd00:2::2-fd00:3::2', 'fd00:1::1-fd00:1::2', '2001:db8:1::-2001:db8:1::9'])}`,
  },
  {
    make: r => `-m iprange ${not(r)}--src-range ${r.pick(['fd00:1::2-fd00:1::2', 'fd00:1::3-fd00:1:1::9'])}`,
  },
  { make: r => `-m hl --hl-${r.pick(['eq 64', 'lt 64', 'gt 63', 'eq 63'])}` },
  { make: r => `-m length ${not(r)}--length ${r.pick(['0:80', '48', '60:120', '400:'])}` },
  {
    make: r =>
      `-m u32 ${not(r)}--u32 "${r.pick(['4>>8&0xff=6', '4&0xff=0:63', '8=0xfd000001', '24>>16=0xfd00', '4>>16=0:40'])}"`,
  },
]

/** What rules of ip6tables talk about. */
export const words6: RuleWords = {
  protocols: ['tcp', 'tcp', 'udp', 'ipv6-icmp'],
  addresses,
  networks,
  matches,
  hasFragments: false,
  targets: {
    ...words4.targets,
    mangle: [
      ...words4.targets['mangle']!.filter(({ make }) => !make(firstChoice, '').startsWith('TTL')),
      { make: r => `HL --hl-${r.pick(['set 33', 'dec 1', 'inc 2'])}`, chains: ['PREROUTING'] },
    ],
    filter: filterTargets('icmp6-adm-prohibited'),
    nat: natTargets({
      destinations: addresses.filter(address => address !== '::1'),
      withPorts: ['[fd00:3::2]:8080', '[fd00:2::3]:1000-1002', '[fd00:1::1]:80', '[fd00:4::2]:53'],
      sources: ['fd00:2::1', 'fd00:9::9', 'fd00:3::9'],
      anyPort: '[fd00:9::9]:1-65535',
      onePort: '[fd00:2::1]:7777',
    }),
  },
}
