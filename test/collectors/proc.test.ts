import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConntrack, readSysctls } from '../../src/collectors/kernel/proc.ts'
import { addLinkSysctls } from '../../src/collectors/kernel/rtnl/link-sysctls.ts'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { openSysctls, type SysctlTree } from '../../src/collectors/kernel/sysctl-tree.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

describe('in a namespace, against sysctl', needs('root', 'program:ip', 'program:sysctl'), () => {
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('sysctls')
    netns.batch(['link add veth0.1 type veth peer name eth1', 'link set lo up', 'link set eth1 up'])
  })
  afterAll(() => netns.remove())

  const sysctl = (...args: readonly string[]): string =>
    execFileSync('ip', ['netns', 'exec', netns.name, 'sysctl', ...args], { encoding: 'utf8' })

  /** Values by name as sysctl prints them, in the namespace. */
  const printed = (): Map<string, string> =>
    new Map(
      sysctl('-a')
        .split('\n')
        .map(line => line.split(' = ') as [string, string]),
    )

  const withTree = <Value>(read: (tree: SysctlTree) => Value): Value =>
    netns.run(() => {
      const tree = openSysctls()
      try {
        return read(tree)
      } finally {
        tree.close()
      }
    })

  it('reads random settings as sysctl prints them', () => {
    const bit = fc.constantFrom('0', '1')
    const settings = fc.record({
      'net.ipv4.ip_forward': bit,
      'net.ipv4.conf.all.rp_filter': fc.constantFrom('0', '1', '2'),
      'net.ipv4.conf.all.arp_ignore': fc.constantFrom('0', '1', '8'),
      'net.ipv4.conf.eth1.rp_filter': fc.constantFrom('0', '1', '2'),
      'net.ipv4.conf.eth1.arp_announce': fc.constantFrom('0', '1', '2'),
      'net.ipv4.conf.eth1.arp_ignore': fc.constantFrom('0', '1', '2', '8'),
      'net.ipv4.conf.veth0/1.route_localnet': bit,
      'net.ipv4.conf.veth0/1.forwarding': bit,
      'net.ipv4.tcp_keepalive_time': fc.integer({ min: 1, max: 32767 }).map(String),
      'net.ipv4.ip_local_port_range': fc
        .integer({ min: 1024, max: 60000 })
        .map(low => `${low}\t${low + 999}`),
      'net.ipv4.ip_local_reserved_ports': fc.constantFrom('', '8080', '30000-32767', '1,3,5-9'),
      'net.ipv4.ip_unprivileged_port_start': fc.integer({ min: 0, max: 1024 }).map(String),
      'net.ipv6.conf.all.disable_ipv6': bit,
      'net.ipv6.conf.eth1.disable_ipv6': bit,
    })
    for (const wanted of fc.sample(settings, { numRuns: 8 })) {
      // The ranges of ports must not collide, whatever was there before.
      sysctl('-qw', 'net.ipv4.ip_local_reserved_ports=', 'net.ipv4.ip_unprivileged_port_start=0')
      sysctl('-qw', ...Object.entries(wanted).map(([name, value]) => `${name}=${value}`))
      const truth = printed()
      const ours = withTree(tree => readSysctls(tree, { hasIpvs: true, isHost: true, hasVlans: true }))
      const links = readLinks(netns.netlink(), (link, attributes) =>
        addLinkSysctls(ours, link.ifname, attributes),
      )
      expect(links.problems).toEqual([])
      expect(ours).toMatchObject(wanted)
      for (const [name, value] of Object.entries(ours)) expect([name, value]).toEqual([name, truth.get(name)])
      for (const ifname of ['lo', 'eth1', 'veth0/1']) {
        expect(Object.keys(ours).filter(name => name.includes(`conf.${ifname}.`))).toHaveLength(7)
      }
    }
  })

  it('counts connections', () => {
    const truth = printed()
    const count = truth.get('net.netfilter.nf_conntrack_count')
    const max = truth.get('net.netfilter.nf_conntrack_max')
    const expected =
      count === undefined || max === undefined ? undefined : { count: Number(count), max: Number(max) }
    expect(withTree(readConntrack)).toEqual(expected)
  })

  it('leaves no descriptor open', () => {
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 5; i++)
      withTree(tree => readSysctls(tree, { hasIpvs: true, isHost: true, hasVlans: true }))
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})

it('leaves out what a kernel does not have', () => {
  const tree: SysctlTree = {
    read: (directory, name) => (directory === 'ipv4' && name === 'ip_forward' ? '1' : undefined),
    close: () => {},
  }
  expect(readSysctls(tree, { hasIpvs: true, isHost: true, hasVlans: true })).toEqual({
    'net.ipv4.ip_forward': '1',
  })
  expect(readConntrack(tree)).toBeUndefined()
})
