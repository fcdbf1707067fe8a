import type { KernelRow } from '../graph/evidence.ts'
import type { NetfilterRule, NetfilterTable } from '../snapshot/index.ts'
import { netfilterRuleKeys } from '../snapshot/row-keys.ts'

/** The row of a node's snapshot that proves a step. */
export type RowRef = KernelRow

const ruleKeys = new WeakMap<NetfilterTable, ReadonlyMap<NetfilterRule, string>>()

/** Keys count equal rules: made for a whole table at once. */
export function ruleKey(table: NetfilterTable, rule: NetfilterRule): string {
  let keys = ruleKeys.get(table)
  if (!keys) {
    const keyOf = netfilterRuleKeys(table)
    keys = new Map(table.rules.map(row => [row, keyOf(row)]))
    ruleKeys.set(table, keys)
  }
  return keys.get(rule) ?? ''
}

export function chainKey({ backend, family, table }: NetfilterTable, chain: string): string {
  return `${backend} ${family} ${table} :${chain}`
}
