import type { RowRef } from '../../graph/evidence.ts'
import { findRow } from '../../graph/rows.ts'
import type { Snapshot } from '../../snapshot/index.ts'
import type { Step } from '../trace.ts'

/** What a step's rows have counted: `packets` of a rule, connections of a virtual service or a real server. */
export type Counter = { readonly value: string; readonly unit: 'pkts' | 'conns' }

/** The counter of the first row of a step that has one. Links are left out: theirs count everything that passes. */
export function counterOf(snapshots: ReadonlyMap<string, Snapshot>, step: Step): Counter | undefined {
  for (const ref of step.evidence) {
    const counter = counterOfRow(ref, () => findRow(snapshots, ref))
    if (counter) return counter
  }
  return undefined
}

function counterOfRow({ part }: RowRef, find: () => unknown): Counter | undefined {
  if (part !== 'netfilter' && part !== 'nft' && part !== 'ipvs') return undefined
  const row = find()
  if (typeof row !== 'object' || row === null) return undefined
  if ('packets' in row && typeof row.packets === 'string') return { value: row.packets, unit: 'pkts' }
  if (!('stats' in row) || typeof row.stats !== 'object' || row.stats === null) return undefined
  const { conns } = row.stats as { readonly conns?: unknown }
  return typeof conns === 'string' ? { value: conns, unit: 'conns' } : undefined
}

/** `12 pkts`. */
export function formatCounter({ value, unit }: Counter): string {
  return `${value} ${unit}`
}
