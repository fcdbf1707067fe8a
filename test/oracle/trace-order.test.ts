import { describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { leavesOf, useRouter } from './trace/bench.ts'
import { plainPacket } from './trace/packet.ts'
import { witnessChain, witnessTable } from './trace/witness.ts'

describe(
  'tables of both back ends, whose chains stand in an order that nobody tells',
  needs('root', 'program:iptables-nft-restore', 'program:iptables-legacy-restore', 'program:python3'),
  () => {
    const bench = useRouter()

    test('two rules that drop are two ends, though they end alike', async () => {
      const { router } = bench
      router.run('nft', ['-f', '-'], witnessTable)
      router.run(
        'iptables-legacy-restore',
        [],
        '*mangle\n-A INPUT -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n',
      )
      router.run('iptables-nft-restore', [], '*mangle\n-A INPUT -m mark --mark 0x1 -j DROP\nCOMMIT\n')
      const packet = plainPacket(8000, { source: '10.1.0.2', destination: '10.2.0.1' })
      const { before, seen } = await bench.send([packet])
      const said = leavesOf(bench.trace(before, packet).path).map(({ path }) => witnessChain(path))
      expect(new Set(said)).toEqual(new Set(['in', undefined]))
      expect(said).toContain(seen[0]?.chain)
    })
  },
)
