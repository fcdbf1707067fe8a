import type { NetfilterRule, NetfilterTable } from '../../snapshot/index.ts'
import { chainKey, ruleKeys } from '../evidence.ts'
import { all, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import { matchHeader } from './header.ts'
import { matchExtension } from './match.ts'
import type { RuleResult } from './outcome.ts'
import type { Place } from './place.ts'
import { applyTarget } from './target.ts'
import type { ChainRule, RuleTable } from './traverse.ts'

const tables = new WeakMap<NetfilterTable, RuleTable>()

/** A table of iptables as something that packets run through. `odd` evaluates rules that only nft has words for. */
export function ruleTableOf(
  table: NetfilterTable,
  odd: (rule: NetfilterRule) => Pick<ChainRule, 'evaluate'> | undefined,
): RuleTable {
  const known = tables.get(table)
  if (known) return known
  const byChain = new Map<string, ChainRule[]>()
  for (const [index, rule] of table.rules.entries()) {
    const evaluator = odd(rule) ?? { evaluate: (packet, place) => evaluate(rule, packet, place) }
    const compiled: ChainRule = {
      text: rule.text,
      evidence: ({ view }) => view.ref('netfilter', ruleKeys(table)[index] ?? ''),
      evaluate: evaluator.evaluate,
    }
    const rules = byChain.get(rule.chain)
    if (rules) rules.push(compiled)
    else byChain.set(rule.chain, [compiled])
  }
  const made: RuleTable = {
    name: table.table,
    rules: chain => byChain.get(chain) ?? [],
    evidence: ({ view }, chain) => view.ref('netfilter', chainKey(table, chain)),
  }
  tables.set(table, made)
  return made
}

const untouched = { effect: { kind: 'continue' }, isMatch: false } as const

function evaluate(rule: NetfilterRule, packet: Packet, place: Place): readonly RuleResult[] {
  const fits = matchRule(rule, packet, place)
  if (fits === false) return [{ ...untouched, packet }]
  const applied = applyTarget(rule.target, packet, place).map(({ choice, ...made }): RuleResult => {
    if (choice !== undefined) return { ...made, isMatch: true, assumes: { kind: 'choice', taken: choice } }
    return {
      ...made,
      isMatch: true,
      ...(fits === undefined && { assumes: { kind: 'unknown', taken: 'matches' } }),
    }
  })
  if (fits === true) return applied
  return [...applied, { ...untouched, packet, assumes: { kind: 'unknown', taken: 'does not match' } }]
}

function matchRule({ ip, matches }: NetfilterRule, packet: Packet, place: Place): Maybe {
  const header = matchHeader(ip, packet)
  if (header === false) return false
  let result: Maybe = header
  for (const match of matches) {
    const fits = matchExtension(match, packet, place)
    if (fits === false) return false
    result = all([result, fits])
  }
  return result
}
