import { NetlinkError } from 'netlink-codec'
import { type Family, printTable } from 'node-iptables'
import { type KernelFeatures, kernelFeatures } from '../../src/collectors/kernel/features.ts'
import { readProcFile } from '../../src/collectors/kernel/proc-file.ts'
import type { NetfilterTable } from '../../src/snapshot/index.ts'
import { readNetfilterOf } from '../support/netfilter.ts'
import type { TestNetns } from '../support/netns.ts'
import type { Command, Facet, OracleHost, RestoreTool } from './facet.ts'
import { createSet, restoreWith } from './iptables/legacy-host.ts'
import {
  baseChains,
  everything,
  loneRule,
  randomRuleset,
  rulesetText,
  type Usable,
} from './iptables/ruleset.ts'
import { probeUsable } from './iptables/usable.ts'
import { unmadeRules } from './known-differences.ts'
import type { Random } from './random.ts'

type Backend = NetfilterTable['backend']
type ByFamily = Readonly<Record<Family, Usable>>
const families = ['ip', 'ip6'] as const
const words = { ip: 'iptables', ip6: 'ip6tables' } as const
const TABLES = 3
const RULES = { least: 5, most: 25 }

/** IPSET_FLAG_WITH_COUNTERS, IPSET_FLAG_WITH_SKBINFO of ip_set.h. */
const SET_EXTENSIONS = (1 << 3) | (1 << 6)

/** The ipsets that rules may refer to, of a type for both families; none where the kernel has no ipset. */
export function makeSets(netns: TestNetns): void {
  try {
    for (const name of ['pairs', 'single']) createSet(netns, name, 'list:set', 'any', SET_EXTENSIONS)
  } catch (error) {
    // Then rules with sets are refused in the namespace for trying, and said to be absent.
    if (!(error instanceof NetlinkError)) throw error
  }
}

/** Both back ends, if they are there. Tries in `probe`, a namespace for this alone, what tools and kernel can do. */
export function netfilterFacets(probe: TestNetns, seed: number): { facets: Facet[]; absent: string[] } {
  const absent: string[] = []
  makeSets(probe)
  const backends = (['legacy', 'nft'] as const).filter(backend => {
    const complaint = families
      .map(family => restoreWith(probe, restoreTool(family, backend), '*filter\nCOMMIT\n'))
      .join('')
    if (complaint !== '') absent.push(`${facetName(backend)} (${complaint})`)
    return complaint === ''
  })
  // The modules are the same for both back ends.
  const [first] = backends
  if (first === undefined) return { facets: [], absent }
  const usableIn = (family: Family): Usable => {
    const load = (text: string): string => restoreWith(probe, restoreTool(family, first), text)
    const { usable, skipped } = probeUsable(seed, family, load, {
      matches: everything.matches.filter(({ name }) => isMade(first, ` -m ${name} `)),
      targets: everything.targets.filter(({ name }) => isMade(first, ` -j ${name} `)),
    })
    absent.push(...skipped.map(said => `${family} ${said}`))
    return usable
  }
  const usable = { ip: usableIn('ip'), ip6: usableIn('ip6') }
  const features = kernelFeatures()
  return { facets: backends.map(backend => netfilterFacet(backend, usable, features)), absent }
}

function isMade(backend: Backend, rule: string): boolean {
  return !unmadeRules.some(unmade => unmade.facet === facetName(backend) && unmade.rule.test(rule))
}

function facetName(backend: Backend): string {
  return `iptables-${backend}`
}

function restoreTool(family: Family, backend: Backend): RestoreTool {
  return `${words[family]}-${backend}-restore`
}

/** A line of iptables-save that is not `COMMIT`, with its counters apart: packets of the kernel's own move them. */
type SaveLine = {
  readonly family: Family
  readonly table: string
  /** Of a chain. */
  readonly chain?: string
  readonly policy?: string
  readonly rule?: string
  /** What a rule says behind -m and -j, for the tally. */
  readonly match?: readonly string[]
  readonly target?: string
  readonly packets: string
  readonly bytes: string
}

/** What `iptables-save -c` and `ip6tables-save -c` of a back end print, and how tables that we read are compared with it. */
export function savedTables(backend: Backend): Pick<Facet, 'name' | 'commands' | 'theirs' | 'moving'> & {
  readonly oursOf: (tables: readonly NetfilterTable[]) => SaveLine[]
} {
  return {
    name: facetName(backend),
    commands: families.map(family => `${words[family]}-${backend}-save -c`),
    theirs: outputs =>
      families.flatMap((family, index) => inOrder(backend, saveLines(outputs[index]!, family))),
    oursOf: tables =>
      families.flatMap(family =>
        inOrder(
          backend,
          tables.filter(table => table.backend === backend && table.family === family).flatMap(printed),
        ),
      ),
    moving: new Set(['packets', 'bytes']),
  }
}

/** The rules of one back end as the collectors read them, built at random. */
function netfilterFacet(backend: Backend, usable: ByFamily, features: KernelFeatures): Facet {
  const { oursOf, ...saved } = savedTables(backend)
  return {
    ...saved,
    build: (_, random) =>
      families.flatMap(family =>
        random.chance(0.5) ? randomTables(random, family, backend, usable[family]) : [],
      ),
    ours: host => oursOf(readNetfilter(host, features)),
    covers: [
      ...families.map(family => `family=${family}`),
      ...Object.keys(baseChains).map(table => `table=${table}`),
      ...['ACCEPT', 'DROP', '-'].map(policy => `policy=${policy}`),
      ...families.flatMap(family => usable[family].matches).map(({ name }) => `match=${name}`),
      // NOTRACK is a name for `CT --notrack`.
      ...families
        .flatMap(family => usable[family].targets)
        .map(({ name }) => `target=${name === 'NOTRACK' ? 'CT' : name}`),
    ],
  }
}

function printed({ family, table: name, chains, rules }: NetfilterTable): SaveLine[] {
  return saveLines(printTable({ family, name, chains, rules }, { counters: true }), family)
}

/** iptables-nft-save does not print the tables in the kernel's order. */
function inOrder(backend: Backend, lines: readonly SaveLine[]): readonly SaveLine[] {
  return backend === 'legacy'
    ? lines
    : lines.toSorted((a, b) => (a.table < b.table ? -1 : Number(a.table > b.table)))
}

/**
 * Rows without the built-in chains that nothing uses. Where Docker made only some chains of a table, iptables-nft-save
 * prints the others too, which the kernel does not have (`nft list ruleset`).
 */
export function withoutUnusedChains<Row>(rows: readonly Row[]): Row[] {
  const lines = rows as readonly SaveLine[]
  const used = new Set(
    lines.flatMap(({ family, table, rule }) =>
      rule ? [`${family} ${table} ${/^-A (\S+)/.exec(rule)?.[1]}`] : [],
    ),
  )
  const isUnused = ({ family, table, chain, policy, packets }: SaveLine): boolean =>
    policy === 'ACCEPT' && packets === '0' && !used.has(`${family} ${table} ${chain}`)
  return lines.filter(line => !isUnused(line)) as Row[]
}

/**
 * Some tables of a family, for one call of iptables-restore. A match or target that few tables take would be rare: one
 * that is picked among all of them brings its table and a rule.
 */
function randomTables(random: Random, family: Family, backend: Backend, usable: Usable): Command[] {
  const tool = restoreTool(family, backend)
  const extra = new Map<string, readonly string[]>()
  for (let count = random.int(1, TABLES); count > 0; count--) {
    const kind = random.pick(['matches', 'targets'] as const)
    const generator = random.pick(usable[kind])
    const lone = generator.tables && loneRule(random, family, kind, generator)
    extra.set(lone?.table ?? random.pick(Object.keys(baseChains)), lone?.rules ?? [])
  }
  const count = Math.ceil(random.int(RULES.least, RULES.most) / extra.size)
  return [...extra].flatMap(([table, more]) => {
    const ruleset = randomRuleset(random, family, usable, count, table)
    const rules = [...ruleset.rules, ...more].filter(rule => isMade(backend, rule))
    const text = rulesetText({ ...ruleset, rules }).trimEnd()
    return text.split('\n').map(line => ({ tool, line }))
  })
}

/** @throws Error when reading leaves a trace, and as readNetfilterOf */
function readNetfilter(host: OracleHost, features: KernelFeatures): NetfilterTable[] {
  const before = registeredTables(host)
  const netfilter = readNetfilterOf(host, features)
  const after = registeredTables(host)
  if (before !== after) throw new Error(`reading made legacy tables: ${before}, then ${after}`)
  return netfilter
}

/** Names of the legacy tables that the namespace has. */
function registeredTables(host: OracleHost): string {
  return host.run(() =>
    families.map(family => readProcFile(`/proc/thread-self/net/${family}_tables_names`) ?? '').join('; '),
  )
}

/** Reads the text of iptables-save -c. Chains and rules that iptables-nft-save does not show it tells in a comment. */
function saveLines(text: string, family: Family): SaveLine[] {
  const lines: SaveLine[] = []
  let table = ''
  for (const line of text.split('\n')) {
    const chain = /^:(\S+) (\S+) \[(\d+):(\d+)\]$/.exec(line)
    const rule = /^\[(\d+):(\d+)\] (.*)$/.exec(line)
    if (line.startsWith('*')) table = line.slice(1)
    else if (chain) {
      const [, name, policy, packets, bytes] = chain as unknown as string[]
      lines.push({ family, table, chain: name!, policy: policy!, packets: packets!, bytes: bytes! })
    } else if (rule) {
      const [, packets, bytes, said] = rule as unknown as string[]
      lines.push({ family, table, rule: said!, ...extensions(said!), packets: packets!, bytes: bytes! })
    } else if (line.includes('incompatible') || !/^(#.*|COMMIT|)$/.test(line)) {
      throw new Error(`iptables-save says ${JSON.stringify(line)}`)
    }
  }
  return lines
}

function extensions(rule: string): { match: string[]; target?: string } {
  const target = / -j (\S+)/.exec(rule)?.[1]
  return {
    match: [...rule.matchAll(/ -m (\S+)/g)].map(([, name]) => name!),
    ...(target === undefined ? {} : { target }),
  }
}
