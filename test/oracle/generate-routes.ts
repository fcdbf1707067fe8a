import { type Command, ipLines, type World, type WorldLink } from './facet.ts'
import type { Random } from './random.ts'

/** Types that lead nowhere, so they take no device. */
const denials = ['unreachable', 'blackhole', 'prohibit', 'throw']

export function randomRoutes(world: World, random: Random): Command[] {
  const links = world.links.filter(link => link.up)
  if (links.length === 0) return []
  const ids = random.list(random.int(0, 2), index => index + 1)
  return [
    ...ipLines(ids.flatMap(id => nexthopLines(id, random.pick(links)))),
    ...ipLines(random.list(random.int(2, 14), () => ipv4Line(links, ids, random))),
    ...ipLines(
      random.list(random.int(2, 12), () => ipv6Line(links, ids, random)),
      'ip -6',
    ),
    // Routes over a device that lost its carrier stay, and say so.
    ...ipLines(random.maybe(0.2, `link set dev ${random.pick(links).name} carrier off`)),
    ...ipLines(random.maybe(0.2, 'link set dev peer0 down')),
  ]
}

/** Nexthop objects: one of each family, and a group. */
function nexthopLines(id: number, link: WorldLink): string[] {
  return [
    `nexthop add id ${id} via ${link.v4}.${id + 9} dev ${link.name}`,
    `nexthop add id ${id + 100} via ${link.v6}::${id + 9} dev ${link.name}`,
    `nexthop add id ${id + 200} group ${id}`,
  ]
}

function ipv4Line(links: readonly WorldLink[], ids: readonly number[], random: Random): string {
  const destination = random.pick([
    'default',
    `10.${random.int(0, 255)}.0.0/16`,
    `198.51.100.${random.int(0, 255)}`,
    `203.0.113.${random.int(0, 7) * 32}/27`,
    `0.0.0.0/1`,
  ])
  const link = random.pick(links)
  const type = random.chance(0.6) ? '' : random.pick([...denials, 'local', 'broadcast', 'multicast'])
  const head = `route append ${type} ${type === 'multicast' ? `239.1.${random.int(0, 9)}.0/24` : destination}`
  return [
    head,
    ...common(random),
    ...random.maybe(type === '' ? 0.15 : 0, `tos ${random.pick(['0x10', '0x08', '0x04', '0x18'])}`),
    ...random.maybe(denials.includes(type) ? 0 : 0.3, `src ${link.v4}.1`),
    ...ipv4Way(type, destination === 'default', link, links, ids, random),
  ].join(' ')
}

function ipv4Way(
  type: string,
  isDefault: boolean,
  link: WorldLink,
  links: readonly WorldLink[],
  ids: readonly number[],
  random: Random,
): string[] {
  if (denials.includes(type)) return []
  if (type !== '') return [`dev ${link.name}`, ...random.maybe(0.3, 'scope host')]
  if (ids.length > 0 && random.chance(0.2)) return [`nhid ${random.pick(ids) + random.pick([0, 200])}`]
  // `ip` takes the family of a default route from its gateway.
  const gateway = (next: WorldLink): string =>
    !isDefault && random.chance(0.2) ? `inet6 fe80::${random.int(1, 99)}` : `${next.v4}.${random.int(2, 200)}`
  if (random.chance(0.25)) {
    return random.list(random.int(2, 4), () => {
      const next = random.pick(links)
      return [
        `nexthop via ${gateway(next)} dev ${next.name}`,
        ...random.maybe(0.6, `weight ${random.int(1, 256)}`),
        ...random.maybe(0.3, 'onlink'),
        ...random.maybe(0.2, `realms ${random.int(1, 9)}/${random.int(1, 99)}`),
      ].join(' ')
    })
  }
  if (random.chance(0.3)) return [`dev ${link.name}`, `scope ${random.pick(['link', 'site', 'host', '42'])}`]
  return [`via ${gateway(link)}`, `dev ${link.name}`, ...random.maybe(0.3, 'onlink')]
}

/** What a route of any kind can carry. */
function common(random: Random): string[] {
  return [
    ...random.maybe(0.3, `table ${random.pick(['local', 'default', '5', '1000', '4294967295'])}`),
    ...random.maybe(0.3, `metric ${random.int(0, 2000)}`),
    ...random.maybe(0.4, `proto ${random.pick(['static', 'dhcp', 'bird', 'bgp', 'zebra', '77', 'kernel'])}`),
    ...random.maybe(0.1, `realm ${random.pick(['7', '3/9'])}`),
    ...metrics(random),
  ]
}

function metrics(random: Random): string[] {
  if (random.chance(0.6)) return []
  return [
    ...random.maybe(0.5, `mtu ${random.pick(['', 'lock '])}${random.int(1280, 9000)}`),
    ...random.maybe(0.2, `advmss ${random.int(500, 1460)}`),
    ...random.maybe(0.2, `window ${random.int(1000, 65535)}`),
    ...random.maybe(0.2, `rtt ${random.pick(['100ms', '2s', '17'])}`),
    ...random.maybe(0.2, `rttvar ${random.pick(['50ms', '9'])}`),
    ...random.maybe(0.2, `ssthresh ${random.int(1, 99)}`),
    ...random.maybe(0.2, `cwnd lock ${random.int(1, 99)}`),
    ...random.maybe(0.2, `initcwnd ${random.int(1, 99)}`),
    ...random.maybe(0.2, `initrwnd ${random.int(1, 99)}`),
    ...random.maybe(0.2, `reordering ${random.int(1, 99)}`),
    ...random.maybe(0.2, `hoplimit ${random.int(1, 255)}`),
    ...random.maybe(0.2, `rto_min ${random.pick(['200ms', '3s'])}`),
    ...random.maybe(0.2, 'features ecn'),
    ...random.maybe(0.2, `quickack ${random.int(0, 1)}`),
    ...random.maybe(0.2, `fastopen_no_cookie ${random.int(0, 1)}`),
    ...random.maybe(0.2, `congctl ${random.pick(['', 'lock '])}${random.pick(['cubic', 'reno'])}`),
  ]
}

function ipv6Line(links: readonly WorldLink[], ids: readonly number[], random: Random): string {
  const destination = random.pick([
    'default',
    `2001:db8:${random.int(1000, 9999)}::/48`,
    `fd00:${random.int(1, 9999)}::${random.int(1, 99)}`,
    '64:ff9b::/96',
    `::ffff:10.${random.int(0, 9)}.0.0/112`,
  ])
  const type = random.chance(0.6) ? '' : random.pick([...denials, 'local', 'anycast', 'multicast'])
  const head = `route append ${type} ${type === 'multicast' ? 'ff05::/16' : destination}`
  return [
    head,
    ...random.maybe(0.1, `from 2001:db8:${random.int(1, 9)}::/48`),
    ...common(random),
    ...random.maybe(0.3, `pref ${random.pick(['low', 'medium', 'high'])}`),
    ...random.maybe(0.2, `expires ${random.int(100, 9999)}`),
    ...ipv6Way(type, links, ids, random),
  ].join(' ')
}

function ipv6Way(
  type: string,
  links: readonly WorldLink[],
  ids: readonly number[],
  random: Random,
): string[] {
  const link = random.pick(links)
  if (denials.includes(type)) return []
  if (type !== '') return [`dev ${link.name}`]
  if (ids.length > 0 && random.chance(0.2)) return [`nhid ${random.pick(ids) + 100}`]
  if (random.chance(0.25)) {
    return random.list(random.int(2, 4), () => {
      const next = random.pick(links)
      const tunnel = random.maybe(0.1, `encap seg6 mode encap segs 2001:db8::${random.int(1, 99)}`)
      return [
        'nexthop',
        ...tunnel,
        `via ${ipv6Gateway(next, random)} dev ${next.name} weight ${random.int(1, 256)}`,
      ].join(' ')
    })
  }
  if (random.chance(0.1))
    return [`encap seg6 mode encap segs 2001:db8::${random.int(1, 99)} dev ${link.name}`]
  if (random.chance(0.3)) return [`dev ${link.name}`]
  return [`via ${ipv6Gateway(link, random)}`, `dev ${link.name}`, ...random.maybe(0.3, 'onlink')]
}

function ipv6Gateway(link: WorldLink, random: Random): string {
  return random.pick([`${link.v6}::${random.int(2, 99)}`, `fe80::${random.int(2, 99)}`])
}
