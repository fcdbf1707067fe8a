import type { Namespace } from '../../../snapshot/index.ts'
import type { NamespaceHistory } from '../rates.ts'
import type { NamespaceSeries } from '../series.ts'
import type { Table } from '../table.ts'
import type { TabId } from './tab-id.ts'

export type TabInput = {
  readonly namespace: Namespace
  /** Readings before this one, for rates; undefined for a namespace that was not looked at before. */
  readonly history: NamespaceHistory | undefined
  /** How busy it was lately; undefined for a namespace that was not looked at before. */
  readonly series?: NamespaceSeries | undefined
  /** Name of a namespace by its id. */
  readonly nameOf: (id: string) => string
}

export type Tab = {
  readonly id: TabId
  readonly title: string
  /** Title where room is scarce. */
  readonly short: string
  /** Beginnings of the names of the sources that its rows come from. */
  readonly sources: readonly string[]
  /** Columns that it can be ordered by; none when the order itself says something. */
  readonly sortable: readonly string[]
  /** What there is none of when it is empty: `no routes`. */
  readonly noun: string
  readonly count: (namespace: Namespace) => number
  readonly table: (input: TabInput) => Table
}
