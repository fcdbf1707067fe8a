import { execFileSync, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { snapshotOf } from '../oracle/trace/router.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

/**
 * Namespaces around one bridge, which is in `sw`: `a`, `b` and `c` know of no VLAN; `t` has a VLAN device on its wire, and the one
 * of `u` is on that wire as well. All addresses are of one network: what is told apart is told apart by the bridge.
 */
export const places = ['sw', 'a', 'b', 'c', 't', 'u'] as const
export type PlaceName = (typeof places)[number]

export const addresses: Readonly<Record<PlaceName, string>> = {
  sw: '10.7.0.254',
  a: '10.7.0.1',
  b: '10.7.0.2',
  c: '10.7.0.3',
  t: '10.7.0.10',
  u: '10.7.0.20',
}

/** Who asks everybody else. */
export const askers = ['sw', 'a', 'b', 't'] as const

/** `02:00:00:00:00:01` and so on, in the order of the alphabet. */
export const macOf = (place: 'a' | 'b' | 'c' | 't'): string =>
  `02:00:00:00:00:0${['a', 'b', 'c', 't'].indexOf(place) + 1}`

export type Bed = {
  snapshot(): Snapshot
  /** Makes the bridge anew, as `options` say, with its ports `pa`, `pb`, `pc` and `pt` and with the address of `sw`. */
  reset(options: string): void
  /** Lines of one tool. @throws with what kernel or tool refused */
  tool(place: PlaceName, tool: 'ip' | 'bridge', lines: readonly string[]): void
  /** @throws when the program fails */
  run(place: PlaceName, command: string): string
  /** Standard output of a script. */
  shell(place: PlaceName, script: string): Promise<string>
  remove(): void
}

/** Whether the kernel has bridges that filter by VLAN (CONFIG_BRIDGE_VLAN_FILTERING). Needs root. */
export function hasVlanFiltering(): boolean {
  const probe = makeNetns('vlan-probe')
  try {
    return probe.batch(['link add br0 type bridge vlan_filtering 1']).length === 0
  } finally {
    probe.remove()
  }
}

/** Needs root, bridges that filter by VLAN, and the programs ip, bridge, iptables and ping. */
export function makeBed(): Bed {
  const netns = new Map<PlaceName, TestNetns>()
  const remove = (): void => {
    for (const each of netns.values()) each.remove()
  }
  const at = (place: PlaceName): TestNetns => netns.get(place)!
  const tool: Bed['tool'] = (place, name, lines) => {
    const input = lines.map(line => `${line}\n`).join('')
    execFileSync(name, ['-n', at(place).name, '-batch', '-'], { input, stdio: ['pipe', 'ignore', 'pipe'] })
  }
  const enter = (place: PlaceName): string[] => ['netns', 'exec', at(place).name]
  const run: Bed['run'] = (place, command) =>
    execFileSync('ip', [...enter(place), ...command.split(' ')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  try {
    for (const place of places) netns.set(place, makeNetns(`vlan-${place}`))
    for (const place of ['a', 'b', 'c', 't'] as const) {
      tool(place, 'ip', [
        'link set lo up',
        `link add eth0 address ${macOf(place)} type veth peer name p${place} netns ${at('sw').name}`,
        'link set eth0 up',
      ])
    }
    tool('t', 'ip', [
      'link add link eth0 name eth0.10 type vlan id 10',
      'link set eth0.10 up',
      `link add link eth0 name eth0.20 netns ${at('u').name} type vlan id 20`,
    ])
    const devices = { a: 'eth0', b: 'eth0', c: 'eth0', t: 'eth0.10', u: 'eth0.20' } as const
    for (const [place, device] of Object.entries(devices) as [keyof typeof devices, string][])
      tool(place, 'ip', [`link set ${device} up`, `addr add ${addresses[place]}/24 dev ${device}`])
    tool('sw', 'ip', [
      'link set lo up',
      ...['pa', 'pb', 'pc', 'pt'].map(port => `link set ${port} up`),
      'link add br0 type bridge',
    ])
    for (const place of places) count(enter(place), place)
  } catch (error) {
    remove()
    throw error
  }
  return {
    tool,
    run,
    remove,
    snapshot: () => snapshotOf(places.map(at)),
    reset(options) {
      tool('sw', 'ip', [
        'link del br0',
        `link add br0 type bridge vlan_filtering 1 ${options}`,
        ...['pa', 'pb', 'pc', 'pt'].map(port => `link set ${port} master br0`),
        'link set br0 up',
        `addr add ${addresses.sw}/24 dev br0`,
      ])
      for (const place of places) tool(place, 'ip', ['neigh flush all'])
    },
    async shell(place, script) {
      const child = spawn('ip', [...enter(place), 'sh', '-c', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return text(child.stdout)
    },
  }
}

/** A rule for each of the others that counts what it asks. */
function count(enter: readonly string[], own: PlaceName): void {
  const rules = places
    .filter(place => place !== own)
    .map(
      place =>
        `-A INPUT -s ${addresses[place]}/32 -p icmp -m icmp --icmp-type 8 -m comment --comment ${place}`,
    )
  const input = ['*filter', ...rules, 'COMMIT', ''].join('\n')
  execFileSync('ip', [...enter, 'iptables-restore'], { input, stdio: ['pipe', 'ignore', 'pipe'] })
}
