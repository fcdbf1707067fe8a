import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { allParts } from '../../../src/collectors/kernel/parts.ts'
import { emptyNamespace } from '../../../src/collectors/kernel/namespace.ts'
import { kernelFeatures } from '../../../src/collectors/kernel/features.ts'
import { createNodeReader } from '../../../src/collectors/kernel/reader.ts'
import { relate } from '../../../src/collectors/kernel/relate.ts'
import { SNAPSHOT_FORMAT, SNAPSHOT_VERSION, type Snapshot } from '../../../src/snapshot/index.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeNetns, type TestNetns } from '../../support/netns.ts'

/** A router and a host before it, with what of a router the rules of a test can see. */
export type Router = {
  readonly host: TestNetns
  readonly router: TestNetns
  snapshot(): Snapshot
  /** Runs a program in the router. @throws when it fails */
  run(program: string, args: readonly string[], input?: string): string
  remove(): void
}

export const hostAddresses = ['10.1.0.2', '10.1.0.3', '10.1.1.2']
export const routerAddresses = [
  '10.1.0.1',
  '10.1.1.1',
  '10.2.0.1',
  '10.3.0.1',
  '10.3.0.9',
  '10.4.0.1',
  '127.0.0.1',
]
export const farAddresses = [
  '10.2.0.2',
  '10.2.0.3',
  '10.3.0.2',
  '10.4.0.2',
  '192.0.2.1',
  '192.0.2.77',
  '198.51.100.1',
  '198.51.100.200',
  '203.0.113.5',
  '100.64.0.1',
]
const ways = ['out0', 'out1', 'out2']

export function makeRouter(): Router {
  const host = makeNetns('trace')
  const router = makeNetns('trace')
  try {
    connect(host, router)
  } catch (error) {
    host.remove()
    router.remove()
    throw error
  }
  const run: Router['run'] = (program, args, input = '') =>
    execFileSync('ip', ['netns', 'exec', router.name, program, ...args], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  return {
    host,
    router,
    run,
    snapshot: () => snapshotOf([host, router]),
    remove() {
      host.remove()
      router.remove()
    },
  }
}

function connect(host: TestNetns, router: TestNetns): void {
  const complaints = [
    ...host.batch([
      'link set lo up',
      `link add s0 type veth peer name in0 netns ${router.name}`,
      'link set s0 up',
      // Where nobody listens: what goes out there is seen before.
      ...ways.flatMap(name => [
        `link add ${name} netns ${router.name} type veth peer name far-${name}`,
        `link set far-${name} up`,
      ]),
      ...hostAddresses.map(address => `addr add ${address}/24 dev s0`),
      'route add default via 10.1.0.1',
    ]),
    ...router.batch([
      'link set lo up',
      'link set in0 up',
      'addr add 10.1.0.1/24 dev in0',
      'addr add 10.1.1.1/24 dev in0',
      ...ways.map(name => `link set ${name} up`),
      'addr add 10.2.0.1/24 dev out0',
      'addr add 10.3.0.1/24 dev out1',
      'addr add 10.3.0.9/32 dev out1',
      'addr add 10.4.0.1/24 dev out2',
      'route add default via 10.2.0.2',
      'route add 198.51.100.0/25 via 10.3.0.2',
      'route add unreachable 198.51.100.128/25',
      'route add blackhole 203.0.113.0/24',
      'route add default via 10.3.0.2 table 101',
      'route add 192.0.2.64/26 via 10.4.0.2 table 102',
      'route add throw 100.64.0.0/10 table 102',
      'route add prohibit 100.64.0.0/16 table 103',
      'rule add fwmark 1 lookup 101 pref 100',
      'rule add fwmark 0x10/0xf0 lookup 102 pref 110',
      'rule add from 10.1.1.0/24 fwmark 2/2 lookup 103 pref 120',
      'rule add iif in0 ipproto udp dport 53 lookup 101 pref 130',
      'rule add fwmark 3 lookup main suppress_prefixlength 0 pref 140',
      'rule add fwmark 3 prohibit pref 141',
      'rule add not from 10.0.0.0/8 lookup 101 pref 150',
      'rule add from 10.1.1.0/24 tos 0x10 lookup 101 pref 151',
    ]),
  ]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  const settings = [
    'net.ipv4.ip_forward=1',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.in0.rp_filter=0',
    'net.ipv4.conf.in0.route_localnet=1',
    'net.ipv4.conf.all.send_redirects=0',
    'net.ipv4.conf.in0.send_redirects=0',
    // No ICMP error is sent: it would run through the rules that count.
    'net.ipv4.icmp_msgs_per_sec=0',
    'net.ipv4.icmp_msgs_burst=0',
  ]
  execFileSync('ip', ['netns', 'exec', router.name, 'sysctl', '-qw', ...settings])
}

/** The namespaces as cnmtop's own collectors read them. */
export function snapshotOf(namespaces: readonly TestNetns[]): Snapshot {
  const features = kernelFeatures()
  const reader = createNodeReader(features)
  const found = namespaces.map(({ id, name, path }) => ({
    id,
    name,
    paths: [path],
    kind: 'other' as const,
    pids: [],
    pidCount: 0,
  }))
  reader.meet(found, features)
  const read = new Map(
    found.map(each => {
      const { data, reports } = reader.read(each.id, allParts)
      return [each.id, { ...emptyNamespace(each), ...data, sources: reports }]
    }),
  )
  for (const [id, nsids] of reader.finish()) Object.assign(read.get(id)!, { nsids })
  return {
    format: SNAPSHOT_FORMAT,
    version: SNAPSHOT_VERSION,
    takenAt: new Date().toISOString(),
    tookMs: 0,
    host: {
      hostname: 'lab',
      kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
      bootId: '',
    },
    namespaces: relate([...read.values()]),
    sources: [],
  }
}

export type Sent = { readonly netns: string; readonly packet: string; readonly bind: boolean }

/** A program that sends whole packets; gives the index and errno of those that the kernel refused. */
export function startSender(): { send(packets: readonly Sent[]): Promise<[number, number][]>; stop(): void } {
  const child = spawn('python3', [join(import.meta.dirname, 'send.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async send(packets) {
      child.stdin.write(`${JSON.stringify(packets)}\n`)
      const { value } = await lines.next()
      return JSON.parse(String(value)) as [number, number][]
    },
    stop: () => child.stdin.end(),
  }
}
