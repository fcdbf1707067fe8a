import type { Random } from '../random.ts'

/** Values that packets of the test have too, so that tests hit. */
export const ports = [53, 80, 443, 1000, 1001, 1002, 8080]
const inDevices = ['in0', 'lo', 'in+', 'out1']
const outDevices = ['out0', 'out1', 'out2', 'in0', 'lo', 'out+']

type Maker = (r: Random, chain: string) => string

export type RandomMatch = {
  /** Which it needs. */
  readonly protocol?: string
  readonly make: Maker
  readonly chains?: readonly string[]
}

export type RandomTarget = {
  /** It needs ports. */
  readonly protocol?: boolean
  readonly out?: string
  readonly make: Maker
  readonly chains?: readonly string[]
}

/** What the rules of one family talk about; `targets` by table. */
export type RuleWords = {
  readonly protocols: readonly string[]
  readonly addresses: readonly string[]
  readonly networks: readonly string[]
  readonly matches: readonly RandomMatch[]
  readonly targets: Readonly<Record<string, readonly RandomTarget[]>>
  /** There is an option for them. */
  readonly hasFragments: boolean
}

const baseChains: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}
const userChains = ['A', 'B', 'C']

/** A random table as iptables-restore takes it. */
export function randomTable(random: Random, table: string, words: RuleWords): string {
  const policy = () => (table === 'nat' || random.chance(0.92) ? 'ACCEPT' : 'DROP')
  const chains = baseChains[table]!
  const rules = chains.flatMap(chain =>
    random.list(random.int(0, 5), () => randomRule(random, table, chain, words)),
  )
  const nested = userChains.flatMap(chain =>
    random.list(random.int(0, 4), () => randomRule(random, table, chain, words)),
  )
  return [
    `*${table}`,
    ...chains.map(name => `:${name} ${policy()} [0:0]`),
    ...userChains.map(name => `:${name} - [0:0]`),
    ...rules,
    ...nested,
    'COMMIT',
    '',
  ].join('\n')
}

export function emptyTable(table: string): string {
  return [`*${table}`, ...baseChains[table]!.map(name => `:${name} ACCEPT [0:0]`), 'COMMIT', ''].join('\n')
}

function randomRule(random: Random, table: string, chain: string, words: RuleWords): string {
  const { matches, targets, protocols } = words
  const isUser = userChains.includes(chain)
  const later = userChains.slice(userChains.indexOf(chain) + 1)
  const fits = ({ chains }: { readonly chains?: readonly string[] }) =>
    !chains || (!isUser && chains.includes(chain))
  const target = random.pick(targets[table]!.filter(fits))
  let wanted: string | undefined = target.protocol ? random.pick(['tcp', 'udp']) : undefined
  const chosen: string[] = []
  for (let i = random.pick([0, 0, 1, 1, 2]); i > 0; i--) {
    const match = random.pick(matches.filter(fits))
    if (match.protocol !== undefined && wanted !== undefined && match.protocol !== wanted) continue
    wanted = match.protocol ?? wanted
    chosen.push(match.make(random, chain))
  }
  const jump =
    later.length > 0 && random.chance(0.35)
      ? `${random.pick(['-j', '-j', '-g'])} ${random.pick(later)}`
      : undefined
  const nothing = random.chance(0.05) ? '' : undefined
  return [
    `-A ${chain}`,
    ...header(random, chain, { isUser, out: jump === undefined ? target.out : undefined, words }),
    wanted !== undefined
      ? `-p ${wanted}`
      : random.chance(0.15)
        ? `${not(random)}-p ${random.pick(protocols)}`
        : '',
    ...chosen,
    jump ?? nothing ?? `-j ${target.make(random, chain)}`,
  ].join(' ')
}

const not = (random: Random): string => (random.chance(0.2) ? '! ' : '')

function header(
  random: Random,
  chain: string,
  {
    isUser,
    out,
    words: { addresses, networks, hasFragments },
  }: { readonly isUser: boolean; readonly out: string | undefined; readonly words: RuleWords },
): string[] {
  const mayComeIn = !isUser && chain !== 'OUTPUT' && chain !== 'POSTROUTING'
  const mayGoOut = !isUser && chain !== 'INPUT' && chain !== 'PREROUTING'
  return [
    ...random.maybe(0.2, `${not(random)}-s ${random.pick([...addresses, ...networks])}`),
    ...random.maybe(0.25, `${not(random)}-d ${random.pick([...addresses, ...networks])}`),
    ...(mayComeIn ? random.maybe(0.2, `${not(random)}-i ${random.pick(inDevices)}`) : []),
    ...(out !== undefined
      ? [out]
      : mayGoOut
        ? random.maybe(0.2, `${not(random)}-o ${random.pick(outDevices)}`)
        : []),
    ...(hasFragments ? random.maybe(0.04, `${not(random)}-f`) : []),
  ]
}
