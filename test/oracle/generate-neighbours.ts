import { bridgeLines, type Command, ipLines, type World, type WorldLink } from './facet.ts'
import type { Random } from './random.ts'

export function randomNeighbours(world: World, random: Random): Command[] {
  const lines: string[] = []
  for (const link of world.links) {
    lines.push(...random.list(random.int(0, 3), () => neighbourLine(link, random)))
    if (random.chance(0.3)) lines.push(`neigh add proxy ${link.v4}.${random.int(2, 250)} dev ${link.name}`)
    if (random.chance(0.3)) {
      const owner = random.pick(['', ' protocol bgp', ' protocol 77'])
      lines.push(`neigh add proxy ${link.v6}::${random.int(2, 250)} dev ${link.name}${owner}`)
    }
  }
  return ipLines(lines)
}

function neighbourLine(link: WorldLink, random: Random): string {
  const to = random.pick([
    `${link.v4}.${random.int(2, 250)}`,
    `${link.v6}::${random.int(2, 250).toString(16)}`,
    `fe80::${random.int(2, 250).toString(16)}`,
  ])
  const state = random.pick([
    'permanent',
    'permanent',
    'stale',
    'reachable',
    'noarp',
    'none',
    'failed',
    'delay',
    'probe',
    'incomplete',
  ])
  const unresolved = ['none', 'failed', 'incomplete'].includes(state)
  return [
    `neigh replace ${to} dev ${link.name} nud ${state}`,
    ...random.maybe(unresolved ? 0.5 : 1, `lladdr ${mac(random)}`),
    ...random.maybe(0.2, 'router'),
    ...random.maybe(0.2, 'extern_learn'),
    ...random.maybe(0.1, 'managed'),
    ...random.maybe(0.2, `protocol ${random.pick(['static', 'zebra', '77'])}`),
  ].join(' ')
}

/** VLANs of bridges and their ports: single ones and ranges, also of devices that take none. */
export function randomVlans(world: World, random: Random): Command[] {
  const lines: string[] = []
  for (const link of world.links) {
    if (link.kind !== 'bridge' && link.master === undefined) continue
    const owner = link.kind === 'bridge' ? ' self' : ''
    if (random.chance(0.3)) lines.push(`vlan del dev ${link.name} vid 1${owner}`)
    lines.push(...random.list(random.int(0, 4), () => `${vlanLine(link, random)}${owner}`))
    if (random.chance(0.2)) lines.push(`vlan del dev ${link.name} vid ${random.int(2, 60)}${owner}`)
  }
  return bridgeLines(lines)
}

function vlanLine(link: WorldLink, random: Random): string {
  const first = random.pick([random.int(1, 60), random.int(1, 4094)])
  const last = random.chance(0.4) ? Math.min(4094, first + random.int(1, 30)) : first
  return [
    `vlan add dev ${link.name} vid ${last === first ? first : `${first}-${last}`}`,
    ...random.maybe(last === first ? 0.4 : 0.05, 'pvid'),
    ...random.maybe(0.4, 'untagged'),
  ].join(' ')
}

export function randomFdb(world: World, random: Random): Command[] {
  const lines: string[] = []
  for (const link of world.links) {
    if (link.master !== undefined && random.chance(0.4)) {
      lines.push(`vlan add dev ${link.name} vid ${random.int(2, 20)}`)
    }
    lines.push(...random.list(random.int(0, 3), () => fdbLine(world, link, random)))
  }
  return bridgeLines(lines)
}

function fdbLine(world: World, link: WorldLink, random: Random): string {
  const head = `fdb append ${mac(random)} dev ${link.name}`
  if (link.kind === 'vxlan' && random.chance(0.7)) {
    return [
      head.replace(/append \S+/, entry => (random.chance(0.3) ? 'append 00:00:00:00:00:00' : entry)),
      `self dst ${random.pick([`192.0.2.${random.int(1, 250)}`, `2001:db8::${random.int(1, 99)}`])}`,
      ...random.maybe(0.3, `port ${random.int(1, 65_535)}`),
      ...random.maybe(0.3, `vni ${random.int(1, 2 ** 24 - 1)}`),
      ...random.maybe(0.3, `src_vni ${random.int(1, 2 ** 24 - 1)}`),
      ...random.maybe(0.3, `via ${random.pick(world.links).name}`),
      ...random.maybe(0.5, random.pick(['permanent', 'static', 'dynamic'])),
      ...random.maybe(0.2, 'extern_learn'),
      ...random.maybe(0.2, 'router'),
    ].join(' ')
  }
  // A device without a forwarding table of its own keeps only permanent entries, in its address filter.
  if (link.master === undefined && link.kind !== 'bridge') return `${head} self permanent`
  return [
    head.replace('append', 'replace'),
    ...random.maybe(0.8, link.kind === 'bridge' ? 'self' : 'master'),
    ...random.maybe(0.7, random.pick(['permanent', 'static', 'dynamic'])),
    ...random.maybe(0.3, `vlan ${random.int(1, 20)}`),
    ...random.maybe(0.2, 'sticky'),
    ...random.maybe(0.2, 'extern_learn'),
  ].join(' ')
}

/** A unicast address that somebody administers. */
function mac(random: Random): string {
  return ['02', ...random.list(5, () => random.int(0, 255).toString(16).padStart(2, '0'))].join(':')
}
