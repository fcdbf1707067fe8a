import { type Command, ipLines, type World, type WorldLink } from './facet.ts'
import { type LinkChoices, type RandomLinks, randomLinks } from './generate-links.ts'
import type { Random } from './random.ts'

export type RandomWorld = World & { readonly commands: readonly Command[] }

/** The links that the links' own oracle makes, or those below, which routes and forwarding tables get more out of. */
export function randomWorld(random: Random, choices: LinkChoices): RandomWorld {
  const { commands, links } = random.chance(0.5) ? dataPlane(random) : anyLinks(random, choices)
  // Duplicate address detection takes seconds in which a namespace does not hold still.
  const still = random.maybe(0.85, 'echo 0 | tee /proc/sys/net/ipv6/conf/*/accept_dad')
  return { commands: [...still.map(line => ({ tool: 'sh' as const, line })), ...commands], links }
}

function anyLinks(random: Random, choices: LinkChoices): RandomWorld {
  const site = random.int(1, 200)
  const { lines, links } = withoutLoops(randomLinks(random, choices))
  return {
    commands: ipLines(lines),
    links: links.map((link, index) => ({ ...link, master: link.master, ...networks(site, index) })),
  }
}

/** A bridge with two ends of pairs may be a loop, in which the first broadcast packet runs forever. */
function withoutLoops({ lines, links }: RandomLinks): RandomLinks {
  const seen = new Set<string>()
  const free = new Set<string>()
  for (const link of links) {
    if (link.kind !== 'veth' || link.master === undefined) continue
    if (seen.has(link.master)) {
      free.add(`link set dev ${link.name} master ${link.master}`)
      delete link.master
    } else seen.add(link.master)
  }
  return { lines: lines.filter(line => !free.has(line)), links }
}

/** Networks of a link of its own, as `10.7.3` and `2001:db8:73`. */
function networks(site: number, index: number): { v4: string; v6: string } {
  return { v4: `10.${site}.${index + 1}`, v6: `2001:db8:${site.toString(16)}${index + 1}` }
}

/**
 * Links to hang addresses, routes and forwarding entries on: veth pairs inside the namespace, bridges with ports,
 * vxlans of several forms, macvlans and ifbs; most are up.
 */
function dataPlane(random: Random): RandomWorld {
  const links: WorldLink[] = []
  const lines: string[] = []
  const site = random.int(1, 200)
  const add = (name: string, kind: string, line: string, master?: string): void => {
    const up = random.chance(0.88)
    links.push({ name, kind, up, master, ...networks(site, links.length) })
    if (line !== '') lines.push(line)
    if (master !== undefined) lines.push(`link set ${name} master ${master}`)
    if (random.chance(0.2)) lines.push(`link set ${name} addrgenmode random`)
    if (up) lines.push(`link set ${name} up`)
  }

  const bridges = random.list(random.int(0, 2), index => `br${index}`)
  for (const name of bridges) {
    add(name, 'bridge', `link add ${name} type bridge`)
    // Kernels without bridge VLANs refuse.
    if (random.chance(0.5)) lines.push(`link set ${name} type bridge vlan_filtering 1`)
  }
  const master = (): string | undefined =>
    bridges.length > 0 && random.chance(0.5) ? random.pick(bridges) : undefined
  for (const index of random.list(random.int(1, 3), number => number)) {
    add(`veth${index}`, 'veth', `link add veth${index} type veth peer name peer${index}`)
    add(`peer${index}`, 'veth', '', master())
  }
  for (const index of random.list(random.int(0, 2), number => number)) {
    const form = random.pick([
      `id ${random.int(1, 2 ** 24 - 1)} dstport 4789 nolearning`,
      `id ${random.int(1, 2 ** 24 - 1)} dstport ${4790 + index} remote 192.0.2.${index + 1} dev veth0`,
      `id ${random.int(1, 2 ** 24 - 1)} dstport ${4793 + index} group 239.1.1.${index + 1} dev veth0`,
      `dstport ${4796 + index} external vnifilter`,
      `dstport ${4799 + index} external`,
    ])
    add(`vxlan${index}`, 'vxlan', `link add vxlan${index} type vxlan ${form}`, master())
  }
  if (random.chance(0.4)) add('mac0', 'macvlan', 'link add mac0 link veth0 type macvlan mode bridge')
  if (random.chance(0.5)) add('ifb0', 'ifb', 'link add ifb0 type ifb')
  if (random.chance(0.8)) lines.push('link set lo up')
  return { links, commands: ipLines(lines) }
}
