/** What a scenario's questions look like to somebody who listens on the wire between the nodes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Swarm, SwarmNode } from '../swarm/index.ts'
import type { World } from './facts.ts'
import { ask } from './probe.ts'
import type { Scenario } from './scenario.ts'

/** Port of VXLAN that Docker uses. */
const vxlanPort = 4789

export type OnTheWire = {
  /** Packets that are encrypted, of whatever overlay. */
  readonly esp: number
  /** VXLAN packets of the network, which anybody can read. */
  readonly clear: number
  /** Bytes that each node's ESP states counted meanwhile. */
  readonly stateBytes: Readonly<Record<string, { readonly sent: number; readonly received: number }>>
}

/** Listens at the plug of node1 while the probes of a scenario are asked. @param network whose VNI is looked for */
export async function whileAsked(
  swarm: Swarm,
  world: World,
  { probes }: Scenario,
  network: string,
): Promise<OnTheWire> {
  const before = await stateBytes(swarm.nodes)
  const plug = 'port1'
  const listener = spawn('tcpdump', ['-nl', '-i', plug, `esp or udp port ${vxlanPort}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard = text(listener.stdout)
  // It says so on standard error when it listens.
  await once(listener.stderr, 'data')
  for (const probe of probes) await ask(swarm, world, probe)
  listener.kill('SIGINT')
  const lines = (await heard).split('\n')
  const after = await stateBytes(swarm.nodes)
  const vni = await vniOf(swarm.manager, network)
  return {
    esp: lines.filter(line => line.includes(' ESP(')).length,
    clear: lines.filter(line => new RegExp(`VXLAN.* vni ${vni}\\b`).test(line)).length,
    stateBytes: Object.fromEntries(
      Object.entries(after).map(([name, { sent, received }]) => [
        name,
        { sent: sent - (before[name]?.sent ?? 0), received: received - (before[name]?.received ?? 0) },
      ]),
    ),
  }
}

async function vniOf({ docker }: SwarmNode, network: string): Promise<string> {
  const { Options } = await docker.get<{ Options: Record<string, string> }>(`/networks/${network}`)
  return Options['com.docker.network.driver.overlay.vxlanid_list'] ?? ''
}

/** Lifetime counters of `ip -s xfrm state`: each state's addresses, and later how many bytes it has taken. */
async function stateBytes(nodes: readonly SwarmNode[]): Promise<OnTheWire['stateBytes']> {
  const counts: Record<string, { sent: number; received: number }> = {}
  for (const node of nodes) {
    const states = (await node.exec(['ip', '-s', 'xfrm', 'state', 'list', 'nokeys'])).split(/^(?=src )/m)
    const bytesOf = (from: RegExp): number =>
      states
        .filter(state => from.test(state))
        .reduce((sum, state) => sum + Number(/(\d+)\(bytes\), \d+\(packets\)/.exec(state)?.[1] ?? 0), 0)
    const own = node.address.replaceAll('.', String.raw`\.`)
    counts[node.name] = {
      sent: bytesOf(new RegExp(`^src ${own} `)),
      received: bytesOf(new RegExp(`^src \\S+ dst ${own}\\b`)),
    }
  }
  return counts
}
