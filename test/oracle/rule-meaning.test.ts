import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NetfilterRule } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { readNetfilterOf } from '../support/netfilter.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

/** Sends one UDP datagram over lo, from and to the given ports; the last word asks for an IPv6 options header. */
const SEND = `
import socket, sys
family, source, destination, options = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
inet6 = family == 'ip6'
s = socket.socket(socket.AF_INET6 if inet6 else socket.AF_INET, socket.SOCK_DGRAM)
if options:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
s.bind(('', source))
s.sendto(b'x', ('::1' if inet6 else '127.0.0.1', destination))
`

/** What iptables-save prints of these rules is not what the kernel does; the model says what it does. */
describe(
  'rules that mean something else than they say',
  needs('root', 'program:iptables-nft', 'program:python3'),
  () => {
    let netns: TestNetns
    beforeAll(() => {
      netns = makeNetns('meaning')
      netns.ip('link', 'set', 'lo', 'up')
    })
    afterAll(() => netns.remove())

    const inside = (program: string, ...words: readonly string[]) =>
      execFileSync('ip', ['netns', 'exec', netns.name, program, ...words], { encoding: 'utf8' })
    const send = (family: 'ip' | 'ip6', source: number, destination: number, ...options: string[]) =>
      inside('python3', '-c', SEND, family, String(source), String(destination), ...options)

    /** Rules of the chain that the datagrams pass. */
    const rules = (backend: 'nft' | 'legacy', family: 'ip' | 'ip6'): readonly NetfilterRule[] =>
      readNetfilterOf(netns)
        .filter(table => table.backend === backend && table.family === family && table.table === 'filter')
        .flatMap(table => table.rules)

    it('inverted ports that iptables-nft joins pass when one of them differs', () => {
      const words = ['-A', 'OUTPUT', '-p', 'udp', '!', '--sport', '1001', '!', '--dport', '2001']
      for (const backend of ['nft', 'legacy'] as const) inside(`iptables-${backend}`, ...words)
      send('ip', 1001, 2001)
      send('ip', 1001, 2002)
      send('ip', 1002, 2002)
      const [nft] = rules('nft', 'ip')
      const [legacy] = rules('legacy', 'ip')
      expect(nft?.text).toBe(legacy?.text)
      expect(nft).toMatchObject({ packets: '2', matches: [{ name: 'udp', either: true }] })
      expect(legacy?.packets).toBe('1')
      expect(legacy?.matches[0]).not.toHaveProperty('either')
    })

    it('a test that no packet passes is kept, although iptables-legacy-save prints nothing for it', () => {
      inside('iptables-legacy', '-F')
      for (const words of [
        ['!', '-o', '+'],
        ['-p', 'udp', '!', '--sport', '0:65535'],
        ['-p', 'udp'],
      ]) {
        inside('iptables-legacy', '-A', 'OUTPUT', ...words)
      }
      send('ip', 1001, 2001)
      const [outside, ports, plain] = rules('legacy', 'ip')
      expect([outside, ports, plain].map(rule => rule?.packets)).toEqual(['0', '0', '1'])
      expect(outside?.ip.outInterface).toEqual({ name: '', wildcard: true, invert: true })
      expect(ports?.matches).toMatchObject([{ sourcePorts: { first: 0, last: 65535, invert: true } }])
      expect(plain?.matches).toEqual([])
    })

    it('the protocol in the IPv6 header is that of the first header', needs('program:nft'), () => {
      inside('ip6tables-nft', '-A', 'OUTPUT', '-p', 'udp')
      inside('nft', 'add rule ip6 filter OUTPUT ip6 nexthdr udp counter')
      send('ip6', 1001, 2001)
      send('ip6', 1001, 2001, 'options')
      const [any, first] = rules('nft', 'ip6')
      expect(any?.text).toBe(first?.text)
      expect(any).toMatchObject({ packets: '2', ip: { protocol: { number: 17 } } })
      expect(first).toMatchObject({ packets: '1', ip: { protocol: { number: 17, firstHeader: true } } })
      expect(any?.ip.protocol).not.toHaveProperty('firstHeader')
    })
  },
)
