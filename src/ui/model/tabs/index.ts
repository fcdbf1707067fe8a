import type { Namespace } from '../../../snapshot/index.ts'
import type { NamespaceSeries } from '../series.ts'
import type { Table } from '../table.ts'
import { addresses } from './addresses.ts'
import { interfaces } from './interfaces.ts'
import { ipvs } from './ipvs.ts'
import { fdb, neighbours } from './neighbours.ts'
import { routes } from './routes.ts'
import { rules } from './rules.ts'
import { sockets, sources, sysctls } from './system.ts'
import type { Tab, TabInput } from './tab.ts'
import type { TabId } from './tab-id.ts'
import { xfrm } from './xfrm.ts'

export const tabs: Readonly<Record<TabId, Tab>> = {
  interfaces,
  addresses,
  routes,
  neighbours,
  fdb,
  rules,
  ipvs,
  sysctls,
  sockets,
  xfrm,
  sources,
}

type Built = {
  readonly id: TabId
  readonly history: TabInput['history']
  readonly series: NamespaceSeries['byKey'] | undefined
  readonly table: Table
}

const built = new WeakMap<Namespace, Built>()

/** The table of a tab; remembered until the namespace is read again. */
export function tabTable(id: TabId, input: TabInput): Table {
  const known = built.get(input.namespace)
  const series = id === 'interfaces' ? input.series?.byKey : undefined
  if (known?.id === id && known.history === input.history && known.series === series) return known.table
  const table = tabs[id].table(input)
  built.set(input.namespace, { id, history: input.history, series, table })
  return table
}
