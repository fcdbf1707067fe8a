import { describe, expect, test } from 'vitest'
import { formatTrace } from '../../src/export/trace-text.ts'
import { IPPROTO_TCP, IPPROTO_UDP } from '../../src/lb/packet.ts'
import { type Flow, type Path, traceFlow } from '../../src/lb/index.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { type CaptureName, captureSnapshot } from '../support/swarm-capture.ts'

/** What `docker` names a thing, found in the capture: captures of other engines have other addresses. */
function namespaceOf(snapshot: Snapshot, kind: Namespace['kind']): Namespace {
  return snapshot.namespaces.find(row => row.kind === kind)!
}

function addressOf({ addresses }: Namespace, ifname: string): string {
  return addresses.find(row => row.ifname === ifname && row.family === 'inet')!.local
}

/** A client outside asks for a published port of a node. */
function publishedPort(snapshot: Snapshot, port: number): Flow {
  const host = namespaceOf(snapshot, 'host')
  return {
    family: 'inet',
    protocol: IPPROTO_TCP,
    source: '10.77.0.99',
    destination: addressOf(host, 'eth0'),
    destinationPort: port,
    entry: { kind: 'interface', namespace: host.id, ifname: 'eth0' },
  }
}

/** A container of the node asks for something. */
function fromContainer(snapshot: Snapshot, destination: string, destinationPort: number): Flow {
  const namespace = namespaceOf(snapshot, 'container')
  return {
    family: 'inet',
    protocol: IPPROTO_TCP,
    destination,
    destinationPort,
    entry: { kind: 'local', namespace: namespace.id },
  }
}

function endsOf(path: Path): string[] {
  if (path.end)
    return [
      `${path.end.disposition} ${path.end.namespaceName}${path.reply ? `, answer ${endsOf(path.reply).join()}` : ''}`,
    ]
  return path.fork!.branches.flatMap(branch => endsOf(branch.path))
}

const engines = ['docker-20.10-legacy', 'docker-26.1-nft'] as const

describe.each(engines)('a swarm of two nodes, %s', (capture: CaptureName) => {
  const nodes = () => ['node1', 'node2'].map(node => captureSnapshot(capture, node))

  test('a published port reaches every task, and its answer the client', async () => {
    const snapshots = nodes()
    const trace = traceFlow(snapshots, publishedPort(snapshots[0]!, 8080))
    expect(trace.disposition).toBe('delivered')
    expect(endsOf(trace.path)).toHaveLength(3)
    await expect(formatTrace(trace)).toMatchFileSnapshot(`golden/${capture}-published.txt`)
  })

  test('without the other node, what goes there leaves for it', () => {
    const [first] = nodes()
    const trace = traceFlow([first!], publishedPort(first!, 8080))
    expect(trace.disposition).toBe('left-for-peer')
    expect(endsOf(trace.path).filter(end => end.startsWith('left-for-peer'))).not.toEqual([])
  })

  test('a VIP is answered by the load balancer of its network', async () => {
    const snapshots = nodes()
    const lb = namespaceOf(snapshots[0]!, 'load-balancer')
    const marks = lb.netfilter.flatMap(({ rules }) =>
      rules.filter(({ chain, target }) => chain === 'INPUT' && target.name === 'MARK'),
    )
    for (const { ip, target } of marks) {
      const mark = target.name === 'MARK' ? target.mark : 0
      const service = lb.ipvs.services.find(({ fwmark }) => fwmark === mark)!
      const flow = fromContainer(snapshots[0]!, ip.destination!.address, 80)
      const trace = traceFlow(snapshots, flow)
      const leaves = trace.path.fork!.branches.map(({ label }) => label)
      expect(leaves).toHaveLength(service.realServers.length)
      expect({ mark, ends: endsOf(trace.path) }).toMatchSnapshot()
    }
    expect(marks.length).toBeGreaterThan(1)
  })

  test('a port that nobody publishes is refused by the host', () => {
    const [first] = nodes()
    const trace = traceFlow([first!], publishedPort(first!, 8888))
    expect(trace.disposition).toBe('no-listener')
    expect(trace.path.hops.map(({ kind }) => kind)).toEqual(['host'])
  })

  test('what a container sends outside is masqueraded', () => {
    const [first] = nodes()
    const trace = traceFlow([first!], fromContainer(first!, '10.77.0.99', 443))
    expect(trace.disposition).toBe('left-node')
    expect(trace.path.end!.packet.source).toBe(addressOf(namespaceOf(first!, 'host'), 'eth0'))
  })

  test('the resolver of a container is dockerd, on another port', () => {
    const [first] = nodes()
    const flow = { ...fromContainer(first!, '127.0.0.11', 53), protocol: IPPROTO_UDP }
    const trace = traceFlow([first!], flow)
    expect(trace.disposition).toBe('delivered')
    expect(trace.path.end!.detail).toMatch(/^to udp socket 127\.0\.0\.11:\d+/)
  })
})

describe('faults', () => {
  const healthy = () => [
    captureSnapshot('docker-20.10-legacy', 'node1'),
    captureSnapshot('docker-20.10-legacy', 'node2'),
  ]
  const trace = (snapshots: readonly Snapshot[]) => traceFlow(snapshots, publishedPort(snapshots[0]!, 8080))
  const ingress = (snapshots: readonly Snapshot[]) => namespaceOf(snapshots[0]!, 'ingress')

  test('no forwarding in ingress_sbox: the answer stays there', () => {
    const snapshots = healthy()
    const { sysctls } = ingress(snapshots)
    Object.assign(sysctls, { 'net.ipv4.ip_forward': '0' })
    for (const name of Object.keys(sysctls)) if (name.endsWith('.forwarding')) sysctls[name] = '0'
    const { disposition, sentence } = trace(snapshots)
    expect(disposition).toBe('dropped')
    expect(sentence).toContain('answer does not come back')
    expect(sentence).toContain('net.ipv4.ip_forward is 0')
  })

  test('vs/conntrack off: the source is not changed, and the answer goes astray', () => {
    const snapshots = healthy()
    Object.assign(ingress(snapshots).sysctls, { 'net.ipv4.vs.conntrack': '0' })
    expect(trace(snapshots).disposition).not.toBe('delivered')
  })

  test('no real server', () => {
    const snapshots = healthy()
    for (const service of ingress(snapshots).ipvs.services)
      for (const server of service.realServers) server.weight = 0
    expect(trace(snapshots).disposition).toBe('no-real-server')
  })

  test('no virtual service for the mark', () => {
    const snapshots = healthy()
    ingress(snapshots).ipvs.services = []
    expect(trace(snapshots)).toMatchObject({
      disposition: 'no-virtual-service',
      sentence: expect.stringContaining('mark 0x103 (259)'),
    })
  })

  test('rules that were not read are no rules that are not there', () => {
    const snapshots = healthy()
    ingress(snapshots).sources.push({
      source: 'xtables.ip',
      status: 'forbidden',
      tookMs: 0,
      reason: 'needs CAP_NET_ADMIN',
    })
    expect(trace(snapshots)).toMatchObject({
      disposition: 'insufficient-info',
      sentence: expect.stringContaining('CAP_NET_ADMIN'),
    })
  })

  test('a missing forwarding entry of the overlay', () => {
    const snapshots = healthy()
    const overlay = snapshots[0]!.namespaces.filter(({ kind }) => kind === 'overlay')
    for (const namespace of overlay) namespace.fdb = namespace.fdb.filter(({ dst }) => dst === undefined)
    expect(trace(snapshots)).toMatchObject({
      disposition: 'dropped',
      sentence: expect.stringContaining('no forwarding entry'),
    })
  })

  test("DOCKER-INGRESS flushed: the host's own socket takes the connection and never answers", () => {
    const snapshots = healthy()
    for (const table of namespaceOf(snapshots[0]!, 'host').netfilter)
      table.rules = table.rules.filter(({ chain }) => chain !== 'DOCKER-INGRESS')
    expect(['dropped', 'no-listener']).toContain(trace(snapshots).disposition)
  })

  test('a DROP before everything of Docker', () => {
    const snapshots = healthy()
    const filter = namespaceOf(snapshots[0]!, 'host').netfilter.find(({ table }) => table === 'filter')!
    const user = filter.rules.find(({ chain }) => chain === 'DOCKER-USER')!
    Object.assign(user, { target: { name: 'DROP' }, text: '-A DOCKER-USER -j DROP' })
    expect(trace(snapshots)).toMatchObject({
      disposition: 'dropped',
      sentence: expect.stringContaining('-A DOCKER-USER -j DROP'),
    })
  })
})
