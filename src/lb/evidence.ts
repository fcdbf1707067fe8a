import type { KernelRow } from '../graph/evidence.ts'
import type { NetfilterTable } from '../snapshot/index.ts'
import { netfilterRuleKeys } from '../snapshot/row-keys.ts'

/** The row of a node's snapshot that proves a step. */
export type RowRef = KernelRow

const keysOfRules = new WeakMap<NetfilterTable, readonly string[]>()

/** Keys by place: equal rules may be one object, so that a rule alone does not tell which of them it is. */
export function ruleKeys(table: NetfilterTable): readonly string[] {
  let keys = keysOfRules.get(table)
  if (!keys) {
    const keyOf = netfilterRuleKeys(table)
    keysOfRules.set(table, (keys = table.rules.map(row => keyOf(row))))
  }
  return keys
}

export function chainKey({ backend, family, table }: NetfilterTable, chain: string): string {
  return `${backend} ${family} ${table} :${chain}`
}
