import fuzzysort, { type SnapshotKey } from 'fuzzysort'
import { type Data, nodeOfSnapshot } from '../data.ts'
import type { Binding } from '../keymap.ts'
import { keyLabel } from '../keys.ts'
import { panels } from '../panels/index.ts'
import type { Graph } from '../../../graph/model.ts'
import type { Namespace } from '../../../snapshot/index.ts'
import { type Entry, entry } from './entry.ts'
import { namespaceEntries } from './namespace-entries.ts'
import { objectEntries } from './object-entries.ts'

/** More than anybody reads: who finds so many types another letter. */
const MOST_FOUND = 200
/** So many found as they are written, and nobody looks for letters left out. */
const ENOUGH = 20
/** How much a name must be like what is typed, 0 to 1: `apnt` is `appnet`. */
const LEAST_LIKE = 0.25

export type Index = {
  readonly entries: readonly Entry[]
  /** Names that are found with letters left out. */
  readonly names: SnapshotKey<Entry>
}

export type Found = {
  /** The best, as many as anybody reads. */
  readonly entries: readonly Entry[]
  readonly total: number
  /** All that hold the words: what holds more words, or longer ones, is among them. */
  readonly matches: readonly Entry[]
}

/** Commands that make sense when they are chosen from a list, by their keys. */
const commandEntries = (table: readonly Binding[]): Entry[] =>
  table
    .filter(({ context }) => context === 'views' || context === 'pane' || context === 'global')
    .filter(({ command }) => command !== 'palette')
    .map(({ command, keys, context, description }) =>
      entry(
        context === 'views' ? 'view' : 'command',
        description,
        keys.map(keyLabel).join(' '),
        { command },
        true,
      ),
    )

/** What can be changed, by what it is called; where it cannot be, opening it says why. */
const actionEntries = panels.map(({ kind, title, about }) =>
  entry('action', title, about, { panel: kind }, true),
)

let last:
  | {
      readonly table: readonly Binding[]
      readonly graph: Graph
      readonly namespaces: readonly (readonly Namespace[])[]
      readonly index: Index
    }
  | undefined

/** All that can be found: views and commands, objects of the graph, rows of the namespaces of all nodes. */
export function indexOfData(data: Data, table: readonly Binding[]): Index {
  const { graph, snapshot, nodes } = data
  // Those of the node on the screen come first.
  const ordered = [snapshot, ...nodes.filter(node => node !== snapshot)]
  const isSame =
    last?.table === table &&
    last.graph === graph &&
    last.namespaces.length === ordered.length &&
    ordered.every(({ namespaces }, index) => last?.namespaces[index] === namespaces)
  if (!last || !isSame) {
    const rows = ordered.flatMap(node => {
      const of = nodes.length > 1 ? nodeOfSnapshot(data, node) : undefined
      return node.namespaces.flatMap(namespace => namespaceEntries(namespace, of))
    })
    const index = makeIndex([...commandEntries(table), ...actionEntries, ...objectEntries(graph), ...rows])
    last = { table, graph, namespaces: ordered.map(({ namespaces }) => namespaces), index }
  }
  return last.index
}

/** Prepares entries for being searched. */
export function makeIndex(entries: readonly Entry[]): Index {
  const names = entries.filter(({ isFuzzy }) => isFuzzy)
  return { entries, names: fuzzysort.snapshot(names, { key: 'name' }) }
}

/**
 * Finds entries that hold all of the words, the best first: the name itself, names that begin with it, a word of a name,
 * then anything. When there are few, names follow that have the letters in this order.
 *
 * @param among where to look: all entries, or the matches of the beginning of what is typed now
 */
export function search(index: Index, typed: string, among = index.entries): Found {
  const query = typed.trim().toLowerCase()
  if (query === '') {
    const { entries } = index
    return { entries: entries.slice(0, MOST_FOUND), total: entries.length, matches: entries }
  }
  const words = query.split(/ +/)
  const ranked: Entry[][] = [[], [], [], []]
  const matches: Entry[] = []
  for (const candidate of among) {
    if (!words.every(word => candidate.text.includes(word))) continue
    matches.push(candidate)
    const found = ranked[rankOf(candidate, query)]
    if (found && found.length < MOST_FOUND) found.push(candidate)
  }
  const written = ranked.flat().slice(0, MOST_FOUND)
  const total = matches.length
  if (total >= ENOUGH) return { entries: written, total, matches }
  const known = new Set(written)
  const fuzzy = fuzzysort
    .go(query, index.names, { limit: ENOUGH, threshold: LEAST_LIKE })
    .map(({ obj }) => obj)
    .filter(found => !known.has(found))
  return { entries: [...written, ...fuzzy], total: total + fuzzy.length, matches }
}

/** 0 for the very name, 1 for its beginning, 2 for the beginning of a word in it, 3 for anything else. */
function rankOf({ name, kind, text }: Entry, query: string): number {
  const start = kind.length + 1
  if (!text.startsWith(query, start)) return text.includes(` ${query}`, start) ? 2 : 3
  return name.length === query.length ? 0 : 1
}
