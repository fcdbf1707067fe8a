import type { SmallCase } from '../small-worlds.test.ts'
import type { Asking, Listener } from './small-world.ts'

const to = (destination: string): Asking => ({ protocol: 'tcp', destination, port: 80 })
const every = (at: 'A' | 'R' | 'S'): Listener => ({ at, protocol: 'tcp', address: '0.0.0.0', port: 80 })
const wire = 'R: ip link add p type veth peer name q; ip link set p up; ip link set q up'
const macvlan = (of: 'A' | 'S', mode: string, address: string) => [
  `R: ip link add m${of} link p type macvlan mode ${mode}; ip link set m${of} netns @${of}`,
  `${of}: ip link set m${of} up; ip addr add ${address}/24 dev m${of}`,
]
const siblings = (mode: string) => [
  wire,
  ...macvlan('A', mode, '10.0.7.2'),
  ...macvlan('S', mode, '10.0.7.3'),
]
const hairpin =
  'R: ip link add br1 type bridge; ip link set br1 up; ip link set q master br1; bridge link set dev q hairpin on; while bridge link show dev q | grep -q disabled; do sleep 0.05; done'
const ofParent = 'R: ip addr add 10.0.7.1/24 dev q'

/** Devices that sit on others. */
export const stackedCases: readonly SmallCase[] = (
  [
    { name: 'macvlan, bridge', setUp: siblings('bridge'), comes: true, said: 'delivered' },
    { name: 'macvlan, private', setUp: siblings('private'), comes: false, said: 'no-neighbour' },
    { name: 'macvlan, vepa', setUp: siblings('vepa'), comes: false, said: 'no-neighbour' },
    {
      name: 'macvlan, vepa, and a switch that reflects',
      setUp: [...siblings('vepa'), hairpin],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'macvlan, private, and a switch that reflects',
      setUp: [...siblings('private'), hairpin],
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'macvlan, passthru',
      setUp: [wire, ofParent, ...macvlan('A', 'passthru', '10.0.7.2')],
      listeners: [every('R')],
      ask: to('10.0.7.1'),
      comes: true,
      said: 'delivered',
    },
    {
      name: 'macvlan, bridge, and the other end of its wire',
      setUp: [wire, ofParent, ...macvlan('A', 'bridge', '10.0.7.2')],
      listeners: [every('R')],
      ask: to('10.0.7.1'),
      comes: true,
      said: 'delivered',
    },
    {
      name: 'macvlan, and its parent',
      setUp: [wire, 'R: ip addr add 10.0.7.1/24 dev p', ...macvlan('A', 'bridge', '10.0.7.2')],
      listeners: [every('R')],
      ask: to('10.0.7.1'),
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'macvlan, source, that takes from nobody',
      setUp: [wire, ofParent, ...macvlan('A', 'source', '10.0.7.2')],
      listeners: [every('R')],
      ask: to('10.0.7.1'),
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'macvlan, source, that takes from who answers',
      setUp: [
        wire,
        ofParent,
        ...macvlan('A', 'source', '10.0.7.2'),
        'R: ip link set q address 02:00:00:00:00:77',
        'A: ip link set mA type macvlan macaddr add 02:00:00:00:00:77',
      ],
      listeners: [every('R')],
      ask: to('10.0.7.1'),
      comes: true,
      said: 'insufficient-info',
    },
    {
      name: 'macvlan of two modes: one is private',
      setUp: [wire, ...macvlan('A', 'bridge', '10.0.7.2'), ...macvlan('S', 'private', '10.0.7.3')],
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'macvlan of two modes: one is vepa',
      setUp: [wire, ...macvlan('A', 'bridge', '10.0.7.2'), ...macvlan('S', 'vepa', '10.0.7.3')],
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'macvlan whose parent is down',
      setUp: [...siblings('bridge'), 'R: ip link set p down'],
      comes: false,
      said: 'no-neighbour',
    },
    {
      name: 'macvlan whose parent has no carrier',
      setUp: [
        ...siblings('bridge'),
        'S: ip link set mS address 02:00:00:00:00:33',
        'A: ip neigh add 10.0.7.3 lladdr 02:00:00:00:00:33 dev mA nud permanent',
        'R: ip link set q down; sleep 1.2',
      ],
      comes: false,
      said: 'dropped',
    },
  ] satisfies readonly (Omit<SmallCase, 'wire' | 'ask'> & { readonly ask?: Asking })[]
).map(each => ({ wire: 'routed' as const, ask: to('10.0.7.3'), listeners: [every('S')], ...each }))
