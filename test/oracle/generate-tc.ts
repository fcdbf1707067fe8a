import type { Random } from './random.ts'

/** Lines of a shell that set random traffic control up on devices; the kernel may refuse some. */
export function randomTc(devices: readonly string[], random: Random): string[] {
  return devices.flatMap(dev => {
    const root = random.maybe(
      0.7,
      `tc qdisc add dev ${dev} root ${random.chance(0.5) ? `handle ${hex(random)}: ` : ''}${rootQdisc(random)}`,
    )
    const place = random.pick([
      '',
      'ingress',
      'clsact',
      'clsact',
      `ingress_block ${random.int(1, 90)} ingress`,
    ])
    if (place === '') return root
    const sides = place === 'clsact' ? ['ingress', 'egress'] : ['ingress']
    const filters = place.startsWith('ingress_block')
      ? random.list(
          random.int(0, 2),
          () => `tc filter add block ${place.split(' ')[1]} ${filter(devices, random)}`,
        )
      : random.list(
          random.int(0, 4),
          () => `tc filter add dev ${dev} ${random.pick(sides)} ${filter(devices, random)}`,
        )
    return [...root, `tc qdisc add dev ${dev} ${place}`, ...filters]
  })
}

const hex = (random: Random) => random.int(1, 0xfff0).toString(16)

function rootQdisc(random: Random): string {
  return random.pick([
    `pfifo limit ${random.int(0, 2 ** 32 - 1)}`,
    'bfifo',
    `bfifo limit ${random.int(0, 2 ** 32 - 1)}`,
    `pfifo_head_drop limit ${random.int(1, 5000)}`,
    'pfifo_fast',
    'noqueue',
    'mq',
    tbf(random),
    tbf(random),
    `htb default ${random.int(0, 99)} r2q ${random.int(1, 99)}`,
    'fq_codel',
    'netem loss 10%',
  ])
}

/** Rates up to those that need 64 bits. */
function tbf(random: Random): string {
  const rate = random.pick([8, 1000, 1_000_000, 999_999_999, 40_000_000_000]) * random.int(1, 9)
  const room = random.pick([`limit ${random.int(1, 10_000_000)}`, `latency ${random.int(1, 900)}ms`])
  return `tbf rate ${rate}bit burst ${random.int(60, 500_000)} ${room}`
}

function filter(devices: readonly string[], random: Random): string {
  const protocol = random.pick(['all', 'ip', 'ipv6', 'arp', '802.1Q', '0x9abc'])
  const words = [
    `protocol ${protocol}`,
    ...random.maybe(0.7, `pref ${random.int(1, 65_535)}`),
    ...random.maybe(0.3, `chain ${random.int(0, 2 ** 31)}`),
  ]
  return `${words.join(' ')} u32 match u32 0 0 action mirred egress redirect dev ${random.pick(devices)}`
}
