import { type Draft, include, type Mutable, warn } from './draft.ts'
import type { Node } from '../model.ts'
import { byKey, dockerRow, type NodeView, type World } from './world.ts'

/** Nodes that a snapshot is of, and nodes that a manager names. Those that are only the end of a tunnel come with it. */
export function resolveNodes(draft: Draft, world: World): void {
  for (const view of world.views) draft.nodes.set(view.id, ownNode(view))
  for (const view of world.views) {
    for (const row of view.snapshot.docker?.nodes?.toSorted(byKey(({ ID }) => ID)) ?? []) {
      const node = draft.nodes.get(`node:${row.ID}`) ?? addNode(draft, row.ID, row.Hostname || row.ID)
      node.nodeId = row.ID
      node.hostname ??= row.Hostname
      node.role = row.Role === 'manager' ? 'manager' : 'worker'
      node.isLeader = row.ManagerStatus?.Leader ?? false
      node.availability = row.Availability
      node.state = row.State
      if (row.EngineVersion !== undefined) node.engineVersion = row.EngineVersion
      if (row.Addr !== '') include(node.vteps, row.Addr)
      node.evidence.push(dockerRow(view.id, 'nodes', row.ID))
    }
  }
  for (const { node: id, takenAt } of world.replaced) {
    const node = draft.nodes.get(id)
    if (node) warn(node, 'old-snapshot', `a snapshot of ${node.name} taken at ${takenAt} was left out`, [])
  }
}

/** A node of which nothing but a key is known yet. */
export function addNode(draft: Draft, key: string, name: string): Mutable<Node> {
  const node: Mutable<Node> = {
    type: 'node',
    id: `node:${key}`,
    name,
    evidence: [],
    warnings: [],
    hasSnapshot: false,
    vteps: [],
  }
  draft.nodes.set(node.id, node)
  return node
}

function ownNode({ id, nodeId, hostname, snapshot }: NodeView): Mutable<Node> {
  const { docker, takenAt } = snapshot
  const swarm = docker?.info?.Swarm
  const isMember = Boolean(swarm?.NodeID)
  return {
    type: 'node',
    id,
    name: hostname,
    evidence: docker?.info ? [dockerRow(id, 'info', '')] : [],
    warnings: [],
    ...(nodeId !== undefined && { nodeId }),
    hostname,
    hasSnapshot: true,
    takenAt,
    vteps: swarm?.NodeAddr ? [swarm.NodeAddr] : [],
    ...(swarm && { role: swarm.ControlAvailable ? 'manager' : isMember ? 'worker' : 'none' }),
    ...(docker && { engineVersion: docker.version.Version }),
  }
}
