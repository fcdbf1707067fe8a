import { describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { leavesOf, useRouter } from './trace/bench.ts'
import { plainPacket } from './trace/packet.ts'
import { witnessTable } from './trace/witness.ts'

const PACKETS = 24
const places = { source: '10.1.0.2', destination: '192.0.2.1' }

describe(
  'numbers that the kernel draws',
  needs('root', 'program:nft', 'program:ip', 'program:python3'),
  () => {
    const bench = useRouter()

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
      bench.router.run('nft', ['-f', '-'], `flush ruleset\n${witnessTable}${table}`)
      const packets = Array.from({ length: PACKETS }, (_each, index) => plainPacket(5000 + index, places))
      const { before, seen } = await bench.send(packets)
      const said = leavesOf(bench.trace(before, packets[0]!).path)
      expect(new Set(said.map(({ path }) => path.end!.packet.destination))).toEqual(
        new Set(seen.map(({ destination }) => destination)),
      )
    })
  },
)
