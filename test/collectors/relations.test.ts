import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type RelatedNamespace, resolvePeers } from '../../src/collectors/kernel/relations.ts'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { nsidOf } from '../../src/collectors/kernel/rtnl/nsid.ts'
import type { Link, LinkPeer, Nsid } from '../../src/snapshot/index.ts'
import { mixSeed, seededRandom } from '../oracle/random.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { seed } from '../support/seed.ts'

function veth(ifindex: number, ifname: string, relation: Partial<Link>): Link {
  return { ifindex, ifname, flags: [], mtu: 1500, linkinfo: { info_kind: 'veth' }, ...relation }
}

/** @param nsids nsid to namespace; an empty text for one that is not known */
function namespace(id: string, links: Link[], nsids: Record<number, string> = {}): RelatedNamespace {
  const rows = Object.entries(nsids).map(
    ([nsid, target]): Nsid =>
      target === '' ? { nsid: Number(nsid) } : { nsid: Number(nsid), namespace: target },
  )
  return { id, links, nsids: rows }
}

/** `namespace/ifname` to `namespace/ifname` of its peer, for links that have one. */
function peers(namespaces: readonly RelatedNamespace[]): Record<string, string> {
  const { links } = resolvePeers(namespaces)
  const pairs = namespaces.flatMap(({ id, links: before }) =>
    (links.get(id) ?? before).map(link => [`${id}/${link.ifname}`, link.peer] as const),
  )
  return Object.fromEntries(
    pairs.flatMap(([name, peer]) => (peer ? [[name, `${peer.namespace}/${peer.ifname}`]] : [])),
  )
}

describe('peers of built namespaces', () => {
  it('are found by index and nsid, from both ends', () => {
    const overlay = namespace('overlay', [veth(18, 'veth1', { link_index: 17, link_netnsid: 2 })], {
      2: 'box',
    })
    const box = namespace('box', [veth(17, 'eth0', { link_index: 18, link_netnsid: 0 })], { 0: 'overlay' })
    expect(peers([overlay, box])).toEqual({ 'overlay/veth1': 'box/eth0', 'box/eth0': 'overlay/veth1' })
  })

  it('are found when the kernel leaves out an index that equals our own', () => {
    const a = namespace('a', [veth(5, 'eth0', { link_netnsid: 0 })], { 0: 'b' })
    const b = namespace('b', [veth(5, 'eth0', { link_netnsid: 7 })], { 7: 'a' })
    expect(peers([a, b])).toEqual({ 'a/eth0': 'b/eth0', 'b/eth0': 'a/eth0' })
  })

  it('are found within one namespace by the names of each other', () => {
    const one = namespace('one', [veth(2, 'a', { link: 'b' }), veth(3, 'b', { link: 'a' })])
    expect(peers([one])).toEqual({ 'one/a': 'one/b', 'one/b': 'one/a' })
    expect(resolvePeers([one]).links.get('one')?.[0]?.peer).toEqual({
      namespace: 'one',
      ifindex: 3,
      ifname: 'b',
    } satisfies LinkPeer)
  })

  it('are told apart by nsid where sandboxes repeat their indexes', () => {
    const boxes = [1, 2, 3].map(box =>
      namespace(`box${box}`, [veth(2, 'eth0', { link_index: 10 + box, link_netnsid: 0 })], { 0: 'host' }),
    )
    const host = namespace(
      'host',
      [1, 2, 3].map(box => veth(10 + box, `veth${box}`, { link_index: 2, link_netnsid: box })),
      { 1: 'box1', 2: 'box2', 3: 'box3' },
    )
    expect(peers([host, ...boxes])).toEqual({
      'host/veth1': 'box1/eth0',
      'host/veth2': 'box2/eth0',
      'host/veth3': 'box3/eth0',
      'box1/eth0': 'host/veth1',
      'box2/eth0': 'host/veth2',
      'box3/eth0': 'host/veth3',
    })
  })

  it('never include a vxlan that names its own index, nor a macvlan above a veth', () => {
    const kind = (info_kind: string): Partial<Link> => ({ linkinfo: { info_kind } })
    const overlay = namespace(
      'overlay',
      [
        veth(11, 'vxlan0', { link_index: 11, link_netnsid: 0, ...kind('vxlan') }),
        veth(12, 'mac0', { link_index: 13, link_netnsid: 0, ...kind('macvlan') }),
      ],
      { 0: 'host' },
    )
    const host = namespace(
      'host',
      [
        veth(11, 'veth11', { link_index: 11, link_netnsid: 4 }),
        veth(13, 'veth13', { link_index: 12, link_netnsid: 4 }),
      ],
      { 4: 'overlay' },
    )
    expect(peers([overlay, host])).toEqual({})
  })

  it('are absent when the peer is in a namespace that was not read, or that is going away', () => {
    const unread = namespace('a', [veth(2, 'eth0', { link_index: 9, link_netnsid: 3 })], { 3: '' })
    const dying = namespace('b', [veth(9, 'eth0', { link_index: 2, link_netnsid: -1 })])
    expect(peers([unread, dying])).toEqual({})
    expect(resolvePeers([unread, dying]).problems.size).toBe(0)
  })

  it('are found by indexes alone while nsids are unknown, if only one end fits', () => {
    const a = namespace('a', [veth(2, 'eth0', { link_index: 9, link_netnsid: 3 })], { 3: '' })
    const b = namespace('b', [veth(9, 'veth9', { link_index: 2, link_netnsid: 0 })], { 0: '' })
    const c = namespace('c', [veth(9, 'veth9', { link_index: 2, link_netnsid: 0 })], { 0: '' })
    expect(peers([a, b])).toEqual({ 'a/eth0': 'b/veth9', 'b/veth9': 'a/eth0' })
    expect(peers([a, b, c])).toEqual({})
    const { problems } = resolvePeers([a, b, c])
    expect([...problems]).toEqual([['a', ['eth0 (index 2) may be paired with veth9 in b or veth9 in c']]])
  })

  it('are not guessed against an nsid that is known on either side', () => {
    const a = namespace('a', [veth(2, 'eth0', { link_index: 9, link_netnsid: 3 })], { 3: '', 5: 'b' })
    const b = namespace('b', [veth(9, 'veth9', { link_index: 2, link_netnsid: 0 })], { 0: '' })
    const c = namespace('c', [veth(9, 'veth9', { link_index: 2, link_netnsid: 0 })], { 0: 'elsewhere' })
    expect(peers([a, b, c])).toEqual({})
  })

  it('change nothing that was given, and keep links whose peer stays', () => {
    const a = namespace('a', [veth(2, 'eth0', { link_index: 9, link_netnsid: 0 })], { 0: 'b' })
    const b = namespace('b', [veth(9, 'veth9', { link_index: 2, link_netnsid: 0 })], { 0: 'a' })
    const before = structuredClone([a, b])
    const { links } = resolvePeers([a, b])
    expect([a, b]).toEqual(before)
    const again = [a, b].map(each => ({ ...each, links: links.get(each.id)! }))
    expect(resolvePeers(again).links.size).toBe(0)
    const alone = resolvePeers([again[0]!]).links.get('a')
    expect(alone?.[0]).toEqual(before[0]!.links[0])
    expect(alone?.[0]).not.toHaveProperty('peer')
  })
})

describe('peers of real namespaces', needs('root', 'program:ip'), () => {
  it(`are those that were made, although their indexes collide (CNMTOP_SEED=${seed})`, () => {
    const random = seededRandom(mixSeed(seed, 1))
    const hosts: TestNetns[] = []
    try {
      for (let count = 0; count < 8; count++) hosts.push(makeNetns('peers'))
      const made = new Map<string, string>()
      for (let pair = 0; pair < 40; pair++) {
        const a = random.pick(hosts)
        const b = random.pick(hosts)
        // Few indexes for many links: the kernel refuses those that are taken, and the rest collides between namespaces.
        const index = (): number => random.int(2, 14)
        const [nameA, nameB] = [`a${pair}`, `b${pair}`]
        const line = `link add name ${nameA} index ${index()} type veth peer name ${nameB} index ${index()} netns ${b.name}`
        if (a.batch([line]).length > 0) continue
        made.set(`${a.name}/${nameA}`, `${b.name}/${nameB}`).set(`${b.name}/${nameB}`, `${a.name}/${nameA}`)
      }
      hosts[0]!.batch([
        `link add name vx index 50 type vxlan id 5 dstport 4789`,
        `link set dev vx netns ${hosts[1]!.name}`,
      ])
      const namespaces = hosts.map(host => read(host, hosts))
      expect(made.size).toBeGreaterThan(20)
      expect(peers(namespaces)).toEqual(Object.fromEntries(made))
      expect(resolvePeers(namespaces).problems.size).toBe(0)
      const collisions = namespaces.flatMap(({ links }) => links.map(({ ifindex }) => ifindex))
      expect(new Set(collisions).size).toBeLessThan(collisions.length / 2)
      const moved = namespaces[1]!.links.find(({ ifname }) => ifname === 'vx')
      expect(moved).toMatchObject({ ifindex: 50, link_netnsid: expect.any(Number) })
    } finally {
      for (const host of hosts) host.remove()
    }
  })
})

function read(host: TestNetns, hosts: readonly TestNetns[]): RelatedNamespace {
  const transport = host.netlink()
  const links = readLinks(transport).rows
  const nsids = hosts.flatMap(({ name, path }): Nsid[] => {
    const fd = openSync(path, 'r')
    try {
      const nsid = nsidOf(transport, fd)
      return nsid === undefined ? [] : [{ nsid, namespace: name }]
    } finally {
      closeSync(fd)
    }
  })
  return { id: host.name, links, nsids }
}
