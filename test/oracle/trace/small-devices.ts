import { join } from 'node:path'
import type { SmallCase } from '../small-worlds.test.ts'
import type { Asking, Listener } from './small-world.ts'

const toS: Asking = { protocol: 'tcp', destination: '10.0.2.2', port: 80 }
const inS: Listener = { at: 'S', protocol: 'tcp', address: '0.0.0.0', port: 80 }
const xdp = (at: 'A' | 'R' | 'S', words: string) =>
  `${at}: python3 ${join(import.meta.dirname, 'xdp.py')} ${words}`
/** Kernels may lack the action that drops, and matchall: a device that is down takes nothing either. */
const drop = 'u32 match u32 0 0 action mirred egress redirect dev void'
const hole = (at: 'A' | 'R' | 'S') => `${at}: ip link add void type veth peer name hole`

/** What decides about frames at a device: tc, XDP, and whether there is a carrier. */
export const deviceCases: readonly SmallCase[] = (
  [
    {
      name: 'a filter of tc that drops what comes in',
      setUp: [
        hole('R'),
        'R: tc qdisc add dev ra clsact',
        `R: tc filter add dev ra ingress protocol all ${drop}`,
      ],
      comes: false,
      said: 'insufficient-info',
      tells: 'ra has tc filters on ingress',
    },
    {
      name: 'a filter of tc that sends what comes in out elsewhere',
      setUp: [
        'R: tc qdisc add dev ra ingress',
        'R: tc filter add dev ra ingress protocol ip u32 match ip dst 10.0.2.2/32 action mirred egress redirect dev lo',
      ],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'a filter of tc that drops what goes out',
      setUp: [
        hole('R'),
        'R: tc qdisc add dev rs clsact',
        `R: tc filter add dev rs egress protocol all ${drop}`,
      ],
      comes: false,
      said: 'insufficient-info',
      tells: 'rs has tc filters on egress',
    },
    {
      name: 'a filter of tc that drops what a namespace sends to itself',
      setUp: [
        hole('S'),
        'S: tc qdisc add dev lo clsact',
        `S: tc filter add dev lo egress protocol all ${drop}`,
      ],
      ask: { ...toS, from: 'S' },
      comes: false,
      said: 'insufficient-info',
      tells: 'lo has tc filters on egress',
    },
    {
      name: 'a place for filters of tc without any',
      setUp: ['R: tc qdisc add dev ra clsact', 'R: tc qdisc add dev rs ingress'],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'filters of tc on the other side of what is passed',
      setUp: [
        hole('A'),
        'A: ip link add other type veth peer name rest; ip link set other up; ip link set rest up',
        `A: tc qdisc add dev other clsact; tc filter add dev other ingress protocol all ${drop}`,
      ],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'filters of tc that answer is sent back by',
      setUp: [
        hole('S'),
        'S: tc qdisc add dev s0 clsact',
        `S: tc filter add dev s0 egress protocol ip ${drop}`,
      ],
      comes: false,
      said: 'insufficient-info',
      tells: 's0 has tc filters on egress',
    },
    {
      name: 'a wire that is made of filters of tc',
      setUp: [
        'A: ip route del default; ip addr flush dev a0; ip addr add 10.0.2.3/24 dev a0',
        'R: ip addr flush dev ra; ip addr flush dev rs',
        'R: tc qdisc add dev ra ingress; tc filter add dev ra ingress protocol all u32 match u32 0 0 action mirred egress redirect dev rs',
        'R: tc qdisc add dev rs ingress; tc filter add dev rs ingress protocol all u32 match u32 0 0 action mirred egress redirect dev ra',
      ],
      comes: true,
      said: 'insufficient-info',
    },
    {
      name: 'tbf that takes nothing of that size',
      setUp: ['R: tc qdisc add dev rs root tbf rate 1mbit burst 60 limit 100000'],
      comes: false,
      said: 'insufficient-info',
      tells: 'tbf on rs',
    },
    {
      name: 'tbf with room for a packet',
      setUp: ['R: tc qdisc add dev rs root tbf rate 1mbit burst 10k latency 50ms'],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'pfifo that holds nothing',
      setUp: ['R: tc qdisc add dev rs root pfifo limit 0'],
      comes: false,
      said: 'insufficient-info',
      tells: 'pfifo on rs',
    },
    {
      name: 'pfifo',
      setUp: ['R: tc qdisc add dev rs root pfifo limit 10'],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'htb, whose filters may drop',
      setUp: [
        hole('R'),
        'R: tc qdisc add dev rs root handle 1: htb',
        'R: tc class add dev rs parent 1: classid 1:1 htb rate 1mbit',
        `R: tc filter add dev rs parent 1: protocol all ${drop}`,
      ],
      comes: false,
      said: 'insufficient-info',
      tells: 'htb on rs',
    },
    {
      name: 'a program of XDP that drops',
      setUp: [xdp('R', 'ra drop')],
      comes: false,
      said: 'insufficient-info',
      tells: 'ra has an XDP program',
    },
    {
      name: 'the same in the driver',
      setUp: [xdp('S', 's0 drop native')],
      comes: false,
      said: 'insufficient-info',
      tells: 's0 has an XDP program',
    },
  ] satisfies readonly (Omit<SmallCase, 'wire' | 'ask'> & { readonly ask?: Asking })[]
).map(each => ({ wire: 'routed' as const, ask: toS, listeners: [inS], ...each }))
