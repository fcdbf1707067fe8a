/** Makes the connections of a plan in the guest's swarm, and gathers what the kernel's own tools say of them. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { World } from '../../lab/scenarios/facts.ts'
import { placeName, tryInPlace } from '../../lab/scenarios/place.ts'
import { clientAddress, output, type Swarm } from '../../lab/swarm/index.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { eachFlow, outsidePort, type Planned, planFlows } from './plan.ts'
import type { Sending, Sent } from './send.ts'

/** Everything that a comparison needs; it can be made again from this without a guest. */
export type Gathered = {
  readonly docker: string
  readonly iptables: string
  readonly kernel: string
  /** As they were before the first connection. */
  readonly snapshots: readonly Snapshot[]
  readonly flows: readonly (Planned & Sent)[]
  /** What look.sh printed on each node, before and after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Names of namespaces by `web@node2` or `shed@node1`, and the first twelve characters of containers' ids by the same. */
  readonly sandboxes: Readonly<Record<string, string>>
  readonly hosts: Readonly<Record<string, string>>
}

const file = (name: string): string => join(import.meta.dirname, name)

/** @param only whether a flow is made; all of them when left out */
export async function gather(
  swarm: Swarm,
  world: World,
  only: (asked: Planned) => boolean = () => true,
): Promise<Gathered> {
  const { manager, nodes } = swarm
  const listener = await listen()
  try {
    const planned = eachFlow(planFlows(world, clientAddress)).filter(only)
    const snapshots: Snapshot[] = []
    for (const node of nodes)
      snapshots.push(JSON.parse(await node.exec(['node', file('snapshot-node.ts')])) as Snapshot)
    const look = (): Promise<string[]> => Promise.all(nodes.map(node => node.exec(['bash', file('look.sh')])))
    const before = await look()
    const sent = await send(swarm, world, planned)
    const after = await look()
    const { Version } = await manager.docker.get<{ Version: string }>('/version')
    return {
      docker: Version,
      iptables: (await manager.exec(['iptables', '--version'])).trim(),
      kernel: (await output(['uname', '-r'])).trim(),
      snapshots,
      flows: planned.map(each => ({ ...each, ...sent.get(each.localPort) })),
      before,
      after,
      sandboxes: Object.fromEntries(
        [...world.sandboxes].map(([name, path]) => [name, path.slice(path.lastIndexOf('/') + 1)]),
      ),
      hosts: hostsOf(world),
    }
  } finally {
    listener.stop()
  }
}

async function send(
  swarm: Swarm,
  { sandboxes }: World,
  planned: readonly Planned[],
): Promise<Map<number, Sent>> {
  const sent = new Map<number, Sent>()
  for (const flows of Map.groupBy(planned, ({ from }) => placeName(from)).values()) {
    const sendings = flows.map(({ protocol, address, port, localPort, source, query }): Sending => {
      return { protocol, address, port, localPort, source, query }
    })
    const command = ['node', file('send.ts'), JSON.stringify(sendings)]
    const { status, stdout, stderr } = await tryInPlace(swarm, sandboxes, flows[0]!.from, command)
    if (status !== 0) throw new Error(`${placeName(flows[0]!.from)}: cannot send: ${stderr}`)
    for (const each of JSON.parse(stdout) as Sent[]) sent.set(each.localPort, each)
  }
  return sent
}

/** The world outside: answers `world` to whoever asks. */
async function listen(): Promise<{ readonly stop: () => void }> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.end('HTTP/1.0 200 OK\r\n\r\nworld\n')
  })
  await new Promise<void>(done => server.listen(outsidePort, done))
  return { stop: () => server.close() }
}

/** Docker takes the first twelve characters of a container's id for its host name. */
function hostsOf({ facts }: World): Record<string, string> {
  const hosts: Record<string, string> = {}
  for (const [name, id] of Object.entries(facts)) {
    const [kind, of = '', node] = name.split('.')
    if (kind === 'id') hosts[id.slice(0, 12)] = node === undefined ? of : `${of}@${node}`
  }
  return hosts
}
