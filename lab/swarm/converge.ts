/** Waits until a swarm does what its manager says. */
import { waitFor } from './exec.ts'
import type { SwarmNode } from './node.ts'
import type { Swarm } from './swarm.ts'

type Service = {
  readonly ID: string
  readonly Spec: { readonly Name: string }
  readonly Endpoint: { readonly VirtualIPs?: readonly { readonly NetworkID: string }[] }
  readonly ServiceStatus: { readonly RunningTasks: number; readonly DesiredTasks: number }
}

type Task = {
  readonly ServiceID: string
  readonly Status: { readonly State: string }
  readonly NetworksAttachments?: readonly {
    readonly Network: { readonly ID: string; readonly Spec: { readonly Ingress?: boolean } }
    readonly Addresses?: readonly string[]
  }[]
}

/**
 * Waits until every service has its tasks running and IPVS on every node has just these tasks as real servers.
 *
 * The second takes up to seconds longer: a node learns of tasks on other nodes by gossip, and refuses connections until
 * then.
 *
 * @param seconds for the tasks, and again for the tables of each node
 * @throws Error that says what is missing, when the time is up
 */
export async function waitForServices({ manager, nodes }: Swarm, seconds = 150): Promise<void> {
  await waitFor(
    async () => {
      const services = await manager.docker.get<Service[]>('/services?status=true')
      const waiting = services.filter(
        ({ ServiceStatus: { RunningTasks, DesiredTasks } }) => RunningTasks !== DesiredTasks,
      )
      if (waiting.length === 0) return undefined
      const words = waiting.map(
        ({ Spec, ServiceStatus: { RunningTasks, DesiredTasks } }) =>
          `${Spec.Name} ${RunningTasks} of ${DesiredTasks}`,
      )
      return `tasks running: ${words.join(', ')}`
    },
    { seconds, everyMs: 300 },
  )
  const expected = expectedRealServers(
    await manager.docker.get<Service[]>('/services'),
    await manager.docker.get<Task[]>('/tasks?filters={"desired-state":["running"]}'),
  )
  for (const node of nodes) {
    await waitFor(() => difference(node, expected), { seconds, everyMs: 300 })
  }
}

/** Addresses of the tasks behind virtual services, by the name of the namespace that balances. */
function expectedRealServers(services: readonly Service[], tasks: readonly Task[]): Map<string, string[]> {
  const expected = new Map<string, string[]>()
  for (const task of tasks) {
    if (task.Status.State !== 'running') continue
    const virtualIps = services.find(({ ID }) => ID === task.ServiceID)?.Endpoint.VirtualIPs ?? []
    for (const { Network, Addresses = [] } of task.NetworksAttachments ?? []) {
      if (!virtualIps.some(({ NetworkID }) => NetworkID === Network.ID)) continue
      // Docker names a load balancer's namespace by the first nine characters of its network.
      const netns = Network.Spec.Ingress ? 'ingress_sbox' : `lb_${Network.ID.slice(0, 9)}`
      const known = expected.get(netns) ?? []
      expected.set(netns, [...known, ...Addresses.map(address => address.split('/')[0]!)])
    }
  }
  return expected
}

async function difference(
  node: SwarmNode,
  expected: ReadonlyMap<string, readonly string[]>,
): Promise<string | undefined> {
  const names = (await node.exec(['ls', '/run/docker/netns'])).trim().split('\n')
  for (const netns of names.filter(name => name === 'ingress_sbox' || name.startsWith('lb_'))) {
    // A namespace may be on its way out.
    const saved = await node.inNetns(netns, ['ipvsadm', '-Sn']).catch(() => undefined)
    if (saved === undefined) return `${node.name} ${netns}: cannot be read`
    const has = Array.from(saved.matchAll(/ -r ([\d.]+):\d+ .*-w [1-9]/g), ([, address]) => address!)
    const wanted = expected.get(netns) ?? []
    if (has.toSorted().join(' ') === wanted.toSorted().join(' ')) continue
    return `${node.name} ${netns}: real servers are ${has.join(' ') || 'none'} instead of ${wanted.join(' ') || 'none'}`
  }
  return undefined
}
