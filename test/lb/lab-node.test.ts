import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltNode, downNode, upNode } from '../../lab/node.ts'
import { formatTrace } from '../../src/export/trace-text.ts'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import { type Flow, traceFlow } from '../../src/lb/index.ts'
import { IPPROTO_ICMP, IPPROTO_TCP } from '../../src/lb/packet.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'

const timeLimit = 120_000

/** The stories of the seed text on the lab's node, whose kernel may have IPVS or not. */
describe.each(['old', 'lb'] as const)(
  'the default node of the lab, generation %s',
  needs('root', 'program:ip', 'program:iptables-nft'),
  generation => {
    const name = `trace-${generation}-${process.pid}`
    let built: BuiltNode
    let snapshot: Snapshot

    beforeAll(async () => {
      built = await upNode({ name, generation })
      snapshot = collectSnapshot({ netnsDirs: [built.directory], onlyNetnsDirs: true, owners: true })
    }, timeLimit)
    afterAll(() => downNode({ name }), timeLimit)

    const idOf = (netns: string) => snapshot.namespaces.find(row => row.name === netns)!.id
    const outside = (destination: string, destinationPort: number): Flow => ({
      family: 'inet',
      protocol: IPPROTO_TCP,
      source: '172.16.100.1',
      destination,
      destinationPort,
      entry: { kind: 'interface', namespace: idOf('default'), ifname: 'eth0' },
    })
    const from = (netns: string, destination: string, destinationPort: number): Flow => ({
      family: 'inet',
      protocol: IPPROTO_TCP,
      destination,
      destinationPort,
      entry: { kind: 'local', namespace: idOf(netns) },
    })

    test('port 80 of the host goes to ingress_sbox with mark 0x114', async () => {
      const trace = traceFlow([snapshot], outside('172.16.100.21', 80))
      const steps = trace.path.hops.flatMap(hop => hop.steps)
      expect(steps.map(({ packet }) => packet)).toContain('tcp 172.16.100.1:54321 > 172.18.0.2:80')
      expect(steps.map(({ packet }) => packet)).toContain('tcp 172.16.100.1:54321 > 172.18.0.2:80 mark 0x114')
      if (built.ipvs) return
      expect(trace.disposition).toBe('no-virtual-service')
      await expect(stable(formatTrace(trace))).toMatchFileSnapshot(`golden/lab-${generation}-published.txt`)
    })

    test('a task reaches another one of its overlay, and what listens there', async () => {
      const trace = traceFlow([snapshot], from('18531514ffd0', '192.168.10.6', 80))
      expect(trace.disposition).toBe('delivered')
      expect(trace.path.hops.map(hop => hop.name)).toEqual(['18531514ffd0', '1-vxe1cwk14a', 'b4efcf686a74'])
      await expect(stable(formatTrace(trace))).toMatchFileSnapshot(`golden/lab-${generation}-task.txt`)
    })

    test('a task on the other node is behind its VTEP', () => {
      const trace = traceFlow([snapshot], from('18531514ffd0', '192.168.10.5', 80))
      expect(trace.disposition).toBe('left-for-peer')
      expect(trace.path.end!.packet).toMatchObject({
        destination: '172.16.100.20',
        destinationPort: 4789,
        inner: { vni: 4097 },
      })
    })

    test('an address that nobody told the overlay of has no neighbour', () => {
      const trace = traceFlow([snapshot], from('18531514ffd0', '192.168.10.99', 80))
      expect(trace.disposition).toBe('no-neighbour')
      expect(trace.sentence).toContain('In 1-vxe1cwk14a, vxlan0 has no neighbour entry for 192.168.10.99')
    })

    test('outside is reached by docker_gwbridge, masqueraded', () => {
      const trace = traceFlow([snapshot], from('18531514ffd0', '172.16.100.1', 443))
      expect(trace.disposition).toBe('left-node')
      expect(trace.path.end!.packet).toMatchObject({ source: '172.16.100.21', destination: '172.16.100.1' })
    })

    test('two containers on docker_gwbridge do not reach each other (icc is off)', () => {
      const trace = traceFlow([snapshot], from('18531514ffd0', '172.18.0.4', 81))
      // Without br_netfilter iptables is not asked about what a bridge forwards.
      const { sysctls } = snapshot.namespaces.find(row => row.kind === 'host')!
      if (sysctls['net.bridge.bridge-nf-call-iptables'] !== '1') return
      expect(trace.disposition).toBe('dropped')
      expect(trace.sentence).toContain('-i docker_gwbridge -o docker_gwbridge -j DROP')
      // But for what DOCKER-INGRESS lets pass, there and, as the bridge's connections are tracked, back: so it is with curl.
      expect(traceFlow([snapshot], from('18531514ffd0', '172.18.0.4', 80)).disposition).toBe('delivered')
    })

    test('a ping of a neighbour is answered by its kernel', () => {
      const trace = traceFlow([snapshot], {
        ...from('18531514ffd0', '192.168.10.6', 0),
        protocol: IPPROTO_ICMP,
      })
      expect(trace.disposition).toBe('delivered')
    })
  },
)

/** What differs from run to run: the host's name, process ids, and MACs that the kernel draws. */
function stable(text: string): string {
  return text
    .replaceAll(/ of (\w+) \(\d+\)/g, ' of $1 (PID)')
    .replaceAll(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, mac => (mac.startsWith('02:42:') ? mac : 'MAC'))
    .replaceAll(new RegExp(`^( *)${hostname()} `, 'gm'), '$1HOST ')
}
