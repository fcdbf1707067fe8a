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

/** A graph under construction: the same objects, still to be written. */
export type Draft = {
  readonly nodes: Map<string, Mutable<Node>>
  readonly networks: Map<string, Mutable<Network>>
  readonly sandboxes: Map<string, Mutable<Sandbox>>
  readonly endpoints: Map<string, Mutable<Endpoint>>
  readonly services: Map<string, Mutable<SwarmService>>
  readonly tasks: Map<string, Mutable<SwarmTask>>
  readonly containers: Map<string, Mutable<Container>>
  readonly virtualServices: Map<string, Mutable<VirtualService>>
  readonly realServers: Map<string, Mutable<RealServer>>
  readonly peers: Map<string, Mutable<OverlayPeer>>
  readonly ports: Map<string, Mutable<PublishedPort>>
  readonly edges: Edge[]
  readonly nodesBySwarmId: Map<string, Mutable<Node>>
  /** Networks by their bridges: node, namespace and ifindex. */
  readonly bridges: Map<string, Mutable<Network>>
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
    nodes: new Map(),
    networks: new Map(),
    sandboxes: new Map(),
    endpoints: new Map(),
    services: new Map(),
    tasks: new Map(),
    containers: new Map(),
    virtualServices: new Map(),
    realServers: new Map(),
    peers: new Map(),
    ports: new Map(),
    edges: [],
    nodesBySwarmId: new Map(),
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

/** Adds to a list that is a set. */
export function include<Item>(list: Item[], item: Item): void {
  if (!list.includes(item)) list.push(item)
}

export function finish(draft: Draft): Graph {
  return {
    nodes: record(draft.nodes),
    networks: record(draft.networks),
    sandboxes: record(draft.sandboxes),
    endpoints: record(draft.endpoints),
    services: record(draft.services),
    tasks: record(draft.tasks),
    containers: record(draft.containers),
    virtualServices: record(draft.virtualServices),
    realServers: record(draft.realServers),
    peers: record(draft.peers),
    ports: record(draft.ports),
    edges: draft.edges,
  }
}

/** Without a prototype it takes half the time to fill, which is a tenth of what a large graph takes. */
function record<Value>(map: ReadonlyMap<string, Value>): Record<string, Value> {
  const objects = Object.create(null) as Record<string, Value>
  for (const [id, value] of map) objects[id] = value
  return objects
}
