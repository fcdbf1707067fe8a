import type { RowRef } from '../evidence.ts'
import type {
  Container,
  Edge,
  EdgeKind,
  Endpoint,
  Graph,
  GraphObject,
  Network,
  Node,
  OverlayPeer,
  PublishedPort,
  RealServer,
  Sandbox,
  SwarmService,
  SwarmTask,
  VirtualService,
  WarningCode,
} from '../model.ts'

/**
 * Objects by id, as the graph has them, and in the order in which they came: to list a large record, V8 sorts its keys and looks
 * each of them up.
 */
export type Objects<Item> = { readonly byId: Record<string, Item>; readonly list: Item[] }

/** Without a prototype it takes half the time to fill. */
function noObjects<Item>(): Objects<Item> {
  return { byId: Object.create(null) as Record<string, Item>, list: [] }
}

/** Adds an object; of two with one id the last one counts. */
export function addObject<Item extends { readonly id: string }>(
  { byId, list }: Objects<Item>,
  item: Item,
): void {
  const { id } = item
  const before = byId[id]
  if (before) list[list.indexOf(before)] = item
  else list.push(item)
  byId[id] = item
}

/** A graph under construction: the same objects, still to be written. */
export type Draft = {
  readonly nodes: Objects<Mutable<Node>>
  readonly networks: Objects<Mutable<Network>>
  readonly sandboxes: Objects<Mutable<Sandbox>>
  readonly endpoints: Objects<Mutable<Endpoint>>
  readonly services: Objects<Mutable<SwarmService>>
  readonly tasks: Objects<Mutable<SwarmTask>>
  readonly containers: Objects<Mutable<Container>>
  readonly virtualServices: Objects<Mutable<VirtualService>>
  readonly realServers: Objects<Mutable<RealServer>>
  readonly peers: Objects<Mutable<OverlayPeer>>
  readonly ports: Objects<Mutable<PublishedPort>>
  readonly edges: Edge[]
  readonly nodesBySwarmId: Map<string, Mutable<Node>>
  readonly containersByDockerId: Map<string, Mutable<Container>>
  /** Networks by their bridges: key of the namespace, then ifindex. */
  readonly bridges: Map<string, Map<number, Mutable<Network>>>
}

export type Mutable<Value> = Value extends RowRef
  ? Value
  : Value extends readonly (infer Item)[]
    ? Mutable<Item>[]
    : Value extends object
      ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
      : Value

export function emptyDraft(): Draft {
  return {
    nodes: noObjects(),
    networks: noObjects(),
    sandboxes: noObjects(),
    endpoints: noObjects(),
    services: noObjects(),
    tasks: noObjects(),
    containers: noObjects(),
    virtualServices: noObjects(),
    realServers: noObjects(),
    peers: noObjects(),
    ports: noObjects(),
    edges: [],
    nodesBySwarmId: new Map(),
    containersByDockerId: new Map(),
    bridges: new Map(),
  }
}

export function addEdge(
  draft: Draft,
  kind: EdgeKind,
  from: string,
  to: string,
  evidence: readonly RowRef[],
): void {
  draft.edges.push({ kind, from, to, evidence })
}

export function warn(
  object: Mutable<GraphObject>,
  code: WarningCode,
  message: string,
  evidence: readonly RowRef[],
): void {
  object.warnings = added(object.warnings, { code, message, evidence: [...evidence] })
}

/** The empty list of most objects: nothing can be added to it, `added` gives another one. */
export const none: never[] = Object.freeze([]) as unknown as never[]

/**
 * The list with one more item. Of a large graph most lists have one or two items, and `push` makes room for seventeen: in time and
 * memory that is a fifth of the whole.
 */
export function added<Item>(list: Item[], item: Item): Item[] {
  if (list.length === 0) return [item]
  if (list.length === 1) return [list[0] as Item, item]
  list.push(item)
  return list
}

/** The list with one more item before the others; a spread behind an item makes room as `push` does. */
export function prepended<Item>(item: Item, list: readonly Item[]): Item[] {
  return list.length === 1 ? [item, list[0] as Item] : [item].concat(list)
}

/** Adds to a list that is a set. */
export function include<Item>(list: Item[], item: Item): void {
  if (!list.includes(item)) list.push(item)
}

export function finish(draft: Draft): Graph {
  return {
    nodes: draft.nodes.byId,
    networks: draft.networks.byId,
    sandboxes: draft.sandboxes.byId,
    endpoints: draft.endpoints.byId,
    services: draft.services.byId,
    tasks: draft.tasks.byId,
    containers: draft.containers.byId,
    virtualServices: draft.virtualServices.byId,
    realServers: draft.realServers.byId,
    peers: draft.peers.byId,
    ports: draft.ports.byId,
    edges: draft.edges,
  }
}
