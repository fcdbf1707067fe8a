import { describe, expect, test } from 'vitest'
import type { Packet } from '../../src/lb/packet.ts'
import { needs } from '../support/needs.ts'
import { useRouter } from './trace/bench.ts'
import { plainPacket } from './trace/packet.ts'
import { witnessChain, witnessTable } from './trace/witness.ts'

const programs = ['root', 'program:iptables-nft-restore', 'program:nft', 'program:python3'] as const
const places = { source: '10.1.0.2', destination: '10.2.0.2' }

/** Rules of iptables-nft, in a table that also holds a chain of nft's own: then they are rules of nft, with matches and targets of xtables. */
const cases = [
  ['a mark', 'mangle', '-A PREROUTING -m ttl --ttl-eq 64 -j MARK --set-xmark 0x2/0xffffffff'],
  [
    'a match that does not fit',
    'mangle',
    '-A PREROUTING -m ttl --ttl-lt 64 -j MARK --set-xmark 0x2/0xffffffff',
  ],
  ['a match inverted', 'mangle', '-A FORWARD -m conntrack ! --ctstate INVALID -j DROP'],
  ['NAT', 'nat', '-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.3.0.2:8080'],
  ['NAT behind a match', 'nat', '-A POSTROUTING -m addrtype --src-type UNICAST -j SNAT --to-source 10.9.9.9'],
  ['what is refused', 'filter', '-A FORWARD -p tcp -m multiport --dports 80,443 -j REJECT'],
  ['a jump', 'filter', ':A - [0:0]\n-A FORWARD -m mark --mark 0x0 -j A\n-A A -m length --length 40 -j DROP'],
  [
    'a target that lets the rules go on',
    'mangle',
    '-A FORWARD -j TOS --set-tos 0x10/0x3f\n-A FORWARD -m tos --tos 0x10/0x3f -j DROP',
  ],
  ['fragments', 'mangle', '-A FORWARD -f -j ACCEPT\n-A FORWARD -p tcp ! -f -j DROP'],
  ['no tracking', 'raw', '-A PREROUTING -j CT --notrack'],
] as const

describe('rules of iptables in a table that is not of their shape', needs(...programs), () => {
  const bench = useRouter()
  let id = 7000

  test.each(cases)('%s', async (_, table, rules) => {
    const { router } = bench
    router.run('nft', ['-f', '-'], `flush ruleset\n${witnessTable}`)
    router.run('iptables-nft-restore', [], `*${table}\n${rules}\nCOMMIT\n`)
    router.run('nft', ['add', 'chain', 'ip', table, 'odd', '{ type filter hook input priority 7; }'])
    const packet = plainPacket(++id, places)
    const { before, seen } = await bench.send([packet])
    expect(before.namespaces[1]!.netfilter).toEqual([])
    const { path, disposition, sentence } = bench.trace(before, packet)
    expect(disposition, sentence).not.toBe('insufficient-info')
    expect(path.fork, sentence).toBeUndefined()
    const [kernel] = seen
    expect(witnessChain(path), sentence).toBe(kernel?.chain)
    if (kernel) expect(headersOf(path.end!.packet)).toEqual(headersOf(kernel))
  })

  test('two matches of one kind, of which iptables has words for one only when it prints', async () => {
    const { router } = bench
    router.run('nft', ['-f', '-'], `flush ruleset\n${witnessTable}`)
    const twice = '-p tcp -m tcp --sport 1000:40000 -m tcp --sport 30000:60000'
    router.run(
      'iptables-nft-restore',
      [],
      `*mangle\n-A PREROUTING ${twice} -j MARK --set-xmark 0x2/0xffffffff\nCOMMIT\n`,
    )
    const packets = [35_000, 45_000, 25_000].map(sourcePort => plainPacket(++id, places, { sourcePort }))
    const { before, seen } = await bench.send(packets)
    const ours = packets.map(packet => bench.trace(before, packet).path.end?.packet.mark)
    expect(ours).toEqual(packets.map(packet => seen.find(each => each.id === packet.id)?.mark))
    expect(ours).toEqual([2, 0, 0])
  })
})

function headersOf({ source, destination, destinationPort, mark }: Partial<Packet>) {
  return { source, destination, destinationPort, mark }
}
