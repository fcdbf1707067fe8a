import type { NetfilterRule, NetfilterTable, NftTable } from '../../../snapshot/index.ts'
import { nftRuleKey, nftTableKey } from '../../../snapshot/row-keys.ts'
import type { IpFamily } from '../../packet.ts'
import type { View } from '../../view.ts'
import type { BaseChain } from '../chains.ts'
import { hooks } from '../place.ts'
import type { ChainRule, RuleTable } from '../traverse.ts'
import { ruleTableOf } from '../xtables.ts'
import { evaluateNative, type SetsByName } from './evaluate.ts'

type NftRule = NftTable['rules'][number]

/** A table of iptables; rules in it that only nft has words for are taken from its other half in `nft`. */
export function oddRules(view: View, table: NetfilterTable): RuleTable {
  const native = view.namespace.nft.find(
    ({ family, table: name }) => family === table.family && name === table.table,
  )
  const sets = native && setsOf(native)
  return ruleTableOf(table, rule => {
    const text = table.backend === 'nft' ? nftText(rule) : undefined
    if (text === undefined) return undefined
    const odd = native?.rules.find(each => each.chain === rule.chain && each.text === text)
    return odd && sets ? nativeRule(native, odd, sets) : undefined
  })
}

/** The words of nft that stand in for a rule (`--rule "…"` of the match `nft`). */
function nftText({ matches }: NetfilterRule): string | undefined {
  const [match] = matches
  if (match?.name !== 'unknown' || match.extension !== 'nft') return undefined
  const quoted = match.words?.[1]
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string)
}

/** Base chains of tables that are nft's own. */
export function nativeChains(view: View, family: IpFamily): BaseChain[] {
  const { nft, netfilter } = view.namespace
  const families = new Set([family === 'inet' ? 'ip' : 'ip6', 'inet'])
  return nft
    .filter(table => families.has(table.family))
    .filter(
      table =>
        !netfilter.some(
          other => other.backend === 'nft' && other.family === table.family && other.table === table.table,
        ),
    )
    .flatMap(chainsOf)
}

function chainsOf(table: NftTable): BaseChain[] {
  // A table with the flag `dormant` is switched off.
  if (table.flags.includes('dormant')) return []
  const rules = ruleTable(table)
  return table.chains.flatMap(({ name, type, hook: word, priority, policy }) => {
    const hook = hooks.find(each => each.toLowerCase() === word)
    if (!hook || priority === undefined) return []
    const kind = type === 'nat' || type === 'route' ? type : 'filter'
    return [
      {
        table: rules,
        name,
        hook,
        type: kind,
        priority,
        policy: policy === 'drop' ? 'drop' : 'accept',
      } as const,
    ]
  })
}

const tables = new WeakMap<NftTable, RuleTable>()

function ruleTable(table: NftTable): RuleTable {
  const known = tables.get(table)
  if (known) return known
  const sets = setsOf(table)
  const byChain = Map.groupBy(
    table.rules.map(rule => ({ chain: rule.chain, rule: nativeRule(table, rule, sets) })),
    ({ chain }) => chain,
  )
  const compiled = new Map([...byChain].map(([chain, rows]) => [chain, rows.map(({ rule }) => rule)]))
  const made: RuleTable = {
    name: `${table.family} ${table.table}`,
    rules: chain => compiled.get(chain) ?? [],
    evidence: ({ view }, chain) => view.ref('nft', nftTableKey(table, chain)),
  }
  tables.set(table, made)
  return made
}

function setsOf(table: NftTable): SetsByName {
  const written = new Set(table.rules.flatMap(({ expressions }) => expressions.flatMap(setWritten)))
  const byName = (table.setData ?? []).map(set => {
    const isWritten = written.has(set.name)
    return [set.name, isWritten ? { ...set, isWritten } : set] as const
  })
  return new Map(byName)
}

/** The set that a rule itself adds to, or takes from (`add @seen { ip saddr }`). */
function setWritten(expression: NftRule['expressions'][number]): string[] {
  const { name, set } = expression as { readonly name: string; readonly set?: unknown }
  return name === 'dynset' && typeof set === 'string' ? [set] : []
}

function nativeRule(table: NftTable, rule: NftRule, sets: SetsByName): ChainRule {
  return {
    text: rule.text,
    evidence: ({ view }) => view.ref('nft', nftRuleKey(table, rule)),
    evaluate: (packet, place) => evaluateNative(rule.expressions, sets, packet, place),
  }
}
