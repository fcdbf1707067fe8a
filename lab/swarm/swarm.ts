/** A Docker Swarm in the guest: one manager and some workers. One swarm a guest. */
import { mkdirSync } from 'node:fs'
import { output, waitFor } from './exec.ts'
import { importImage, packImage } from './image.ts'
import { isMade, makeNode, makeWire, startDocker, type SwarmNode, swarmHome, swarmNode } from './node.ts'

export type Swarm = {
  readonly manager: SwarmNode
  readonly workers: readonly SwarmNode[]
  /** Manager first. */
  readonly nodes: readonly SwarmNode[]
}

const clusterPort = 2377

/** Makes the nodes, starts Docker on each and joins them; every node has the image `web:1` then. */
export async function upSwarm(workers = 2): Promise<Swarm> {
  mkdirSync(swarmHome, { recursive: true })
  await output(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'swarm', swarmHome])
  await makeWire()
  const numbers = Array.from({ length: workers + 1 }, (_, index) => index + 1)
  const archive = await packImage()
  await Promise.all(
    numbers.map(async number => {
      const node = await makeNode(number)
      await startDocker(node)
      await importImage(node, archive)
    }),
  )
  const swarm = openSwarm()
  await join(swarm)
  return swarm
}

/** Handles of the swarm that is up in this guest. @throws Error when there is none */
export function openSwarm(): Swarm {
  const nodes: SwarmNode[] = []
  while (isMade(nodes.length + 1)) nodes.push(swarmNode(nodes.length + 1))
  const [manager, ...workers] = nodes
  if (manager === undefined)
    throw new Error('no swarm here: start with lab/guest/run --workers N, or upSwarm()')
  return { manager, workers, nodes }
}

async function join({ manager, workers, nodes }: Swarm): Promise<void> {
  const listen = (node: SwarmNode): object => ({
    ListenAddr: `${node.address}:${clusterPort}`,
    AdvertiseAddr: `${node.address}:${clusterPort}`,
  })
  await manager.docker.post('/swarm/init', { ...listen(manager), Spec: {} })
  const { JoinTokens } = await manager.docker.get<{ JoinTokens: { Worker: string } }>('/swarm')
  await Promise.all(
    workers.map(worker =>
      worker.docker.post('/swarm/join', {
        ...listen(worker),
        RemoteAddrs: [`${manager.address}:${clusterPort}`],
        JoinToken: JoinTokens.Worker,
      }),
    ),
  )
  await waitFor(async () => {
    const members = await manager.docker.get<{ Status: { State: string } }[]>('/nodes')
    const ready = members.filter(member => member.Status.State === 'ready').length
    return ready === nodes.length ? undefined : `${ready} of ${nodes.length} nodes are ready`
  })
  // Sandbox and rules of the routing mesh come after the node is ready.
  await waitFor(async () => {
    const missing: string[] = []
    for (const node of nodes) {
      const { status } = await node.try(['test', '-e', '/run/docker/netns/ingress_sbox'])
      if (status !== 0) missing.push(node.name)
    }
    return missing.length === 0 ? undefined : `no ingress_sbox on ${missing.join(', ')}`
  })
}
