import type { Family } from 'node-iptables'
import type { Random } from '../random.ts'
import type { Generator } from './generator.ts'
import { matches } from './matches.ts'
import { targets } from './targets.ts'
import { interfaceName, network, not } from './words.ts'

/** Base chains of iptables' tables, in hook order. */
export const baseChains: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}

/** Chains that only later chains jump to, so that no loop can be made. */
const userChains = ['DOCKER', 'DOCKER-USER', 'a', 'z_.9', 'chain-of-twenty-eight-chars-']

export type Ruleset = {
  readonly table: string
  readonly chains: readonly string[]
  readonly rules: readonly string[]
}

/** What a generator may make and is not known to fail here. */
export type Usable = { readonly matches: readonly Generator[]; readonly targets: readonly Generator[] }

/** A random table in the words of a user, as iptables-restore -c takes them. */
export function randomRuleset(
  random: Random,
  family: Family,
  usable: Usable,
  rules: number,
  table = random.pick(Object.keys(baseChains)),
): Ruleset {
  const policy = () => (table === 'nat' ? 'ACCEPT' : random.pick(['ACCEPT', 'ACCEPT', 'DROP']))
  const counter = () => `[${random.pick([0, random.int(0, 999_999), 2 ** 53])}:${random.int(0, 999_999_999)}]`
  return {
    table,
    chains: [
      ...baseChains[table]!.map(name => `:${name} ${policy()} ${counter()}`),
      ...userChains.map(name => `:${name} - [0:0]`),
    ],
    rules: random.list(rules, () => `${counter()} ${randomRule(random, family, table, usable)}`),
  }
}

export function rulesetText({ table, chains, rules }: Ruleset): string {
  return `${[`*${table}`, ...chains, ...rules, 'COMMIT'].join('\n')}\n`
}

/** A rule that holds just one match or target, in a place where it may stand; undefined when there is none. */
export function loneRule(
  random: Random,
  family: Family,
  kind: keyof Usable,
  generator: Generator,
): Ruleset | undefined {
  const table = (generator.tables ?? ['mangle'])[0]!
  const chain = baseChains[table]!.find(name => generator.chains?.includes(name) ?? true)
  if (!chain || (generator.family && generator.family !== family)) return undefined
  const protocol = generator.protocol === undefined ? '' : ` -p ${generator.protocol}`
  const flag = `${generator.needs ?? ''} ${kind === 'matches' ? '-m' : '-j'}`
  const rule = `[0:0] -A ${chain}${protocol} ${flag} ${generator.name} ${generator.make(random, family)}`
  return { table, chains: baseChains[table]!.map(name => `:${name} ACCEPT [0:0]`), rules: [rule] }
}

function randomRule(random: Random, family: Family, table: string, usable: Usable): string {
  const isUser = random.chance(0.4)
  const chain = isUser ? random.pick(userChains) : random.pick(baseChains[table]!)
  // A user chain is checked by the hooks that reach it: what is bound to a hook stays out of it.
  const fits = (generator: Generator) =>
    (generator.family ?? family) === family &&
    (generator.tables?.includes(table) ?? true) &&
    (isUser ? generator.chains === undefined : (generator.chains?.includes(chain) ?? true))
  const target = random.chance(0.6) ? pickTarget(random, usable.targets.filter(fits)) : undefined
  let protocol = target?.protocol
  const chosen: string[] = []
  for (let i = random.int(0, 3); i > 0; i--) {
    const match = random.pick(usable.matches.filter(fits))
    if (match.protocol !== undefined && (protocol ?? match.protocol) !== match.protocol) continue
    protocol = match.protocol ?? protocol
    chosen.push(`-m ${match.name} ${match.make(random, family)}`)
  }
  // 58 is given to IPv4 too: any number may stand there.
  const any = random.pick(['', '', '-p tcp', '! -p udp', '-p 47', '-p 253', '-p icmp', '-p 58'])
  return [
    `-A ${chain}`,
    header(random, family, chain),
    protocol === undefined ? (chosen.length === 0 ? any : '') : `-p ${protocol}`,
    ...chosen,
    target?.needs ?? '',
    target ? `-j ${target.name} ${target.make(random, family)}` : verdict(random, table, chain),
  ].join(' ')
}

function pickTarget(random: Random, fitting: readonly Generator[]): Generator | undefined {
  return fitting.length === 0 ? undefined : random.pick(fitting)
}

function header(random: Random, family: Family, chain: string): string {
  const mayComeIn = chain !== 'OUTPUT' && chain !== 'POSTROUTING'
  const mayGoOut = chain !== 'INPUT' && chain !== 'PREROUTING'
  return [
    ...random.maybe(0.3, `${not(random)}-s ${network(random, family)}`),
    ...random.maybe(0.3, `${not(random)}-d ${network(random, family)}`),
    ...(mayComeIn ? random.maybe(0.3, `${not(random)}-i ${interfaceName(random)}`) : []),
    ...(mayGoOut ? random.maybe(0.3, `${not(random)}-o ${interfaceName(random)}`) : []),
    ...(family === 'ip' ? random.maybe(0.1, `${not(random)}-f`) : []),
  ].join(' ')
}

function verdict(random: Random, table: string, chain: string): string {
  const later = userChains.slice(userChains.indexOf(chain) + 1)
  const jump = later.length === 0 ? '' : `${random.pick(['-j', '-g'])} ${random.pick(later)}`
  return random.pick(['-j ACCEPT', table === 'nat' ? '' : '-j DROP', '-j RETURN', '-j QUEUE', '', jump, jump])
}

export const everything: Usable = { matches, targets }
