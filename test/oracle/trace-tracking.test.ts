import { describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { useRouter } from './trace/bench.ts'
import { plainPacket } from './trace/packet.ts'
import { witnessChain, witnessTable } from './trace/witness.ts'

const untracked = (rules: string): string => `table ip tracking {
  chain before {
    type filter hook prerouting priority -250
    ${rules}
  }
  chain behind {
    type filter hook prerouting priority -150
    ct state untracked drop
  }
}
`

describe(
  'what is tracked',
  needs('root', 'program:iptables-nft-restore', 'program:nft', 'program:python3'),
  () => {
    const bench = useRouter()
    let id = 8100

    test.each([
      ['nothing said', ''],
      ['not to be tracked', 'notrack'],
      ['not to be tracked, then given a zone', 'notrack\n    ct original zone set 1'],
      ['given a zone, then not to be tracked', 'ct zone set 1\n    notrack'],
      ['not to be tracked by iptables, then given a zone', 'ct zone set 1', '-j CT --notrack'],
      ['given a zone by iptables', '', '-j CT --zone 1'],
    ])('%s', async (_, rules, target?: string) => {
      const { router } = bench
      router.run('nft', ['-f', '-'], `flush ruleset\n${witnessTable}${untracked(rules)}`)
      if (target !== undefined)
        router.run('iptables-nft-restore', [], `*raw\n-A PREROUTING ${target}\nCOMMIT\n`)
      const packet = plainPacket(++id, { source: '10.1.0.2', destination: '10.2.0.2' })
      const { before, seen } = await bench.send([packet])
      const { path, sentence } = bench.trace(before, packet)
      expect(witnessChain(path), sentence).toBe(seen[0]?.chain)
    })
  },
)
