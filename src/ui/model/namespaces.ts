import {
  type Namespace,
  type NamespaceKind,
  namespaceKinds,
  type Snapshot,
  type SourceReport,
} from '../../snapshot/index.ts'
import { countProblems, knowledgeOf } from './sources.ts'
import type { Tone } from './span.ts'
import { type Cell, cellRow, type Column, type Row, type Table, worldCell } from './table.ts'
import { tabs } from './tabs/index.ts'
import type { Tab } from './tabs/tab.ts'

/** Short words for the kinds, and their hues. */
export const kindWords: Readonly<Record<NamespaceKind, { readonly word: string; readonly tone: Tone }>> = {
  host: { word: 'host', tone: 'host' },
  ingress: { word: 'ingress', tone: 'ingress' },
  'load-balancer': { word: 'lb', tone: 'load-balancer' },
  overlay: { word: 'overlay', tone: 'overlay' },
  container: { word: 'container', tone: 'container' },
  other: { word: 'other', tone: 'dim' },
}

const columns: readonly Column[] = [
  { id: 'kind', title: 'KIND', hide: 1 },
  { id: 'name', title: 'NAME', grow: true, isId: true },
  { id: 'links', title: 'LINK', align: 'right', hide: 4 },
  { id: 'addresses', title: 'ADDR', align: 'right', hide: 5 },
  { id: 'rules', title: 'RULE', align: 'right', hide: 2 },
  { id: 'services', title: 'SVC', align: 'right', hide: 3 },
  { id: 'processes', title: 'PROC', align: 'right', hide: 6 },
]

/** What the list of namespaces can be sorted by. */
export const namespaceSortable = ['kind', 'name', 'links', 'addresses', 'rules', 'services', 'processes']

type Order = { readonly namespaces: readonly Namespace[]; readonly places: readonly number[] }

const tables = new WeakMap<readonly Namespace[], { readonly table: Table; readonly areCounted: boolean }>()
let lastOrder: Order | undefined

/** All namespaces by kind and name. */
export function namespaceTable({ namespaces, sources }: Snapshot): Table {
  const areCounted = areProcessesCounted(sources)
  const known = tables.get(namespaces)
  if (known?.areCounted === areCounted) return known.table
  lastOrder = { namespaces, places: placesOf(namespaces, lastOrder) }
  const rows = lastOrder.places.flatMap(place => rowAt(namespaces, place, areCounted))
  const table = { columns, rows }
  tables.set(namespaces, { table, areCounted })
  return table
}

/** Whether the namespace of every process is known: not with `--only-netns-dirs`, and not of other users' without root. */
export function areProcessesCounted(sources: readonly SourceReport[]): boolean {
  return sources.some(({ source, status }) => source === 'proc.processes' && status === 'ok')
}

function rowAt(namespaces: readonly Namespace[], place: number, areCounted: boolean): Row[] {
  const namespace = namespaces[place]
  return namespace ? [rowOf(namespace, areCounted)] : []
}

const collator = new Intl.Collator('en')

/** The order is kept while no name changed: a node is read again many times for each namespace that comes or goes. */
function placesOf(namespaces: readonly Namespace[], last: Order | undefined): readonly number[] {
  const isSame = (namespace: Namespace, place: number): boolean => {
    const before = last?.namespaces[place]
    return before === namespace || (before?.name === namespace.name && before.kind === namespace.kind)
  }
  if (last?.namespaces.length === namespaces.length && namespaces.every(isSame)) return last.places
  const keyed = namespaces.map(({ kind, name }, place) => ({
    rank: namespaceKinds.indexOf(kind),
    name,
    place,
  }))
  keyed.sort((a, b) => a.rank - b.rank || collator.compare(a.name, b.name))
  return keyed.map(({ place }) => place)
}

const rows = new WeakMap<Namespace, { readonly row: Row; readonly areCounted: boolean }>()

function rowOf(namespace: Namespace, areCounted: boolean): Row {
  const known = rows.get(namespace)
  if (known?.areCounted === areCounted) return known.row
  const row = buildRow(namespace, areCounted)
  rows.set(namespace, { row, areCounted })
  return row
}

function buildRow(namespace: Namespace, areCounted: boolean): Row {
  const { word, tone } = kindWords[namespace.kind]
  const problems = countProblems(namespace.sources)
  const row = cellRow(
    namespace.id,
    [
      { text: word, tone },
      worldCell(namespace.name, namespace.kind === 'other' ? 'plain' : 'strong'),
      countCell(namespace, tabs.interfaces),
      countCell(namespace, tabs.addresses),
      countCell(namespace, tabs.rules),
      countCell(namespace, tabs.ipvs),
      processCell(namespace, areCounted),
    ],
    namespace,
    problems > 0,
  )
  return { ...row, label: namespace.name, alias: `${namespace.id} ${namespace.paths.join(' ')}` }
}

/** A number only where somebody counted: `?` where reading failed, `…` before it, `-` where the kernel has no such thing. */
export function countCell(namespace: Namespace, { count, sources }: Tab): Cell {
  const value = count(namespace)
  if (value > 0) return numberCell(value)
  switch (knowledgeOf(namespace, sources)) {
    case 'read':
      return numberCell(0)
    case 'none':
      return { text: '-', tone: 'dim' }
    case 'unknown':
      return { text: '?', tone: 'warn' }
    case 'unread':
      return { text: '…', tone: 'dim' }
  }
}

/** None, where all processes were looked at; where some were not, those of this namespace may be among them. */
export function processCell({ pidCount }: Namespace, areCounted: boolean): Cell {
  return pidCount === 0 && !areCounted ? { text: '?', tone: 'unknown' } : numberCell(pidCount)
}

function numberCell(value: number): Cell {
  return { text: String(value), tone: value === 0 ? 'dim' : 'plain', value }
}
