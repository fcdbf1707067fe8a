import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { snapshotOf } from '../oracle/trace/router.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

/** Namespaces of the bed; `wire` is the network between the client, the director and the real servers. */
export const places = ['client', 'wire', 'director', 'rs1', 'rs2'] as const
export type PlaceName = (typeof places)[number]
export const VIP = '10.50.0.100'
/** A port of a service by address, and one of a service by mark. */
export const ports = [80, 81] as const
/** Addresses of the real servers by which the director reaches them. */
export const realServers = { '10.61.0.2': 'rs1', '10.62.0.2': 'rs2' } as const

/** A director that sends by IPIP to two real servers, which answer the client by themselves. */
export type Bed = {
  readonly hasIpip: boolean
  snapshot(): Snapshot
  idOf(place: PlaceName): string
  /** Standard output. @throws when the program fails */
  run(place: PlaceName, command: string): string
  shell(place: PlaceName, script: string): string
  remove(): void
}

const wiring: Readonly<Record<PlaceName, readonly string[]>> = {
  client: ['addr add 10.50.0.2/24 dev c0'],
  wire: [],
  director: [
    'addr add 10.50.0.1/24 dev eth0',
    `addr add ${VIP}/32 dev eth0`,
    'addr add 10.61.0.1/24 dev d1',
    'addr add 10.61.0.8/24 dev d1',
    'addr add 10.62.0.1/24 dev d2',
  ],
  rs1: ['addr add 10.61.0.2/24 dev eth0', 'addr add 10.50.0.11/24 dev eth1'],
  rs2: ['addr add 10.62.0.2/24 dev eth0', 'addr add 10.50.0.12/24 dev eth1'],
}

const cables = [
  ['client', 'c0', 'wire', 'w-c'],
  ['director', 'eth0', 'wire', 'w-d'],
  ['rs1', 'eth1', 'wire', 'w-1'],
  ['rs2', 'eth1', 'wire', 'w-2'],
  ['director', 'd1', 'rs1', 'eth0'],
  ['director', 'd2', 'rs2', 'eth0'],
] as const

/** Rules that count what the trace says of a packet: outside and inside, with mark, time to live and state. */
const rules: Readonly<Partial<Record<PlaceName, readonly string[]>>> = {
  director: [
    '-t mangle -A PREROUTING -d 10.50.0.100/32 -p tcp --dport 81 -j MARK --set-xmark 0x7/0xffffffff',
    '-t mangle -A OUTPUT -p 4 -s 10.61.0.1 -d 10.61.0.2 -o d1',
    '-t mangle -A OUTPUT -p 4 -s 10.62.0.1 -d 10.62.0.2 -o d2',
    '-t mangle -A OUTPUT -p 4 -m u32 --u32 8>>24=63',
    '-t mangle -A OUTPUT -p 4 -m u32 --u32 28>>24=63',
    '-t mangle -A OUTPUT -p 4 -m u32 --u32 36=0x0a320064',
    '-t mangle -A OUTPUT -p 4 -m mark --mark 0x7',
    '-t mangle -A OUTPUT -p 4 -m conntrack --ctstate NEW',
    '-t mangle -A OUTPUT -d 10.50.0.100/32 -p tcp',
    '-t mangle -A POSTROUTING -p 4 -o d1',
    '-t nat -A POSTROUTING -p 4 -o d2',
    '-t nat -A POSTROUTING -p tcp -d 10.50.0.100',
  ],
  rs1: [
    '-t mangle -A PREROUTING -p 4 -i eth0 -s 10.61.0.1 -m conntrack --ctstate NEW',
    '-t mangle -A PREROUTING -p 4 -m u32 --u32 8>>24=63',
    '-t mangle -A PREROUTING -p 4 -m mark --mark 0x7',
    '-t mangle -A PREROUTING -i tunl0 -d 10.50.0.100 -p tcp -m conntrack --ctstate NEW',
    '-t mangle -A PREROUTING -p tcp -i tunl0 -m u32 --u32 8>>24=63',
    '-A INPUT -p 4',
    '-A INPUT -i tunl0 -p tcp',
    '-A OUTPUT -s 10.50.0.100 -o eth1',
  ],
  rs2: ['-A INPUT -p 4', '-A INPUT -i tunl0 -p tcp', '-A OUTPUT -s 10.50.0.100 -o eth1'],
}

const settings: Readonly<Partial<Record<PlaceName, readonly string[]>>> = {
  director: ['conf.all.rp_filter=0', 'conf.eth0.rp_filter=0', 'ip_forward=1', 'conf.all.send_redirects=0'],
  rs1: ['ip_forward=0', 'conf.all.arp_ignore=1', 'conf.all.arp_announce=2', 'conf.all.rp_filter=0'],
  rs2: ['ip_forward=0', 'conf.all.arp_ignore=1', 'conf.all.arp_announce=2', 'conf.all.rp_filter=0'],
}

const services = [
  `-A -t ${VIP}:80 -s rr`,
  '-A -f 7 -s rr',
  ...[`-t ${VIP}:80`, '-f 7'].flatMap(service =>
    Object.keys(realServers).map(address => `-a ${service} -r ${address} -i -w 1`),
  ),
]

/** Needs root, IPVS and the programs ip, iptables, ipvsadm and sysctl. */
export async function makeBed(): Promise<Bed> {
  const netns = new Map<PlaceName, TestNetns>()
  const servers: ChildProcess[] = []
  const remove = (): void => {
    for (const server of servers) server.kill('SIGKILL')
    for (const each of netns.values()) each.remove()
  }
  try {
    for (const place of places) netns.set(place, makeNetns(place))
    const at = (place: PlaceName): TestNetns => netns.get(place)!
    const execute = (place: PlaceName, words: readonly string[]): string =>
      execFileSync('ip', ['netns', 'exec', at(place).name, ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    const run: Bed['run'] = (place, command) => execute(place, command.split(' '))
    connect(at)
    const hasIpip = at('rs1').batch(['link show tunl0']).length === 0
    for (const place of ['rs1', 'rs2'] as const) {
      const complaints = at(place).batch([
        ...(hasIpip ? ['link set tunl0 up'] : []),
        `addr add ${VIP}/32 dev ${hasIpip ? 'tunl0' : 'lo'}`,
      ])
      if (complaints.length > 0) throw new Error(complaints.join('\n'))
    }
    for (const place of places) {
      for (const setting of settings[place] ?? []) run(place, `sysctl -qw net.ipv4.${setting}`)
      for (const rule of rules[place] ?? []) run(place, `iptables ${rule}`)
    }
    if (hasIpip)
      for (const place of ['rs1', 'rs2'] as const) run(place, 'sysctl -qw net.ipv4.conf.tunl0.rp_filter=0')
    for (const line of services) run('director', `ipvsadm ${line}`)
    for (const place of ['rs1', 'rs2', 'director'] as const) servers.push(await serve(at(place).name, place))
    return {
      hasIpip,
      run,
      shell: (place, script) => execute(place, ['sh', '-c', script]),
      remove,
      snapshot: () => snapshotOf(places.map(at)),
      idOf: place => at(place).id,
    }
  } catch (error) {
    remove()
    throw error
  }
}

function connect(at: (place: PlaceName) => TestNetns): void {
  const complaints = [
    ...at('wire').batch(['link add br0 type bridge', 'link set br0 up']),
    ...cables.flatMap(([place, name, other, end]) =>
      at(place).batch([`link add ${name} type veth peer name ${end} netns ${at(other).name}`]),
    ),
    ...cables.flatMap(([place, name, other, end]) => [
      ...at(place).batch([`link set ${name} up`]),
      ...at(other).batch([`link set ${end} up`, ...(other === 'wire' ? [`link set ${end} master br0`] : [])]),
    ]),
    ...places.flatMap(place => at(place).batch(['link set lo up', ...wiring[place]])),
  ]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}

/** Answers with its name. The director listens too: some of what is for a real server may stay there. */
async function serve(netns: string, name: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, '../../lab/task.ts')
  const child = spawn(
    'ip',
    ['netns', 'exec', netns, process.execPath, program, name, '0.0.0.0', ...ports.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(child.stdout, 'data')
  return child
}
