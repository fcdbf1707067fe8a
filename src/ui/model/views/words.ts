import type {
  Graph,
  GraphObject,
  Network,
  NetworkRole,
  Sandbox,
  SandboxKind,
  SwarmService,
} from '../../../graph/model.ts'
import { naturalOrder } from '../../../util/natural-order.ts'
import type { Data } from '../data.ts'
import { atLeast } from '../gaps.ts'
import type { Tone } from '../span.ts'
import { type Cell, type Column, type Row, worldCell } from '../table.ts'

/** Hues of the kinds of network; the word says it without colour. */
const roleTones: Readonly<Record<NetworkRole, Tone>> = {
  ingress: 'ingress',
  gwbridge: 'dim',
  'default-bridge': 'host',
  user: 'plain',
}

/** `ingress`, `overlay`, `gwbridge`, `bridge` … in the hue of its kind. */
export function networkKind({ role, driver }: Network): Cell {
  const word = role === 'ingress' || role === 'gwbridge' ? role : driver
  const tone = role !== 'user' ? roleTones[role] : driver === 'overlay' ? 'overlay' : 'host'
  return worldCell(word, tone)
}

const sandboxTones: Readonly<Record<SandboxKind, Tone>> = {
  host: 'host',
  ingress: 'ingress',
  'load-balancer': 'load-balancer',
  overlay: 'overlay',
  task: 'container',
  container: 'container',
  build: 'dim',
  orphan: 'warn',
  other: 'dim',
}

export function sandboxKind(kind: SandboxKind): Cell {
  return { text: kind === 'load-balancer' ? 'lb' : kind, tone: sandboxTones[kind] }
}

/** `2/3`, in a tone that says when some are missing; `?` when nobody counted. */
export function taskCount({ runningTasks, desiredTasks }: SwarmService): Cell {
  if (runningTasks === undefined && desiredTasks === undefined) return { text: '?', tone: 'unknown' }
  const isShort = runningTasks !== undefined && desiredTasks !== undefined && runningTasks < desiredTasks
  const text = `${runningTasks ?? '?'}/${desiredTasks ?? '?'}`
  return { text, tone: isShort ? 'warn' : 'ok', value: runningTasks }
}

/** `8080->80/tcp`, each published port once. */
export function portWords({ ports }: SwarmService): string {
  return ports
    .map(({ publishedPort, targetPort, protocol, publishMode }) => {
      const from = publishedPort === undefined ? '' : `${publishedPort}->`
      return `${from}${targetPort}/${protocol ?? '?'}${publishMode === 'host' ? ' host' : ''}`
    })
    .join(' ')
}

/** The short form of an id of Docker's. */
export function shortId(id: string | undefined): string {
  return id?.slice(0, 12) ?? ''
}

/** What a sandbox is called where it stands beside others: the task's short name, else its own. */
export function sandboxName(graph: Graph, { task, name }: Sandbox): string {
  return task === undefined ? name : (graph.tasks[task]?.name ?? name)
}

/**
 * A number; `-` for none of a thing that is only there sometimes.
 *
 * @param isAll false when there may be more that could not be read
 */
export function countCell(count: number, isAll = true): Cell {
  if (!isAll) return { text: atLeast(count, false), tone: 'unknown', value: count }
  return count === 0 ? { text: '-', tone: 'dim', value: 0 } : { text: String(count), value: count }
}

/** A word; `?` where there is none because nobody told, `-` where there is none. */
export function toldCell(text: string | undefined, isTold: boolean, tone?: Tone): Cell {
  if (!isTold && (text === undefined || text === '')) return { text: '?', tone: 'unknown' }
  return worldCell(text, tone)
}

/** The row of an object; a warning marks it. */
export function objectRow(object: GraphObject, cells: readonly Cell[], more: Partial<Row> = {}): Row {
  const { id, name, warnings } = object
  // One object a row, and none to copy it from: there may be ten thousand.
  return {
    id,
    level: 1,
    cells,
    isProblem: warnings.length > 0,
    datum: object,
    label: name,
    alias: id,
    ...more,
  }
}

/** What a node is called. */
export function nodeCell(graph: Graph, id: string | undefined): Cell {
  return worldCell(id === undefined ? undefined : (graph.nodes[id]?.name ?? id), 'dim')
}

const nodeColumn: Column = { id: 'node', title: 'NODE', hide: 0.5, max: 20 }

/**
 * The columns, and where there are snapshots of several nodes the node of each row: names are unique on a node only, so it is the
 * last of the columns to be left out.
 */
export function withNodeColumn(columns: readonly Column[]): (data: Data) => readonly Column[] {
  const several = [...columns, nodeColumn]
  return ({ nodes }) => (nodes.length > 1 ? several : columns)
}

/** ` on node1` for what only one node has, where there are snapshots of several. */
export function onNode({ graph, nodes }: Data, id: string | undefined): string {
  return id === undefined || nodes.length < 2 ? '' : ` on ${graph.nodes[id]?.name ?? id}`
}

/** By name as people count: `web.2` before `web.10`. */
export function sortedByName<Item extends { readonly name: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => naturalOrder(a.name, b.name))
}
