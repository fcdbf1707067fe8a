import type { NetfilterTable } from '../../snapshot/index.ts'
import { chainKey, type RowRef } from '../evidence.ts'
import type { Cause } from '../trace.ts'
import type { View } from '../view.ts'

/** What is wrong in a namespace, for a packet that stops there or elsewhere. */
export function causeIn(view: View, detail: string, evidence: readonly RowRef[], fix?: string): Cause {
  const { node, namespace, snapshot } = view
  return {
    node,
    hostname: snapshot.host.hostname,
    namespace: namespace.id,
    namespaceName: namespace.name,
    detail,
    evidence,
    ...(fix !== undefined && { fix }),
  }
}

/** The table of iptables that is in use; of two back ends the one that has rules. */
export function tableOf(
  view: View,
  name: string,
  family: 'inet' | 'inet6' = 'inet',
): NetfilterTable | undefined {
  const wanted = family === 'inet' ? 'ip' : 'ip6'
  const tables = view.namespace.netfilter.filter(row => row.table === name && row.family === wanted)
  return tables.find(({ rules }) => rules.length > 0) ?? tables[0]
}

/** A chain, for what is not in it; the tables as a whole where there is no such table. */
export function chainRef(view: View, table: string, chain: string, family?: 'inet' | 'inet6'): RowRef {
  const found = tableOf(view, table, family)
  const isThere = found?.chains.some(({ name }) => name === chain) === true
  return view.ref('netfilter', found && isThere ? chainKey(found, chain) : '')
}
