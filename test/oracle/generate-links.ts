import { type Kind, kinds, macAddress, tunOptions } from './generate-kinds.ts'
import { bridgePortOptions } from './generate-masters.ts'
import type { Random } from './random.ts'

/** A link that the lines make, if the kernel takes them. */
export type RandomLink = {
  readonly name: string
  readonly kind: string
  up: boolean
  master?: string
}

export type RandomLinks = {
  /** For `ip -force -batch`: a kernel without a kind, or that refuses a value, says so and the rest goes on. */
  readonly lines: readonly string[]
  readonly links: readonly RandomLink[]
}

export type LinkChoices = {
  /** Name of a namespace that takes the other ends of some pairs, and that some links are moved from. */
  readonly neighbour?: string
  /** Kinds that this kernel has (see `supportedKinds`); without it all that ip knows, most of which are refused. */
  readonly kinds?: ReadonlySet<string>
  /** So many of each kind, in place of some at random. */
  readonly each?: number
}

/**
 * One to nine links of random kinds with random properties, and what else can be set on links: masters, port
 * options, MTUs, addresses, names. The loopback device is changed too.
 */
export function randomLinks(random: Random, choices: LinkChoices = {}): RandomLinks {
  const lines: string[] = []
  const links: RandomLink[] = []
  const names = new Set<string>(['lo'])
  const available = kinds.filter(({ kind }) => choices.kinds?.has(kind) ?? true)
  const chosen =
    choices.each === undefined
      ? random.list(random.int(1, 9), () => random.pick(available))
      : Array.from({ length: choices.each }, () => available).flat()
  for (const kind of chosen) {
    const name = randomName(random, names)
    const others = links.map(link => link.name)
    if (kind.lower && others.length === 0) continue
    lines.push(...makeLink(random, kind, name, others, names, links, choices))
    links.push({ name, kind: kind.kind, up: false })
  }
  lines.push(...random.maybe(0.5, 'link set dev lo up'), ...properties(random, 'lo', names))
  for (const link of links) {
    lines.push(...enslave(random, link, links), ...properties(random, link.name, names))
    if (random.chance(0.7)) {
      link.up = true
      lines.push(`link set dev ${link.name} up`)
    }
  }
  return { lines, links }
}

function makeLink(
  random: Random,
  { kind, lower, options }: Kind,
  name: string,
  others: readonly string[],
  names: Set<string>,
  links: RandomLink[],
  { neighbour }: LinkChoices,
): string[] {
  if (kind === 'tun') return [`tuntap add dev ${name} ${tunOptions(random).join(' ')}`]
  const head = ['link add', ...(lower ? [`link ${random.pick(others)}`] : []), `name ${name}`]
  head.push(
    ...random.maybe(0.2, `index ${random.int(2, 4000)}`),
    ...random.maybe(0.2, `numtxqueues ${random.int(1, 8)}`),
    ...random.maybe(0.2, `numrxqueues ${random.int(1, 8)}`),
    ...random.maybe(0.2, `mtu ${random.int(68, 9000)}`),
    `type ${kind}`,
    ...options(random, name, others),
  )
  const line = head.join(' ')
  if (kind === 'veth') {
    const peer = randomName(random, names)
    if (neighbour !== undefined && random.chance(0.4)) {
      return [`${line} peer name ${peer} netns ${neighbour}`]
    }
    links.push({ name: peer, kind, up: false })
    return [`${line} peer name ${peer}`]
  }
  return [line]
}

const nameCharacters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789']
const oddCharacters = [
  ...'_-.+,;=~!$&()*<>?[]^`{|}@',
  '\u001b',
  '\u0007',
  '\u007f',
  'ä',
  '網',
  '🐳',
  '\u202e',
]

/** At most 15 bytes, any but `/`, `:`, `%`, blanks; quotes, `#` and `\` have a meaning in batch files. */
function randomName(random: Random, taken: Set<string>): string {
  for (;;) {
    const odd = random.chance(0.2)
    let name = random.pick(nameCharacters)
    const length = random.int(1, 14)
    while (Buffer.byteLength(name) < length) {
      name += random.pick(odd && random.chance(0.4) ? oddCharacters : nameCharacters)
    }
    if (Buffer.byteLength(name) > 15 || taken.has(name) || name === 'all' || name === 'default') continue
    taken.add(name)
    return name
  }
}

/** What `ip link set` changes on any link, in an order that the kernel takes. */
function properties(random: Random, name: string, names: Set<string>): string[] {
  const set = (share: number, text: string): string[] => random.maybe(share, `link set dev ${name} ${text}`)
  return [
    ...set(0.3, `mtu ${random.int(60, 70000)}`),
    ...set(0.2, `address ${macAddress(random)}`),
    ...set(0.1, `broadcast ${macAddress(random)}`),
    ...set(0.3, `txqueuelen ${random.pick([0, 1, random.int(2, 100_000)])}`),
    ...set(
      0.2,
      `alias "${random.pick(['uplink', 'to node-2', "it's", 'ä\u001b[31m', 'a\\b', '{json: 1}'])}"`,
    ),
    ...set(0.3, `group ${random.pick([0, 1, random.int(2, 0x7fff_ffff)])}`),
    ...set(0.2, `arp ${random.pick(['on', 'off'])}`),
    ...set(0.2, `multicast ${random.pick(['on', 'off'])}`),
    ...set(0.2, `promisc ${random.pick(['on', 'off'])}`),
    ...set(0.2, `allmulticast ${random.pick(['on', 'off'])}`),
    ...set(0.1, `dynamic ${random.pick(['on', 'off'])}`),
    ...set(0.1, `trailers off`),
    ...set(0.2, `mode ${random.pick(['dormant', 'default'])}`),
    ...set(0.1, `state ${random.pick(['dormant', 'testing', 'up', 'down', 'notpresent'])}`),
    ...set(0.15, 'protodown on'),
    // iproute2 6.1 prints only the lowest eight reasons.
    ...set(0.15, `protodown_reason ${random.int(0, 7)} on`),
    ...set(0.3, `addrgenmode ${random.pick(['eui64', 'none', 'random', 'stable_secret'])}`),
    ...set(0.2, `gso_max_size ${random.int(2000, 65_536)}`),
    ...set(0.2, `gso_max_segs ${random.int(1, 65_535)}`),
    ...set(0.2, `gro_max_size ${random.int(2000, 65_536)}`),
    ...set(0.1, 'carrier off'),
    ...random.list(random.pick([0, 0, 0, 1, 2]), () => {
      return `link property add dev ${name} altname ${randomName(random, names)}${random.pick(['', '-long-alternative-name'])}`
    }),
  ]
}

function enslave(random: Random, link: RandomLink, links: readonly RandomLink[]): string[] {
  const masters = links.filter(
    ({ kind, name }) => ['bridge', 'bond', 'vrf'].includes(kind) && name !== link.name,
  )
  if (masters.length === 0 || !random.chance(0.6)) return []
  const master = random.pick(masters)
  link.master = master.name
  const lines = [`link set dev ${link.name} master ${master.name}`]
  if (master.kind === 'bond') {
    lines.push(
      ...random.maybe(0.3, `link set dev ${link.name} type bond_slave queue_id ${random.int(0, 15)}`),
      ...random.maybe(0.3, `link set dev ${link.name} type bond_slave prio ${random.int(-9, 9)}`),
      ...random.maybe(0.3, `link set dev ${master.name} type bond primary ${link.name}`),
    )
  }
  if (master.kind !== 'bridge') return lines
  // One option a line: a value that this kernel refuses must not take the others with it.
  const ports = links.filter(other => other.master === master.name && other !== link).map(({ name }) => name)
  for (const option of bridgePortOptions(random, ports)) {
    lines.push(`link set dev ${link.name} type bridge_slave ${option}`)
  }
  return lines
}
