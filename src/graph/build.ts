import type { Snapshot } from '../snapshot/index.ts'
import { judgeSandboxes, resolveContainers } from './build/containers.ts'
import { resolveDevices } from './build/devices.ts'
import { emptyDraft, finish } from './build/draft.ts'
import { resolveEndpoints } from './build/endpoints.ts'
import { resolveIngress } from './build/ingress.ts'
import { compareTunnels, resolveDockerNetworks } from './build/networks.ts'
import { resolveNodes } from './build/nodes.ts'
import { resolveSandboxes } from './build/sandboxes.ts'
import { readWorld } from './build/world.ts'
import type { Graph } from './model.ts'

/**
 * Joins snapshots to the Container Network Model: one snapshot is a node, several are a cluster. Never throws for what a
 * snapshot holds or lacks; what does not fit together is a warning on the object.
 */
export function buildGraph(snapshots: readonly Snapshot[]): Graph {
  const world = readWorld(snapshots)
  const draft = emptyDraft()
  resolveNodes(draft, world)
  resolveDockerNetworks(draft, world)
  resolveDevices(draft, world)
  compareTunnels(draft, world)
  const sandboxes = resolveSandboxes(draft, world)
  resolveContainers(draft, world, sandboxes)
  resolveEndpoints(draft, world, sandboxes)
  resolveIngress(draft)
  judgeSandboxes(draft, world)
  return finish(draft)
}
