import { execFileSync } from 'node:child_process'
import type { TestNetns } from '../../support/netns.ts'
import type { Router } from './router.ts'

/** IPv6 on the router of router.ts: the same networks in other words. */
export const hostAddresses6 = ['fd00:1::2', 'fd00:1::3', 'fd00:1:1::2']
export const routerAddresses6 = [
  'fd00:1::1',
  'fd00:1:1::1',
  'fd00:2::1',
  'fd00:3::1',
  'fd00:3::9',
  'fd00:4::1',
  '::1',
]
export const farAddresses6 = [
  'fd00:2::2',
  'fd00:2::3',
  'fd00:3::2',
  'fd00:4::2',
  '2001:db8:1::1',
  '2001:db8:1::77',
  '2001:db8:2::1',
  '2001:db8:2:8000::1',
  '2001:db8:3::5',
  '2001:db8:4::1',
]

/** What is sent of groups when an address is given is sent at once. */
const soon = ['mldv2_unsolicited_report_interval=1']
const devices = {
  host: ['s0', 'far-out0', 'far-out1', 'far-out2'],
  router: ['in0', 'out0', 'out1', 'out2'],
} as const

const policyRules = [
  'rule add fwmark 1 lookup 101 pref 100',
  'rule add fwmark 0x10/0xf0 lookup 102 pref 110',
  'rule add from fd00:1:1::/64 fwmark 2/2 lookup 103 pref 120',
  'rule add iif in0 ipproto udp dport 53 lookup 101 pref 130',
  'rule add fwmark 3 lookup main suppress_prefixlength 0 pref 140',
  'rule add fwmark 3 prohibit pref 141',
  'rule add not from fd00::/16 lookup 101 pref 150',
  'rule add from fd00:1:1::/64 tos 0x10 lookup 101 pref 151',
]

/** Settings by which interfaces send nothing of themselves. */
const quiet = (names: readonly string[]): string[] =>
  names.flatMap(name =>
    ['accept_ra=0', 'router_solicitations=0', 'dad_transmits=0', 'addr_gen_mode=1', ...soon].map(
      setting => `net.ipv6.conf.${name}.${setting}`,
    ),
  )

export const macOf = (netns: TestNetns, name: string): string =>
  (JSON.parse(netns.ip('-j', 'link', 'show', name).toString()) as { address: string }[])[0]!.address

const add = (address: string, dev: string): string =>
  `addr add ${address}${address.includes('/') ? '' : '/64'} dev ${dev} nodad`

/** That `dev` finds an address without asking. */
const known = (address: string, dev: string, at: readonly [TestNetns, string]): string =>
  `neigh replace ${address} lladdr ${macOf(...at)} nud permanent dev ${dev}`

/** Gives both namespaces addresses and routes. Neighbours are told, and nobody advertises: nothing else is sent that rules could count. */
export function addIpv6(made: Router): void {
  const { host, router } = made
  execFileSync('ip', ['netns', 'exec', host.name, 'sysctl', '-qw', ...quiet(devices.host)])
  made.run('sysctl', ['-qw', ...quiet(devices.router), 'net.ipv6.conf.all.forwarding=1'])
  // What they gave themselves when they came up, and would still ask about.
  for (const netns of [host, router]) netns.ip('-6', 'addr', 'flush', 'scope', 'link')
  const complaints = [
    ...host.batch([
      ...hostAddresses6.map(address => add(address, 's0')),
      ...['fd00:1::1', 'fd00:1:1::1'].map(address => known(address, 's0', [router, 'in0'])),
      'route add default via fd00:1::1',
    ]),
    ...router.batch([
      add('fd00:1::1', 'in0'),
      add('fd00:1:1::1', 'in0'),
      ...hostAddresses6.map(address => known(address, 'in0', [host, 's0'])),
      add('fd00:2::1', 'out0'),
      add('fd00:3::1', 'out1'),
      add('fd00:3::9/128', 'out1'),
      add('fd00:4::1', 'out2'),
      'route add default via fd00:2::2',
      'route add 2001:db8:2::/49 via fd00:3::2',
      'route add unreachable 2001:db8:2:8000::/49',
      'route add blackhole 2001:db8:3::/48',
      'route add default via fd00:3::2 table 101',
      'route add 2001:db8:1::40/122 via fd00:4::2 table 102',
      'route add throw 2001:db8:4::/48 table 102',
      'route add prohibit 2001:db8:4::/64 table 103',
    ]),
  ]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  made.run('ip', ['-6', '-batch', '-'], policyRules.join('\n'))
}

/** What the router has on each of its ways out. */
const ways = [
  { out: 'out0', own: ['fd00:2::1'] },
  { out: 'out1', own: ['fd00:3::1', 'fd00:3::9'] },
  { out: 'out2', own: ['fd00:4::1'] },
]

/** What comes into the namespace from now on sends nothing of itself. */
export function makeQuiet(netns: TestNetns): void {
  execFileSync('ip', ['netns', 'exec', netns.name, 'sysctl', '-qw', ...quiet(['default'])])
}

/** Gives the one behind the router all far addresses, and both of them each other's MACs. */
export function addFarIpv6({ router }: Router, far: TestNetns): void {
  const wayOf = (address: string) => ways.find(({ own }) => address.startsWith(own[0]!.slice(0, -1)))
  const complaints = [
    ...far.batch([
      ...farAddresses6.map(address => {
        const way = wayOf(address)
        return add(`${address}/${way ? 64 : 128}`, `far-${way?.out ?? 'out0'}`)
      }),
      ...ways.flatMap(({ out, own }) => own.map(address => known(address, `far-${out}`, [router, out]))),
      'route add default via fd00:2::1',
    ]),
    // Routes by mark may lead to any of them by any way.
    ...router.batch(
      ways.flatMap(({ out }) => farAddresses6.map(address => known(address, out, [far, `far-${out}`]))),
    ),
  ]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}
