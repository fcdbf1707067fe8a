import { type Command, ipLines, type World, type WorldLink } from './facet.ts'
import type { Random } from './random.ts'

/** The link's own networks first, so that routes have gateways; then whatever an address can carry. */
export function randomAddresses(world: World, random: Random): Command[] {
  const lines: string[] = []
  // Privacy addresses appear beside those with `mngtmpaddr`.
  const privacy = world.links.flatMap(({ name }) =>
    random.maybe(0.2, `echo 2 > '/proc/sys/net/ipv6/conf/${name}/use_tempaddr'`),
  )
  for (const link of world.links) {
    if (random.chance(0.85)) lines.push(`addr add ${link.v4}.1/24 brd + dev ${link.name}`)
    if (random.chance(0.8)) lines.push(`addr add ${link.v6}::1/64 nodad dev ${link.name}`)
    lines.push(...random.list(random.int(0, 3), () => ipv4Line(link, random)))
    lines.push(...random.list(random.int(0, 3), () => ipv6Line(link, random)))
    lines.push(...random.maybe(0.1, `addr add 239.9.9.${random.int(1, 250)}/32 dev ${link.name} autojoin`))
  }
  return [...privacy.map(line => ({ tool: 'sh' as const, line })), ...ipLines(lines)]
}

function ipv4Line(link: WorldLink, random: Random): string {
  const local = `${random.pick([link.v4, `172.${random.int(16, 31)}.${random.int(0, 255)}`])}.${random.int(2, 254)}`
  const length = random.pick([8, 16, 20, 24, 24, 30, 31, 32])
  const address = random.chance(0.2)
    ? `${local} peer 192.168.${random.int(0, 255)}.${random.int(1, 254)}/${random.pick([24, 32])}`
    : `${local}/${length}`
  return [
    `addr add ${address} dev ${link.name}`,
    ...random.maybe(0.4, `broadcast ${random.pick(['+', '-', '10.255.255.255'])}`),
    ...random.maybe(0.4, `scope ${random.pick(['global', 'link', 'host', 'site'])}`),
    ...random.maybe(0.3, `label ${link.name}:${random.pick(['1', 'vip', 'web-a'])}`),
    ...random.maybe(0.2, 'noprefixroute'),
    ...random.maybe(0.2, `metric ${random.int(0, 5000)}`),
    ...lifetimes(random),
  ].join(' ')
}

function ipv6Line(link: WorldLink, random: Random): string {
  const host = random.pick(['::2', '::ffff:0:1', '::1:0:0:3', '::a00:1', '::1:2:3:4'])
  const local = random.pick([
    `${link.v6}${host}`,
    `fd00:${random.int(1, 9)}${host}`,
    `fe80::${random.int(1, 9999)}`,
    `::ffff:10.9.0.${random.int(1, 250)}`,
    `::10.9.1.${random.int(1, 250)}`,
    `2002:0:0:1::${random.int(1, 9)}:0:0`,
  ])
  const address = random.chance(0.15)
    ? `${local} peer fd99::${random.int(1, 9999)}/${random.pick([64, 128])}`
    : `${local}/${random.pick([10, 48, 64, 64, 96, 112, 127, 128])}`
  return [
    `addr add ${address} dev ${link.name}`,
    ...random.maybe(0.8, 'nodad'),
    ...random.maybe(0.15, 'home'),
    ...random.maybe(address.endsWith('/64') ? 0.2 : 0, 'mngtmpaddr'),
    ...random.maybe(0.1, 'optimistic'),
    ...random.maybe(0.2, 'noprefixroute'),
    ...random.maybe(0.2, `metric ${random.int(0, 5000)}`),
    ...lifetimes(random),
  ].join(' ')
}

function lifetimes(random: Random): string[] {
  if (random.chance(0.6)) return []
  const valid = random.pick(['forever', '600', '86400', '4294967294'])
  const preferred = random.pick(['forever', '0', '300', '599'])
  return [
    `valid_lft ${valid} preferred_lft ${valid === 'forever' || preferred !== 'forever' ? preferred : '300'}`,
  ]
}
