import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Path, traceFlow } from '../../src/lb/index.ts'
import { needs } from '../support/needs.ts'
import { packetHex, type TestPacket } from './trace/packet.ts'
import { makeRouter, type Router, startSender } from './trace/router.ts'
import { readWitness, witnessTable } from './trace/witness.ts'

const PACKETS = 24

const packetOf = (id: number): TestPacket => ({
  id,
  protocol: 6,
  source: '10.1.0.2',
  destination: '192.0.2.1',
  sourcePort: 30_000 + id,
  destinationPort: 80,
  icmpType: 8,
  tcpFlags: 2,
  ttl: 64,
  tos: 0,
  payload: 0,
})

function endsOf(path: Path): Path[] {
  return path.fork ? path.fork.branches.flatMap(branch => endsOf(branch.path)) : [path]
}

describe(
  'numbers that the kernel draws',
  needs('root', 'program:nft', 'program:ip', 'program:python3'),
  () => {
    let router: Router
    let sender: ReturnType<typeof startSender>
    beforeAll(() => {
      router = makeRouter()
      sender = startSender()
    })
    afterAll(() => {
      sender.stop()
      router.remove()
    })

    test.each([
      ['numgen inc mod 3', 'dnat to numgen inc mod 3 map { 0 : 10.2.0.2, 1 : 10.3.0.2, 2 : 10.4.0.2 }'],
      [
        'numgen random with an offset',
        'dnat to numgen random mod 2 offset 5 map { 5 : 10.2.0.3, 6 : 10.4.0.2 }',
      ],
      ['jhash', 'dnat to jhash ip saddr . tcp sport mod 2 seed 0xbeef map { 0 : 10.2.0.2, 1 : 10.3.0.2 }'],
    ])('%s: every destination is a way, and no other', async (_, rule) => {
      const chain = `type nat hook prerouting priority -100\n${rule}`
      const table = `table ip picks {\nchain pre {\n${chain}\n}\n}\n`
      router.run('nft', ['-f', '-'], `flush ruleset\n${witnessTable}${table}`)
      const before = router.snapshot()
      const packets = Array.from({ length: PACKETS }, (_each, index) => packetOf(5000 + index))
      await sender.send(
        packets.map(packet => ({ netns: router.host.path, packet: packetHex(packet), bind: false })),
      )
      await new Promise(resolve => setTimeout(resolve, 50))
      const drawn = new Set(
        readWitness(router.snapshot().namespaces[1]!).map(({ destination }) => destination),
      )
      const { id: _id, payload: _payload, ...flow } = packets[0]!
      const { path } = traceFlow(
        [before],
        { ...flow, family: 'inet', entry: { kind: 'local', namespace: router.host.id } },
        { reply: false },
      )
      expect(new Set(endsOf(path).map(({ end }) => end!.packet.destination))).toEqual(drawn)
    })
  },
)
