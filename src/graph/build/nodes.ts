import type { DockerNode } from '../../snapshot/index.ts'
import { addObject, type Draft, include, type Mutable, warn } from './draft.ts'
import type { Node } from '../model.ts'
import { pointer } from '../evidence.ts'
import { byKey, dockerRow, type NodeView, type World } from './world.ts'

/** Nodes that a snapshot is of, and nodes that a manager names. Those that are only the end of a tunnel come with it. */
export function resolveNodes(draft: Draft, world: World): void {
  for (const view of world.views) {
    const node = ownNode(view)
    addObject(draft.nodes, node)
    if (view.nodeId !== undefined) draft.nodesBySwarmId.set(view.nodeId, node)
  }
  for (const view of world.views) {
    for (const row of view.snapshot.docker?.nodes?.toSorted(byKey(({ ID }) => ID)) ?? []) {
      const node =
        draft.nodesBySwarmId.get(row.ID) ?? addNode(draft, freeKey(draft, row), row.Hostname || row.ID)
      node.nodeId = row.ID
      draft.nodesBySwarmId.set(row.ID, node)
      node.hostname ??= row.Hostname
      node.role = row.Role === 'manager' ? 'manager' : 'worker'
      node.isLeader = row.ManagerStatus?.Leader ?? false
      node.availability = row.Availability
      node.state = row.State
      if (row.EngineVersion !== undefined) node.engineVersion = row.EngineVersion
      if (row.Addr !== '' && row.Addr !== '0.0.0.0') include(node.vteps, row.Addr)
      node.evidence.push(dockerRow(view.id, 'nodes', row.ID))
    }
  }
  for (const view of world.views) managersOf(draft, view)
  for (const { node: id, takenAt } of world.replaced) {
    const node = draft.nodes.byId[id]
    if (node) warn(node, 'old-snapshot', `a snapshot of ${node.name} taken at ${takenAt} was left out`, [])
  }
}

/** A worker knows the ids and addresses of the managers, and not their names. */
function managersOf(draft: Draft, view: NodeView): void {
  const managers = view.snapshot.docker?.info?.Swarm.RemoteManagers ?? []
  for (const { NodeID, Addr } of managers.toSorted(byKey(manager => manager.NodeID))) {
    const address = Addr.replace(/:\d+$/, '')
    if (NodeID === '' || address === '' || draft.nodesBySwarmId.has(NodeID)) continue
    const node = draft.nodes.byId[`node:${address}`] ?? addNode(draft, address, address)
    node.nodeId = NodeID
    node.role = 'manager'
    include(node.vteps, address)
    node.evidence.push(dockerRow(view.id, 'info', '', pointer('Swarm', 'RemoteManagers')))
    draft.nodesBySwarmId.set(NodeID, node)
  }
}

/** A node that left and joined again is listed twice under one name. */
function freeKey(draft: Draft, { ID, Hostname }: DockerNode): string {
  return Hostname === '' || `node:${Hostname}` in draft.nodes.byId ? `${Hostname}@${ID}` : Hostname
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
  addObject(draft.nodes, node)
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
