import { type Family, type Match, printRule, type Target } from 'node-iptables'
import {
  compatMatch,
  compatTarget,
  hookName,
  type NftChainObject,
  type NftExpression,
  type NftSetContents,
  nftDataType,
  nftKeyType,
  nftObjectKind,
  printNftElements,
  printNftRule,
  ruleComment,
  type SetsByName,
  verdictTarget,
} from 'node-iptables/nft'
import type { NetfilterRule, NetfilterTable, NftTable } from '../../../snapshot/index.ts'
import { hasBaseChain, type NativeRule, type TableContents } from './contents.ts'
import type { SetName } from '../set-names.ts'
import { familyOf, inIptablesOrder } from './iptables-shape.ts'

type NftRule = NftTable['rules'][number]

/** How the tables of a namespace are shown. */
export type Assembled = { readonly netfilter: NetfilterTable[]; readonly nft: NftTable[] }

/**
 * Sorts tables into those of iptables' shape and the rest.
 *
 * - Base chains like iptables' own, and every rule has words in iptables: it goes to `netfilter`, whole.
 * - Base chains like iptables' own, but some rules do not (somebody added to the table with nft): it goes to
 *   `netfilter`, because that is what packets of iptables' rules run through. Each odd rule stays in its place as a
 *   match `unknown` of extension `nft` that holds nft's text, with its verdict as target. The table comes a second
 *   time in `nft`, with its sets and with the odd rules alone, in full.
 * - A base chain of another name, hook, type or priority; or no base chain, and a rule without words in iptables: it
 *   goes to `nft`, whole.
 *
 * @param setName names the ipsets that matches and targets of xtables refer to
 */
export function assemble(tables: readonly TableContents[], setName: SetName): Assembled {
  const netfilter: NetfilterTable[] = []
  const nft: NftTable[] = []
  for (const contents of tables) {
    const isIptables = contents.iptablesChains && (hasBaseChain(contents) || !hasOddRule(contents))
    if (isIptables) netfilter.push(netfilterTable(contents))
    if (!isIptables || hasOddRule(contents) || contents.sets.length + contents.objects.length > 0)
      nft.push(nftTable(contents, setName))
  }
  return { netfilter, nft }
}

function hasOddRule({ rules }: TableContents): boolean {
  for (const ofChain of rules.values()) if (ofChain.some(rule => rule.kind === 'nft')) return true
  return false
}

const NF_DROP = 0

function netfilterTable(contents: TableContents): NetfilterTable {
  const { table, chains, rules, sets } = contents
  const byName = setsByName(sets)
  const ordered = inIptablesOrder(chains)
  const rows: NetfilterRule[] = []
  for (const { name } of ordered) {
    for (const read of rules.get(name) ?? []) {
      rows.push(read.kind === 'iptables' ? read.rule : placeholder(read, byName))
    }
  }
  return {
    backend: 'nft',
    family: familyOf(table),
    table: table.name,
    chains: ordered.map(chain => ({
      name: chain.name,
      policy: chain.hook ? (chain.policy === NF_DROP ? 'DROP' : 'ACCEPT') : null,
      packets: chain.counters?.packets ?? '0',
      bytes: chain.counters?.bytes ?? '0',
    })),
    rules: rows,
  }
}

/** A rule of nft in a table of iptables: kept in its place, in a form that says what it is. */
function placeholder({ rule, packets = '0', bytes = '0' }: NativeRule, sets: SetsByName): NetfilterRule {
  const words = ['--rule', JSON.stringify(printNftRule(rule, sets))]
  const match: Match = { name: 'unknown', extension: 'nft', revision: 0, hex: '', words }
  const last = rule.expressions.at(-1)
  const verdict =
    last?.name === 'immediate' && typeof last.data !== 'string' ? verdictTarget(last.data) : undefined
  const row = { chain: rule.chain, packets, bytes, ip: {}, matches: [match], target: verdict ?? NO_TARGET }
  return { ...row, text: printRule(row, familyOf(rule)) }
}

const NO_TARGET: Target = { name: 'none' }

/** The whole table, or of one that is shown as iptables already, what iptables has no words for. */
function nftTable({ table, chains, rules, sets, objects }: TableContents, setName: SetName): NftTable {
  const byName = setsByName(sets)
  const rows: NftRule[] = []
  for (const { name } of chains) {
    for (const read of rules.get(name) ?? []) {
      const native = read.kind === 'nft' ? read : read.native
      if (native) rows.push(nftRule(native, byName, setName))
    }
  }
  return {
    family: table.family,
    table: table.name,
    flags: [...(table.flags ?? [])],
    chains: chains.map(nftChain),
    sets: sets.filter(({ set }) => !set.flags?.includes('anonymous')).map(nftSet),
    ...(sets.length > 0 && { setData: sets.map(nftSetData) }),
    ...(objects.length > 0 && {
      objects: objects.map(({ type, name }) => ({ kind: nftObjectKind(type), name })),
    }),
    rules: rows,
  }
}

function nftRule({ rule, packets, bytes }: NativeRule, sets: SetsByName, setName: SetName): NftRule {
  const comment = rule.userdata === undefined ? undefined : ruleComment(rule.userdata)
  return {
    chain: rule.chain,
    handle: rule.handle,
    text: printNftRule(rule, sets),
    ...(packets !== undefined && { packets }),
    ...(bytes !== undefined && { bytes }),
    ...(comment !== undefined && { comment }),
    expressions: rule.expressions.map(expression => withXtables(expression, familyOf(rule), setName)),
  }
}

/** Of a match or target of xtables also what its bytes say, as `xt`: in the words that rules of iptables have for it. */
function withXtables(
  expression: NftExpression,
  family: Family,
  setName: SetName,
): NftRule['expressions'][number] {
  switch (expression.name) {
    case 'match':
      return { ...expression, xt: compatMatch(expression, family, setName) }
    case 'target':
      return { ...expression, xt: compatTarget(expression, family, setName) }
    default:
      return expression
  }
}

function nftChain({ family, name, hook, type, policy }: NftChainObject): NftTable['chains'][number] {
  if (!hook) return { name }
  const devices = hook.devices?.join(',') ?? hook.device
  return {
    name,
    type: type ?? '',
    hook: hookName(family, hook.number),
    priority: hook.priority,
    policy: policy === NF_DROP ? 'drop' : 'accept',
    ...(devices !== undefined && { device: devices }),
  }
}

function nftSet(contents: NftSetContents): NftTable['sets'][number] {
  const { set } = contents
  const dataType = nftDataType(set)
  return {
    name: set.name,
    map: set.flags?.includes('map') ?? false,
    keyType: nftKeyType(set),
    ...(dataType !== undefined && { dataType }),
    flags: [...(set.flags ?? [])],
    elements: printNftElements(contents),
  }
}

/** What goes so soon may be gone when a packet comes. The time itself would change with every reading. */
const EXPIRING_MS = 10_000

function nftSetData({ set, elements }: NftSetContents): NonNullable<NftTable['setData']>[number] {
  return {
    name: set.name,
    interval: set.flags?.includes('interval') ?? false,
    elements: elements.map(({ key, keyEnd, data, flags, expiration }) => ({
      ...(!flags?.includes('catchall') && { key: key ?? '' }),
      ...(keyEnd !== undefined && { keyEnd }),
      ...(Number(expiration ?? Infinity) < EXPIRING_MS && { expiring: true as const }),
      ...(flags?.includes('interval-end') && { end: true as const }),
      ...(data !== undefined && { data }),
    })),
  }
}

function setsByName(sets: readonly NftSetContents[]): SetsByName {
  return new Map(sets.map(contents => [contents.set.name, contents]))
}
