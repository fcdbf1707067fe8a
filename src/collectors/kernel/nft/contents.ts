import { type Message, NetlinkError, type Transport } from 'netlink-codec'
import type { Rule } from 'node-iptables'
import {
  completeRule,
  decodeChain,
  decodeElements,
  decodeNamedObject,
  decodeRuleFrame,
  decodeSet,
  decodeTable,
  type NftChainObject,
  type NftNamedObject,
  type NftElement,
  type NftRuleObject,
  type NftSetContents,
  type NftSetObject,
  type NftTableObject,
  type RuleFrame,
} from 'node-iptables/nft'
import { type Dump, dump } from '../dump.ts'
import { watchGeneration } from './generation.ts'
import { familyOf, hasIptablesChains } from './iptables-shape.ts'
import { dumpAll, dumpElements } from './requests.ts'
import type { SetName } from '../set-names.ts'
import { shareRows } from '../shared-rows.ts'
import type { RuleConverter } from './rule-cache.ts'

/** A rule as nf_tables holds it, with its counter. */
export type NativeRule = {
  readonly rule: NftRuleObject
  readonly packets: string | undefined
  readonly bytes: string | undefined
}

/** A rule as iptables says it, or one that only nft has words for. */
export type ReadRule =
  | {
      readonly kind: 'iptables'
      readonly rule: Rule & { text: string }
      /** Kept where it is not certain yet that the table is one of iptables. */
      readonly native: NativeRule | undefined
    }
  | ({ readonly kind: 'nft' } & NativeRule)

/** A table with all that lies in it, in the kernel's order. */
export type TableContents = {
  readonly table: NftTableObject
  readonly chains: NftChainObject[]
  /** By chain, in evaluation order. */
  readonly rules: Map<string, ReadRule[]>
  readonly sets: NftSetContents[]
  readonly objects: NftNamedObject[]
  /** Every base chain is one of iptables' own; only then are rules converted. */
  iptablesChains: boolean
}

export type Contents = {
  readonly tables: TableContents[]
  readonly interrupted: boolean
  readonly problems: string[]
}

/** struct nfgenmsg: family u8, version u8, generation be16. */
const NFGENMSG_LENGTH = 4
const sharedTable = shareRows(decodeTable, NFGENMSG_LENGTH)
const sharedChain = shareRows(decodeChain, NFGENMSG_LENGTH)

/**
 * Reads all of nf_tables in the transport's namespace in at most five dumps, and one for each set.
 *
 * A table's `use` counts its chains, sets, objects and flow tables, and a chain's `use` its rules and the jumps to it
 * (nft_use_inc in nf_tables_api.c). So a dump that can only be empty is not asked for: an empty namespace costs one
 * message, one with iptables' rules alone three. A set without a name is not counted once a rule has it (nf_tables_commit).
 *
 * @throws NetlinkError when the kernel refuses
 */
export function readContents(transport: Transport, convert: RuleConverter, setName: SetName): Contents {
  const generation = watchGeneration()
  const problems: string[] = []
  let interrupted = false
  const read = <Row>(op: string, request: Uint8Array, decode: (message: Message) => Row | undefined) => {
    const result: Dump<Row> = dump(transport, op, request, message => {
      generation.see(message)
      return decode(message)
    })
    interrupted ||= result.interrupted
    problems.push(...result.problems)
    return result.rows
  }

  const readElements = (set: NftSetObject): NftElement[] => {
    try {
      return read(`dump nft set ${set.name}`, dumpElements(set), decodeElements).flat()
    } catch (error) {
      // The set went away between the two dumps.
      if (!(error instanceof NetlinkError) || error.code !== 'ENOENT') throw error
      interrupted = true
      return []
    }
  }

  const tables = read('dump nft tables', dumpAll.tables, sharedTable).map(emptyContents)
  const find = createFinder(tables)
  const uses = tables.reduce((sum, { table }) => sum + (table.use ?? 1), 0)
  if (uses === 0) return { tables, interrupted, problems }

  const chains = read('dump nft chains', dumpAll.chains, sharedChain)
  for (const chain of chains) find(chain.family, chain.table)?.chains.push(chain)
  for (const contents of tables) {
    const { family, name } = contents.table
    contents.iptablesChains = hasIptablesChains(family, name, contents.chains)
  }
  if (chains.some(chain => chain.use !== 0)) {
    read('dump nft rules', dumpAll.rules, message => readRule(message, find, convert, setName))
  }
  if (uses > chains.length || tables.some(refersToSets)) {
    const sets = read('dump nft sets', dumpAll.sets, decodeSet)
    for (const set of sets) {
      find(set.family, set.table)?.sets.push({ set, elements: readElements(set) })
    }
    const named = sets.filter(({ flags }) => !flags?.includes('anonymous'))
    if (uses > chains.length + named.length) {
      // Flow tables are counted too, and are not read: rules name them.
      for (const object of read('dump nft objects', dumpAll.objects, decodeNamedObject)) {
        find(object.family, object.table)?.objects.push(object)
      }
    }
  }
  return { tables, interrupted: interrupted || generation.changed(), problems }
}

function refersToSets({ rules }: TableContents): boolean {
  return [...rules.values()].some(list =>
    list.some(read => read.kind === 'nft' && read.rule.expressions.some(each => each.name === 'lookup')),
  )
}

type Finder = (family: string, table: string) => TableContents | undefined

/** Finds a table; consecutive messages are mostly of one, so the last answer is tried first. */
function createFinder(tables: readonly TableContents[]): Finder {
  let last: TableContents | undefined
  return (family, name) => {
    if (last?.table.name !== name || last.table.family !== family) {
      last = tables.find(({ table }) => table.name === name && table.family === family)
    }
    return last
  }
}

function emptyContents(table: NftTableObject): TableContents {
  return { table, chains: [], rules: new Map(), sets: [], objects: [], iptablesChains: false }
}

function readRule(message: Message, find: Finder, convert: RuleConverter, setName: SetName): undefined {
  const frame = decodeRuleFrame(message)
  const contents = frame && find(frame.family, frame.table)
  if (!contents) return undefined
  const rule = contents.iptablesChains ? convert(frame, familyOf(frame), setName) : undefined
  const read: ReadRule = rule
    ? { kind: 'iptables', rule, native: hasBaseChain(contents) ? undefined : nativeRule(frame) }
    : { kind: 'nft', ...nativeRule(frame) }
  const rules = contents.rules.get(frame.chain)
  if (rules) rules.push(read)
  else contents.rules.set(frame.chain, [read])
  return undefined
}

function nativeRule(frame: RuleFrame): NativeRule {
  return { rule: completeRule(frame), packets: frame.packets, bytes: frame.bytes }
}

export function hasBaseChain({ chains }: TableContents): boolean {
  return chains.some(chain => chain.hook !== undefined)
}
