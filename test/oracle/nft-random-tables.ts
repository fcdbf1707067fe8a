import type { Family } from 'node-iptables'
import { matches, randomAddress, targets, type Words } from './nft-random-words.ts'
import type { Random } from './random.ts'

/** Chains of each of iptables' tables. */
const chainsOf: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}
const userChains = ['DOCKER', 'DOCKER-USER', 'alpha', 'zeta']
const protocols = ['tcp', 'udp', 'sctp', 'icmp', 'ipv6-icmp', 'gre', '47', '200', 'all']

/** True when this kernel and this iptables take the words. */
export type Supports = (words: Words, family: Family) => boolean

/** What `iptables-restore --counters` reads: some of the five tables with random rules. */
export function randomTables(random: Random, family: Family, supports: Supports): string {
  const names = Object.keys(chainsOf).filter(() => random.chance(0.6))
  return (names.length > 0 ? names : ['filter'])
    .map(name => randomTable(random, family, name, supports))
    .join('')
}

function randomTable(random: Random, family: Family, table: string, supports: Supports): string {
  const lines = [`*${table}`]
  for (const chain of chainsOf[table]!) {
    const policy = table === 'nat' || random.chance(0.7) ? 'ACCEPT' : 'DROP'
    lines.push(`:${chain} ${policy} [${random.int(0, 9)}:${random.int(0, 999)}]`)
  }
  for (const chain of userChains) lines.push(`:${chain} - [0:0]`)
  const count = random.int(1, 12)
  for (let index = 0; index < count; index++) {
    const chain = random.pick(chainsOf[table]!)
    lines.push(randomRule(random, family, table, chain, supports))
  }
  // Only forward, so that there is no loop.
  for (const [index, chain] of userChains.entries()) {
    const later = userChains.slice(index + 1)
    if (later.length > 0) lines.push(`[1:2] -A ${chain} -${random.pick(['j', 'g'])} ${random.pick(later)}`)
    lines.push(`[0:0] -A ${chain} -s ${randomAddress(random, family)}`)
  }
  return `${[...lines, 'COMMIT'].join('\n')}\n`
}

function randomRule(
  random: Random,
  family: Family,
  table: string,
  chain: string,
  supports: Supports,
): string {
  const protocol = random.chance(0.7) ? random.pick(protocols) : undefined
  const fits = (words: Words) =>
    (words.family === undefined || words.family === family) &&
    (words.protocols === undefined || words.protocols.includes(protocol ?? '')) &&
    (words.tables === undefined || words.tables.includes(table)) &&
    (words.chains === undefined || words.chains.includes(chain)) &&
    supports(words, family)
  const words = [`[${random.int(0, 1e6)}:${random.int(0, 1e9)}]`, '-A', chain]
  words.push(...headerWords(random, family, chain, protocol))
  const usable = matches.filter(fits)
  const chosen = new Set(random.list(random.int(0, 3), () => random.pick(usable)))
  const names = new Set<string>()
  for (const match of chosen) {
    if (names.has(match.name)) continue
    names.add(match.name)
    words.push('-m', match.name, match.words(random, family))
  }
  if (random.chance(0.15)) words.push(`-${random.pick(['j', 'g'])}`, random.pick(userChains))
  else if (random.chance(0.9)) {
    const target = random.pick(targets.filter(fits))
    words.push('-j', target.name, target.words(random, family))
  }
  return words.join(' ')
}

function headerWords(random: Random, family: Family, chain: string, protocol: string | undefined): string[] {
  const not = () => random.maybe(0.25, '!')
  const words: string[] = []
  for (const option of ['-s', '-d']) {
    if (random.chance(0.5)) words.push(...not(), option, randomAddress(random, family) + mask(random, family))
  }
  const name = () => random.pick(['eth0', 'docker0', 'br-+', 'veth12345678901', 'lo', '+'])
  if (!['OUTPUT', 'POSTROUTING'].includes(chain) && random.chance(0.3)) words.push(...not(), '-i', name())
  if (!['INPUT', 'PREROUTING'].includes(chain) && random.chance(0.3)) words.push(...not(), '-o', name())
  if (protocol !== undefined) {
    // What needs the protocol does not take its negation.
    const invert = ['gre', '47', '200'].includes(protocol) && random.chance(0.3)
    words.push(...(invert ? ['!'] : []), '-p', protocol)
  }
  if (family === 'ip' && random.chance(0.1)) words.push(...not(), '-f')
  return words
}

function mask(random: Random, family: Family): string {
  if (random.chance(0.2)) return ''
  if (random.chance(0.1)) return family === 'ip' ? '/255.0.255.0' : '/ffff::ffff'
  return `/${random.int(1, family === 'ip' ? 32 : 128)}`
}
