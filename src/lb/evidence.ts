import type { KernelRow } from '../graph/evidence.ts'
import type { NetfilterTable, PolicyRule, Route } from '../snapshot/index.ts'
import { netfilterRuleKeys, policyRuleKey, routeKey, uniqueKeys } from '../snapshot/row-keys.ts'

/** The row of a node's snapshot that proves a step. */
export type RowRef = KernelRow

const keysOfRules = new WeakMap<NetfilterTable, readonly string[]>()
const keysOfPolicyRules = new WeakMap<readonly PolicyRule[], readonly string[]>()

/** Keys by place: equal rules may be one object, so that a rule alone does not tell which of them it is. */
export function ruleKeys(table: NetfilterTable): readonly string[] {
  return kept(keysOfRules, table, () => {
    const keyOf = netfilterRuleKeys(table)
    return table.rules.map(row => keyOf(row))
  })
}

/** Of one route, without making the keys of all others: of those before it, only ones to the same place may have the same key. */
export function routeKeyAt(routes: readonly Route[], index: number): string {
  const route = routes[index]
  if (!route) return ''
  const key = routeKey(route)
  let times = 1
  for (let i = 0; i < index; i++) {
    const other = routes[i]!
    if (other.dst === route.dst && routeKey(other) === key) times++
  }
  return times === 1 ? key : `${key}#${times}`
}

/** By place. */
export function policyRuleKeys(rules: readonly PolicyRule[]): readonly string[] {
  return kept(keysOfPolicyRules, rules, () => uniquely(rules.map(policyRuleKey)))
}

function uniquely(keys: readonly string[]): string[] {
  const unique = uniqueKeys()
  return keys.map(key => unique(key))
}

function kept<Rows extends object>(
  known: WeakMap<Rows, readonly string[]>,
  rows: Rows,
  make: () => readonly string[],
): readonly string[] {
  let keys = known.get(rows)
  if (!keys) known.set(rows, (keys = make()))
  return keys
}

export function chainKey({ backend, family, table }: NetfilterTable, chain: string): string {
  return `${backend} ${family} ${table} :${chain}`
}
