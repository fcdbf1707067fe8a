/** The nodes of a swarm, compared with how they were at rest. */
import { type Swarm, type SwarmNode, waitFor } from '../../lab/swarm/index.ts'
import { diffSnapshots } from '../../src/snapshot/diff.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { program } from './program.ts'

async function snapshots(nodes: readonly SwarmNode[]): Promise<Snapshot[]> {
  return Promise.all(
    nodes.map(
      async node => JSON.parse(await node.exec(['node', program, 'snapshot', '-o', '-'])) as Snapshot,
    ),
  )
}

/** What differs between two readings of the nodes, a line each. */
function differences(
  nodes: readonly SwarmNode[],
  old: readonly Snapshot[],
  now: readonly Snapshot[],
): string[] {
  return now.flatMap((snapshot, index) =>
    diffSnapshots(old[index]!, snapshot).changes.map(
      ({ change, type, name, namespace, fields }) =>
        `${nodes[index]!.name} ${namespace ?? '-'}: ${change} ${type} ${name} ${JSON.stringify(fields ?? [])}`,
    ),
  )
}

/**
 * The nodes at rest, in all that is judged afterwards: while it joins, dockerd takes rules out and puts them back, and one reading may
 * miss them.
 */
export async function snapshotsAtRest({ nodes }: Swarm): Promise<readonly Snapshot[]> {
  let last = await snapshots(nodes)
  await waitFor(
    async () => {
      const now = await snapshots(nodes)
      const moved = differences(nodes, last, now).filter(line => !isKept(line))
      last = now
      return moved.length === 0 ? undefined : moved.join('\n')
    },
    { seconds: 90, everyMs: 2000 },
  )
  return last
}

/**
 * Waits until the nodes are as they were, but for what the engine itself keeps.
 *
 * @returns all that differs then, and what of it nobody explains: nothing when they are as they were
 */
export async function leftSince(
  { manager, nodes }: Swarm,
  before: readonly Snapshot[],
): Promise<{ readonly left: readonly string[]; readonly wrong: readonly string[] }> {
  await waitFor(async () =>
    (await Promise.all(nodes.map(hasNoContainers))).every(Boolean) ? undefined : 'containers',
  )
  const { Version } = await manager.docker.get<{ Version: string }>('/version')
  // What each generation keeps in the kernel is known of the oldest; of the others, what the API says has to be as it was.
  const isJudged = (line: string): boolean => Version.startsWith('20.10') || / -: /.test(line)
  let left: readonly string[] = []
  const wrong = (): string[] => left.filter(line => isJudged(line) && !isKept(line))
  await waitFor(
    async () => {
      left = differences(nodes, before, await snapshots(nodes))
      return wrong().length === 0 ? undefined : wrong().join('\n')
    },
    { seconds: 60, everyMs: 2000 },
  ).catch(() => {})
  return { left, wrong: wrong() }
}

async function hasNoContainers(node: SwarmNode): Promise<boolean> {
  return (await node.docker.get<unknown[]>('/containers/json?all=true')).length === 0
}

/**
 * What the engine itself keeps once a Swarm had a published port and a node a task, as docker's own commands leave it too: the way from
 * docker_gwbridge into the ingress sandbox, the chains of the routing mesh, and what it learned of the other nodes.
 */
const kept: readonly RegExp[] = [
  /(?:chain|rule) ip6?tables (?:nat|filter) (?:.* )?DOCKER-INGRESS\b/,
  /[ .]docker_gwbridge\b/,
  // The end of the ingress sandbox's pair on docker_gwbridge, and that bridge among the rules.
  /^node\d host: added (?:link|address|route|fdb entry|sysctl) .*\bveth[0-9a-f]{7}\b/,
  /^node\d ingress_sbox: added (?:link|address|route|fdb entry|sysctl) .*\beth1\b/,
  /^node\d ingress_sbox: added chain iptables mangle /,
  /^node\d ingress_sbox: added rule iptables nat -A POSTROUTING -d 10\.0\.0\.0\/24 -m ipvs --ipvs -j SNAT /,
  /^node\d ingress_sbox: changed sysctl net\.ipv4\.vs\.conntrack /,
  // Gossip of the ingress network.
  /^node\d \d-\w+: added (?:neighbour|fdb entry) .*\bvxlan0\b/,
  /^node\d -: changed docker network ingress /,
  // A bridge that was in use once has a link-local address from then on.
  /^node\d host: (?:added|changed) (?:link|address|route|fdb entry) .*\bdocker0\b/,
]

function isKept(line: string): boolean {
  return kept.some(pattern => pattern.test(line))
}
