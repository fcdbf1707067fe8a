import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Transport } from 'netlink-codec'
import { afterAll, describe, expect, test } from 'vitest'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { nsidOf, readNsids } from '../../src/collectors/kernel/rtnl/nsid.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, parseIpJson, type TestNetns } from '../support/netns.ts'
import { fdbFacet, linkFacet, neighbourFacet } from './facets.ts'
import { compare, newTally } from './oracle.ts'

type TheirNsid = { readonly nsid: number; readonly name?: string }

describe('nsids', needs('root', 'program:ip', 'program:bridge'), () => {
  const live: TestNetns[] = []
  const make = (): TestNetns => {
    const netns = makeNetns('nsids')
    live.push(netns)
    return netns
  }
  afterAll(() => {
    for (const netns of live) netns.remove()
  })
  /** Asks with a descriptor of the other namespace. */
  const ask = (transport: Transport, other: TestNetns): number | undefined => {
    const fd = openSync(other.path, 'r')
    try {
      return nsidOf(transport, fd)
    } finally {
      closeSync(fd)
    }
  }
  const theirs = (netns: TestNetns): TheirNsid[] =>
    (parseIpJson(netns.ip('-j', 'netns', 'list-id')) as TheirNsid[]).toSorted((a, b) => a.nsid - b.nsid)

  test('are those that ip lists, and stand for the namespaces that ip names', () => {
    const [hub, ...spokes] = Array.from({ length: 6 }, make) as [TestNetns, ...TestNetns[]]
    // A number that the kernel did not choose.
    hub.ip('netns', 'set', spokes[0]!.name, '4711')
    for (const [index, spoke] of spokes.entries()) {
      hub.ip('link', 'add', `v${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', spoke.name)
    }
    for (const netns of [hub, ...spokes]) {
      const listed = theirs(netns)
      const transport = netns.netlink()
      expect(readNsids(transport)).toEqual({
        rows: listed.map(row => row.nsid),
        interrupted: false,
        problems: [],
      })
      for (const other of [hub, ...spokes]) {
        const expected = listed.find(row => row.name === other.name)?.nsid
        expect(ask(transport, other), `${other.name} in ${netns.name}`).toBe(expected)
      }
    }
  })

  test('asking for one gives none away', () => {
    const [asked, other] = [make(), make()]
    const transport = asked.netlink()
    for (let times = 0; times < 3; times++) {
      expect(ask(transport, other)).toBeUndefined()
    }
    expect(readNsids(transport).rows).toEqual([])
    expect(theirs(asked)).toEqual([])
  })

  const nsids = (netns: TestNetns): readonly number[] => readNsids(netns.netlink()).rows

  // docs/adr/0007: the one thing that looking can change.
  test.each([
    ['ours', (netns: TestNetns) => void readLinks(netns.netlink())],
    ['that of ip', (netns: TestNetns) => void netns.ip('link')],
  ])('a dump of links, %s, numbers the peer of a veth that nothing has happened to yet', (_, look) => {
    const [host, sandbox] = [make(), make()]
    host.ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', 'netns', sandbox.name)
    expect([nsids(host), nsids(sandbox)]).toEqual([[0], []])
    look(sandbox)
    expect([nsids(host), nsids(sandbox)]).toEqual([[0], [0]])
  })

  test('links that came as those of Docker do have their numbers before anybody looks', () => {
    const all = [make(), make(), make()] as const
    const [host, overlay, sandbox] = all
    // As libnetwork: made in the host, then each end moved to where it belongs and set up.
    host.ip('link', 'add', 'gw0', 'type', 'veth', 'peer', 'name', 'eth1')
    host.ip('link', 'set', 'eth1', 'netns', sandbox.name)
    host.ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'eth0')
    host.ip('link', 'set', 'v0', 'netns', overlay.name)
    host.ip('link', 'set', 'eth0', 'netns', sandbox.name)
    for (const [netns, name] of [
      [host, 'gw0'],
      [sandbox, 'eth1'],
      [overlay, 'v0'],
      [sandbox, 'eth0'],
    ] as const) {
      netns.ip('link', 'set', name, 'up')
    }
    const before = all.map(nsids)
    const named = all.map(netns => readLinks(netns.netlink()).rows.flatMap(link => link.link_netnsid ?? []))
    expect(named.map(rows => rows.length)).toEqual([1, 1, 2])
    for (const [index, rows] of named.entries()) expect(before[index]).toEqual(expect.arrayContaining(rows))
    expect(all.map(nsids)).toEqual(before)
  })

  test('a vxlan that was made elsewhere, as Docker makes them, names that namespace in its forwarding table', () => {
    const [host, overlay] = [make(), make()]
    host.ip('link', 'add', 'under0', 'type', 'veth', 'peer', 'name', 'under1')
    host.ip('link', 'set', 'under0', 'up')
    host.ip('link', 'add', 'vx', 'type', 'vxlan', 'id', '4097', 'dstport', '4789', 'proxy', 'nolearning')
    host.ip('link', 'set', 'vx', 'netns', overlay.name)
    const refused = overlay.batch([
      'link add br0 type bridge',
      'link set vx master br0',
      'link set br0 up',
      'link set vx up',
      'neigh add 10.0.9.3 lladdr 02:42:0a:00:09:03 dev vx nud permanent',
    ])
    expect(refused).toEqual([])
    const facets = [linkFacet, neighbourFacet, fdbFacet]
    const tally = newTally()
    const added = overlay.run(() =>
      spawnSync('bridge', 'fdb add 02:42:0a:00:09:03 dev vx self permanent dst 192.0.2.7'.split(' ')),
    )
    expect(added.stderr.toString()).toBe('')
    expect(compare(overlay, facets, tally)).toEqual([])
    expect(tally.keys.get('fdb')?.has('linkNetNsId')).toBe(true)
  })
})
