import type { Snapshot } from '../snapshot/index.ts'
import { resolveBalance } from './build/balance.ts'
import { judgeSandboxes, resolveContainers } from './build/containers.ts'
import { resolveDevices } from './build/devices.ts'
import { emptyDraft, finish } from './build/draft.ts'
import { resolveEndpoints } from './build/endpoints.ts'
import { resolveIngress } from './build/ingress.ts'
import { compareTunnels, resolveDockerNetworks } from './build/networks.ts'
import { resolveNodes } from './build/nodes.ts'
import { readOwners } from './build/owners.ts'
import { resolvePeers } from './build/peers.ts'
import { resolvePorts } from './build/ports.ts'
import { resolveSandboxes } from './build/sandboxes.ts'
import { resolveServices } from './build/services.ts'
import { resolveTasks } from './build/tasks.ts'
import { resolveVips } from './build/vips.ts'
import { readVteps } from './build/vteps.ts'
import { readWorld } from './build/world.ts'
import type { Graph } from './model.ts'

/**
 * Joins snapshots to the Container Network Model: one snapshot is a node, several are a cluster. Never throws for what a
 * snapshot holds or lacks; what does not fit together is a warning on the object.
 */
export function buildGraph(snapshots: readonly Snapshot[]): Graph {
  const world = readWorld(snapshots)
  const draft = emptyDraft()
  // What there is: by the kernels and by the daemons.
  resolveNodes(draft, world)
  resolveDockerNetworks(draft, world)
  resolveDevices(draft, world)
  compareTunnels(draft, world)
  const sandboxes = resolveSandboxes(draft, world)
  resolveContainers(draft, world, sandboxes)
  resolveEndpoints(draft, world, sandboxes)
  resolveIngress(draft)
  judgeSandboxes(draft, world)
  const services = resolveServices(draft, world)
  const vteps = readVteps(draft, world)
  resolveTasks(draft, world, services, vteps)
  // How it hangs together, now that all of it is known.
  const owners = readOwners(draft)
  resolveBalance(draft, world, sandboxes, owners)
  resolveVips(draft, world, sandboxes, owners)
  resolvePeers(draft, world, owners, vteps)
  resolvePorts(draft, world, owners)
  return finish(draft)
}
