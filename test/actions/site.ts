import { loadSnapshot } from '../../src/snapshot/file.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { Intent } from '../../src/actions/intent.ts'
import { type Site, siteOf } from '../../src/actions/site.ts'
import { snapshotPath } from '../support/cluster-captures.ts'
import { network, service } from './intents.ts'

/**
 * A recorded swarm of three nodes: overlay app (10.20.0.0/24), services web (80 and 8080), api, direct, client; and in it, synthetic,
 * an overlay `old` that nothing uses.
 */
export const manager: Snapshot = withUnused(await loadSnapshot(snapshotPath('swarm', 'node1')))
export const worker: Snapshot = await loadSnapshot(snapshotPath('swarm', 'node2'))
export const site: Site = siteOf(manager)

function withUnused(snapshot: Snapshot): Snapshot {
  const app = snapshot.docker!.networks!.find(({ Name }) => Name === 'app')!
  const IPAM = { ...app.IPAM, Config: [{ Subnet: '10.21.0.0/24', Gateway: '10.21.0.1' }] }
  const old = {
    ...app,
    Name: 'old',
    Id: 'oldnetworkoldnetworkold01',
    IPAM,
    Containers: {},
    Options: { encrypted: '' },
  }
  return {
    ...snapshot,
    docker: { ...snapshot.docker!, networks: [...snapshot.docker!.networks!, { ...old, Services: {} }] },
  }
}

/** One intent of every kind, each possible on the recorded swarm. */
export const possible: readonly Intent[] = [
  network(),
  { kind: 'network-remove', network: 'old' },
  { kind: 'network-prune' },
  {
    kind: 'network-restore',
    networks: [
      network({ subnets: [{ subnet: '192.168.11.0/24' }] }),
      network({ name: 'old' }),
      network({ name: 'yard', driver: 'bridge', attachable: false, subnets: [] }),
    ],
  },
  service(),
  {
    kind: 'service-publish-add',
    service: 'api',
    publish: { published: 9090, target: 80, protocol: 'tcp', mode: 'ingress' },
  },
  {
    kind: 'service-publish-remove',
    service: 'web',
    publish: { published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' },
  },
  { kind: 'service-scale', service: 'web', replicas: 1 },
  { kind: 'service-force-update', service: 'web' },
  { kind: 'service-remove', service: 'web' },
]
