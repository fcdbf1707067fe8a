import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Trace, traceFlow } from '../../../src/lb/index.ts'
import { makeNetns, type TestNetns } from '../../support/netns.ts'
import { snapshotOf } from './router.ts'

/**
 * Three namespaces: `A` asks, `S` answers, and between them stands `R`, which routes (`routed`) or has a bridge that both hang on
 * (`bridged`).
 */
export type Wire = 'routed' | 'bridged'
type Name = 'A' | 'R' | 'S'

export type Listener = {
  readonly at: Name
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly dev?: string
}

export type Asking = {
  /** `A` unless it says something else. */
  readonly from?: Name
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  readonly destination: string
  readonly port?: number
  /** Of the packet, with its headers. */
  readonly bytes?: number
}

const wires: Readonly<Record<Wire, Readonly<Record<Name, readonly string[]>>>> = {
  routed: {
    A: [
      'link set lo up',
      'link add a0 type veth peer name ra netns R',
      'link set a0 up',
      'addr add 10.0.1.2/24 dev a0',
      'addr add fd00:1::2/64 dev a0 nodad',
    ],
    S: [
      'link set lo up',
      'link add s0 type veth peer name rs netns R',
      'link set s0 up',
      'addr add 10.0.2.2/24 dev s0',
      'addr add fd00:2::2/64 dev s0 nodad',
    ],
    R: [
      'link set lo up',
      'link set ra up',
      'link set rs up',
      'addr add 10.0.1.1/24 dev ra',
      'addr add 10.0.2.1/24 dev rs',
      'addr add fd00:1::1/64 dev ra nodad',
      'addr add fd00:2::1/64 dev rs nodad',
    ],
  },
  bridged: {
    A: [
      'link set lo up',
      'link add a0 type veth peer name ra netns R',
      'link set a0 up',
      'addr add 10.0.1.2/24 dev a0',
    ],
    S: [
      'link set lo up',
      'link add s0 type veth peer name rs netns R',
      'link set s0 up',
      'addr add 10.0.1.3/24 dev s0',
    ],
    R: [
      'link set lo up',
      'link add br0 type bridge',
      'link set br0 up',
      'link set ra up master br0',
      'link set rs up master br0',
      'addr add 10.0.1.1/24 dev br0',
    ],
  },
}

/** With both ends of every wire up: before that a route to a gateway may be refused. */
const routes: Readonly<Record<Wire, Readonly<Record<'A' | 'S', readonly string[]>>>> = {
  routed: {
    A: ['route add default via 10.0.1.1', 'route add default via fd00:1::1'],
    S: ['route add default via 10.0.2.1', 'route add default via fd00:2::1'],
  },
  bridged: { A: ['route add default via 10.0.1.1'], S: ['route add default via 10.0.1.1'] },
}

const settings: Readonly<Record<Wire, readonly string[]>> = {
  routed: ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'],
  bridged: ['net.ipv4.ip_forward=1'],
}

export type SmallWorld = {
  /**
   * Runs a line of a shell in a namespace: `R: ip rule add ...`; `@A` stands for the name of a namespace.
   *
   * @returns what it complained of when it failed, as where the kernel lacks what it asks for
   */
  run(line: string): string | undefined
  listen(listeners: readonly Listener[]): Promise<void>
  /** Whether an answer came, and what cnmtop says of the same, before it was sent and behind it. */
  ask(asking: Asking, seconds: number): { readonly heard: string; readonly traces: readonly Trace[] }
  remove(): void
}

export function makeSmallWorld(wire: Wire): SmallWorld {
  const spaces = { A: makeNetns('small'), R: makeNetns('small'), S: makeNetns('small') }
  const listening: ReturnType<typeof spawn>[] = []
  const remove = (): void => {
    for (const child of listening) child.stdin?.end()
    for (const space of Object.values(spaces)) space.remove()
  }
  const inside = (name: Name, ...words: readonly string[]) =>
    spawnSync('ip', ['netns', 'exec', spaces[name].name, ...words], { encoding: 'utf8' })
  const complaints = [
    ...(['A', 'S', 'R'] as const).flatMap(name => spaces[name].batch(named(wires[wire][name], spaces))),
    ...(['A', 'S'] as const).flatMap(name => spaces[name].batch(routes[wire][name])),
  ]
  inside('R', 'sysctl', '-qw', ...settings[wire])
  const wait = (name: Name, until: string) =>
    inside(name, 'timeout', '30', 'sh', '-c', `until ${until}; do sleep 0.05; done`)
  // Until the kernel has looked at the carrier of both wires, up to a second after they came up, a bridge takes nothing from them,
  // and addresses of IPv6 are no addresses yet.
  wait('R', '! bridge link | grep -q "state disabled"')
  if (wire === 'routed') {
    for (const [name, count] of [
      ['A', 1],
      ['S', 1],
      ['R', 2],
    ] as const)
      wait(name, `[ "$(ip -6 route show table local | grep -c "^local fd00:")" = ${count} ]`)
  }
  if (complaints.length > 0) {
    remove()
    throw new Error(complaints.join('\n'))
  }
  return {
    run(line) {
      const [, name = '', command = ''] = /^([ARS]): ([^]*)$/.exec(line) ?? []
      const told = command.replaceAll(/@([ARS])\b/g, (_, other: Name) => spaces[other].name)
      const { status, stderr } = inside(name as Name, 'sh', '-c', told)
      return status === 0 ? undefined : `${line}: ${stderr.trim()}`
    },
    async listen(listeners) {
      for (const name of ['A', 'R', 'S'] as const) {
        const own = listeners.filter(({ at }) => at === name)
        if (own.length === 0) continue
        const program = join(import.meta.dirname, 'listen.py')
        const words = ['netns', 'exec', spaces[name].name, 'python3', program, JSON.stringify(own)]
        const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] })
        listening.push(child)
        await once(child.stdout, 'data')
      }
    },
    ask({ from = 'A', ...asking }, seconds) {
      const all = Object.values(spaces)
      const before = snapshotOf(all)
      const words = JSON.stringify({ ...asking, seconds })
      const { stdout } = inside(from, 'python3', join(import.meta.dirname, 'ask.py'), words)
      const flow = flowOf(asking, spaces[from])
      return {
        heard: stdout.trim(),
        traces: [before, snapshotOf(all)].map(snapshot => traceFlow([snapshot], flow)),
      }
    },
    remove,
  }
}

/** `netns R` stands for the namespace that was made for it. */
function named(lines: readonly string[], spaces: Readonly<Record<Name, TestNetns>>): string[] {
  return lines.map(line => line.replace(/\bnetns ([ARS])$/, (_, name: Name) => `netns ${spaces[name].name}`))
}

function flowOf({ protocol, destination, port, bytes }: Asking, { id }: TestNetns) {
  const isIpv6 = destination.includes(':')
  const numbers = { tcp: 6, udp: 17, icmp: isIpv6 ? 58 : 1 }
  return {
    family: isIpv6 ? ('inet6' as const) : ('inet' as const),
    protocol: numbers[protocol],
    destination,
    ...(port !== undefined && { destinationPort: port }),
    ...(bytes !== undefined && { length: bytes }),
    entry: { kind: 'local' as const, namespace: id },
  }
}
