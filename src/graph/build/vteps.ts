import type { Node } from '../model.ts'
import { type Draft, include, type Mutable } from './draft.ts'
import { addNode } from './nodes.ts'
import { compare, entriesOf, type World } from './world.ts'

/** Nodes by the address that their tunnels end at. */
export type VtepIndex = Map<string, Mutable<Node>>

/**
 * Whose a VTEP is. Best is what tasks say: a manager knows the node of a task, and each network the VTEP it is behind. Next
 * is what the manager sees a node come from, last the addresses of a host that was read.
 */
export function readVteps(draft: Draft, world: World): VtepIndex {
  const index: VtepIndex = new Map()
  const add = (vtep: string | undefined, node: Mutable<Node> | undefined): void => {
    if (vtep && node && !index.has(vtep)) index.set(vtep, node)
  }
  const nodeOfTask = new Map<string, string>()
  for (const view of world.views) {
    for (const { ID, NodeID } of view.snapshot.docker?.tasks ?? []) {
      const node = draft.nodesBySwarmId.get(NodeID ?? '')
      if (node) nodeOfTask.set(ID, node.id)
    }
    for (const { Labels } of view.containers ?? []) {
      const task = Labels['com.docker.swarm.task.id']
      if (task !== undefined) nodeOfTask.set(task, view.id)
    }
  }
  for (const view of world.views) {
    for (const network of view.networks ?? []) {
      for (const [, { Tasks }] of entriesOf(network.Services)) {
        for (const { Name, Info } of Tasks) {
          const vtep = Info['Host IP']
          if (!vtep || index.has(vtep)) continue
          const node = draft.nodes.byId[nodeOfTask.get(Name.slice(Name.lastIndexOf('.') + 1)) ?? '']
          add(vtep, node)
          if (node) include(node.vteps, vtep)
        }
      }
    }
  }
  for (const node of draft.nodes.list) {
    node.vteps.sort(compare)
    for (const vtep of node.vteps) add(vtep, node)
  }
  for (const [address, nodes] of hostAddresses(world)) {
    const [only] = nodes
    if (nodes.size === 1) add(address, draft.nodes.byId[only ?? ''])
  }
  return index
}

/** Nodes by the addresses of their hosts. Several hosts have the address of Docker's bridges. */
function hostAddresses({ views }: World): Map<string, Set<string>> {
  const nodes = new Map<string, Set<string>>()
  for (const { id, host } of views) {
    for (const { local, scope } of host?.row.addresses ?? []) {
      const known = nodes.get(local)
      if (known) known.add(id)
      else if (scope === 'global') nodes.set(local, new Set([id]))
    }
  }
  return nodes
}

/** The node behind a VTEP; one that nothing else is known of is called by the VTEP. */
export function nodeOfVtep(draft: Draft, index: VtepIndex, vtep: string): Mutable<Node> {
  const known = index.get(vtep)
  if (known) return known
  const node = addNode(draft, vtep, vtep)
  node.vteps.push(vtep)
  index.set(vtep, node)
  return node
}
