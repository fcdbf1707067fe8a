import type { SmallCase } from '../small-worlds.test.ts'

/** A vxlan in `A` or in `S`, over what R routes. */
function tunnel(of: 'A' | 'S', words: string): string {
  const own = of === 'A' ? '10.0.7.2' : '10.0.7.3'
  const mac = of === 'A' ? '02:00:00:00:07:02' : '02:00:00:00:07:03'
  return `${of}: ip link add x${of} address ${mac} type vxlan ${words}; ip link set x${of} up; ip addr add ${own}/24 dev x${of}`
}

const toS = 'id 7 dstport 4789 local 10.0.1.2 remote 10.0.2.2'
const toA = 'id 7 dstport 4789 local 10.0.2.2 remote 10.0.1.2'
const alone = 'id 7 dstport 4789 nolearning'
const entry = (of: 'A' | 'S', words: string) => `${of}: bridge fdb append ${words} dev x${of}`
const known = [
  'A: ip neigh add 10.0.7.3 lladdr 02:00:00:00:07:03 dev xA nud permanent',
  'S: ip neigh add 10.0.7.2 lladdr 02:00:00:00:07:02 dev xS nud permanent',
]

/** What a vxlan wraps. */
export const tunnelCases: readonly SmallCase[] = (
  [
    {
      name: 'vxlan to the other end',
      setUp: [tunnel('A', toS), tunnel('S', toA)],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'vxlan of another VNI',
      setUp: [tunnel('A', toS), tunnel('S', toA.replace('id 7', 'id 8')), ...known],
      comes: false,
      said: 'dropped',
    },
    {
      name: 'vxlan on another port',
      setUp: [tunnel('A', toS), tunnel('S', toA.replace('4789', '4790')), ...known],
      comes: false,
      said: 'dropped',
    },
    {
      name: 'vxlan with entries and no more',
      setUp: [
        tunnel('A', alone),
        tunnel('S', alone),
        entry('A', '02:00:00:00:07:03 dst 10.0.2.2'),
        entry('S', '02:00:00:00:07:02 dst 10.0.1.2'),
        ...known,
      ],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'vxlan without an entry for the answer',
      setUp: [tunnel('A', alone), tunnel('S', alone), entry('A', '02:00:00:00:07:03 dst 10.0.2.2'), ...known],
      comes: false,
      said: 'dropped',
    },
    {
      name: 'vxlan by an entry of another VNI and port',
      setUp: [
        tunnel('A', alone),
        tunnel('S', toA.replace('id 7', 'id 9').replace('4789', '4999')),
        entry('A', '02:00:00:00:07:03 dst 10.0.2.2 vni 9 port 4999'),
        ...known,
      ],
      comes: false,
      said: 'dropped',
    },
    {
      name: 'vxlan that sends by a device from which nothing leads there',
      setUp: [
        'A: ip link add far0 type veth peer name far1; ip link set far0 up; ip link set far1 up; ip addr add 10.9.9.1/24 dev far0',
        tunnel('A', `${toS} dev far0 nolearning`),
        tunnel('S', toA),
        ...known,
      ],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan with an entry that sends by another device',
      setUp: [
        'A: ip link add far0 type veth peer name far1; ip link set far0 up; ip link set far1 up; ip addr add 10.9.9.1/24 dev far0',
        tunnel('A', alone),
        tunnel('S', toA),
        entry('A', '02:00:00:00:07:03 dst 10.0.2.2 via far0'),
        ...known,
      ],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan whose packets live for one hop',
      setUp: [tunnel('A', `${toS} ttl 1`), tunnel('S', toA), ...known],
      comes: false,
      said: 'dropped',
      tells: 'its TTL has run out',
    },
    {
      name: 'vxlan to a group that nobody routes',
      setUp: [
        tunnel('A', 'id 7 dstport 4789 group 239.1.1.1 dev a0'),
        tunnel('S', 'id 7 dstport 4789 group 239.1.1.1 dev s0'),
        ...known,
      ],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan that takes every VNI',
      setUp: [tunnel('A', toS), tunnel('S', 'dstport 4789 external'), ...known],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan that is told by each packet where to send it',
      setUp: [tunnel('A', 'dstport 4789 external'), tunnel('S', toA), ...known],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan with group policy at one end',
      setUp: [
        tunnel('A', `${toS} gbp`),
        tunnel('S', toA),
        ...known,
        'A: iptables -t mangle -A OUTPUT -d 10.0.7.3 -j MARK --set-mark 5',
      ],
      comes: false,
      said: 'insufficient-info',
    },
    {
      name: 'vxlan with group policy at one end, and nothing to tell',
      setUp: [tunnel('A', `${toS} gbp`), tunnel('S', toA), ...known],
      comes: true,
      said: 'delivered',
    },
    {
      name: 'vxlan that learns nothing, whose entry for the sender names another end',
      setUp: [
        tunnel('A', toS),
        tunnel('S', `${toA} nolearning`),
        entry('S', '02:00:00:00:07:02 dst 10.0.2.9'),
        ...known,
      ],
      comes: false,
      said: 'no-neighbour',
    },
  ] satisfies readonly Pick<SmallCase, 'name' | 'setUp' | 'comes' | 'said' | 'tells'>[]
).map(each => ({
  wire: 'routed' as const,
  ask: { protocol: 'tcp', destination: '10.0.7.3', port: 80 },
  listeners: [{ at: 'S', protocol: 'tcp', address: '0.0.0.0', port: 80 }],
  ...each,
}))
