import type { KernelRow } from '../graph/evidence.ts'
import type { NetfilterTable, PolicyRule, Route } from '../snapshot/index.ts'
import { netfilterRuleKeys, policyRuleKey, routeKey, uniqueKeys } from '../snapshot/row-keys.ts'

/** The row of a node's snapshot that proves a step. */
export type RowRef = KernelRow

const keysOfRules = new WeakMap<NetfilterTable, readonly string[]>()
const keysOfRoutes = new WeakMap<readonly Route[], readonly string[]>()
const keysOfPolicyRules = new WeakMap<readonly PolicyRule[], readonly string[]>()

/** Keys by place: equal rules may be one object, so that a rule alone does not tell which of them it is. */
export function ruleKeys(table: NetfilterTable): readonly string[] {
  return kept(keysOfRules, table, () => {
    const keyOf = netfilterRuleKeys(table)
    return table.rules.map(row => keyOf(row))
  })
}

/** By place. */
export function routeKeys(routes: readonly Route[]): readonly string[] {
  return kept(keysOfRoutes, routes, () => uniquely(routes.map(routeKey)))
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
