import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import type { NamespaceHistory } from './rates.ts'
import { namespaceTable } from './namespaces.ts'
import { indexOf } from './reducer.ts'
import { type ShownRows, showRows } from './rows.ts'
import type { SessionStatus } from './session.ts'
import type { UiState } from './state.ts'
import type { Table } from './table.ts'
import { tabTable } from './tabs/index.ts'

/** All that a frame is made of besides the state of the screen. */
export type Data = {
  readonly snapshot: Snapshot
  readonly status: SessionStatus
  /** Readings of the namespace on the screen before this one. */
  readonly history: NamespaceHistory | undefined
}

const byId = new WeakMap<readonly Namespace[], ReadonlyMap<string, Namespace>>()

function namespacesById({ namespaces }: Snapshot): ReadonlyMap<string, Namespace> {
  let map = byId.get(namespaces)
  if (!map) {
    map = new Map(namespaces.map(namespace => [namespace.id, namespace]))
    byId.set(namespaces, map)
  }
  return map
}

/** The rows of the list of namespaces. */
export function shownNamespaces(state: UiState, { snapshot }: Data): ShownRows {
  return showRows(namespaceTable(snapshot), state.list, state.problemsOnly && state.focus === 'list')
}

/** The namespace that is chosen; undefined when the list shows none. */
export function chosenNamespace(state: UiState, data: Data): Namespace | undefined {
  const { ids } = shownNamespaces(state, data)
  const id = ids[indexOf(state.list, { ids })]
  return id === undefined ? undefined : namespacesById(data.snapshot).get(id)
}

/** The table of the chosen tab of the chosen namespace. */
export function chosenTable(state: UiState, data: Data): Table | undefined {
  const namespace = chosenNamespace(state, data)
  if (!namespace) return undefined
  const names = namespacesById(data.snapshot)
  const history = data.history?.id === namespace.id ? data.history : undefined
  return tabTable(state.tab, { namespace, history, nameOf: id => names.get(id)?.name ?? id })
}

const nothing: ShownRows = { rows: [], ids: [], heights: 1, hidden: 0 }

/** The rows of the chosen tab. */
export function shownDetails(state: UiState, data: Data): ShownRows {
  const table = chosenTable(state, data)
  return table
    ? showRows(table, state.details[state.tab], state.problemsOnly && state.focus === 'detail')
    : nothing
}
