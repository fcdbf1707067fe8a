import { printRule } from 'node-iptables'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import { parseIp } from '../../src/util/ip.ts'
import { captures, captureSnapshot } from '../support/swarm-capture.ts'

const key = Buffer.from('a key that only this test knows of')

const nodes = captures.flatMap(({ capture, nodes: names }) => names.map(node => ({ capture, node })))

/** Every text of both, side by side, with the keys that lead to it. */
function pairs(before: unknown, after: unknown, path: readonly string[] = []): [string, string, string][] {
  if (typeof before === 'string') return [[before, after as string, path.join('.')]]
  if (typeof before !== 'object' || before === null) return []
  const [left, right] = [Object.entries(before), Object.entries(after as object)]
  return left.flatMap(([name, value], index) => {
    const [mapped, content] = right[index] ?? ['', '']
    const inner = pairs(value, content, [...path, Array.isArray(before) ? '' : name])
    return Array.isArray(before)
      ? inner
      : [[name, mapped, `${path.join('.')} key`] as [string, string, string], ...inner]
  })
}

describe.each(nodes)('redacting $node of $capture', ({ capture, node }) => {
  const before = plain(captureSnapshot(capture, node))
  const after = redactSnapshot(before, key)
  // An address with a mask beside it loses its host bits, so it is not the same thing as that address alone.
  const texts = pairs(before, after).filter(
    ([, , path]) => !/\.ip\.(?:source|destination)\.address$/.test(path),
  )

  it('gives a valid snapshot that says what it is', () => {
    expect(snapshotSchema.safeParse(after).error).toBeUndefined()
    expect(after.redacted).toBe(true)
    expect(before).toEqual(plain(captureSnapshot(capture, node)))
  })

  it('keeps every equality between two texts, and makes no new one', () => {
    const forward = new Map<string, string>()
    const backward = new Map<string, string>()
    const broken = texts.filter(([text, mapped]) => {
      const isSame = (forward.get(text) ?? mapped) === mapped && (backward.get(mapped) ?? text) === text
      forward.set(text, mapped)
      backward.set(mapped, text)
      return !isSame
    })
    expect(broken).toEqual([])
    expect(forward.size).toBeGreaterThan(100)
  })

  it('keeps addresses in their subnets, and others out', () => {
    const subnets = (snapshot: Snapshot): string[] =>
      snapshot.docker?.networks?.flatMap(network =>
        network.IPAM.Config.flatMap(({ Subnet }) => Subnet ?? []),
      ) ?? []
    const locals = (snapshot: Snapshot): string[] =>
      snapshot.namespaces.flatMap(namespace => namespace.addresses.map(({ local }) => local))
    const table = (snapshot: Snapshot): boolean[][] =>
      locals(snapshot).map(address => subnets(snapshot).map(subnet => isIn(address, subnet)))
    expect(table(before).flat()).toContain(true)
    expect(table(after)).toEqual(table(before))
  })

  it('keeps the MACs of overlay endpoints what Docker makes of their address', () => {
    const macs = (snapshot: Snapshot): [string, string][] =>
      snapshot.docker!.networks!.flatMap(({ Containers }) =>
        Object.values(Containers).map(({ MacAddress, IPv4Address }): [string, string] => [
          MacAddress,
          IPv4Address,
        ]),
      )
    const isOwn = ([mac, address]: [string, string]): boolean =>
      mac === `02:42:${hexOf(address.split('/')[0]!)}`
    expect(macs(before).every(isOwn)).toBe(true)
    expect(macs(after).every(isOwn)).toBe(true)
  })

  it('keeps names of namespace files the beginnings of ids', () => {
    for (const { Id, Scope } of after.docker!.networks!.filter(({ Driver }) => Driver === 'overlay')) {
      const files = after.namespaces.filter(({ name }) => name.endsWith(`-${Id.slice(0, 10)}`))
      const was = before.docker!.networks!.find((_, index) => after.docker!.networks![index]!.Id === Id)!
      expect([Scope, files.length]).toEqual([
        was.Scope,
        before.namespaces.filter(({ name }) => name.endsWith(`-${was.Id.slice(0, 10)}`)).length,
      ])
    }
    for (const { NetworkSettings } of after.docker!.containers!) {
      expect(NetworkSettings.SandboxKey).toBe(
        `/var/run/docker/netns/${NetworkSettings.SandboxID.slice(0, 12)}`,
      )
    }
  })

  it('leaves each rule one whose text is that of its parts', () => {
    for (const { netfilter } of after.namespaces) {
      for (const { family, rules } of netfilter) {
        for (const rule of rules) expect(rule.text).toBe(printRule(rule, family))
      }
    }
  })

  it('holds no address, name or id of the node any more', () => {
    const text = JSON.stringify(after)
    const own = before.docker!
    const told = [
      own.info!.Name,
      own.info!.Swarm.NodeAddr,
      own.info!.Swarm.NodeID,
      ...own.networks!.flatMap(network => [
        network.Id,
        ...Object.keys(network.Services ?? {}).filter(name => name !== ''),
      ]),
      ...own.containers!.flatMap(container => [
        container.Id,
        container.Id.slice(0, 12),
        container.Name,
        container.Image,
      ]),
      ...Object.values(own.networks!.find(({ Name }) => Name === 'appnet')?.Containers ?? {}).flatMap(
        ({ IPv4Address, MacAddress }) => [IPv4Address, MacAddress],
      ),
      'appnet',
    ]
    expect(told.length).toBeGreaterThan(10)
    for (const secret of told)
      expect(text).not.toMatch(new RegExp(`\\b${secret.replaceAll(/[^\w]/g, String.raw`\$&`)}\\b`))
  })
})

describe('redactSnapshot', () => {
  const [first, second] = ['node1', 'node2'].map(node => captureSnapshot('docker-26.1-nft', node)) as [
    Snapshot,
    Snapshot,
  ]

  it('gives the same pseudonyms with the same key, on every node', () => {
    const [one, two] = [first, second].map(snapshot => redactSnapshot(snapshot, key)) as [Snapshot, Snapshot]
    const own = one.docker!.networks!.find(
      network => network.Services?.[''] === undefined && network.Peers && !network.Ingress,
    )!
    const other = two.docker!.networks!.find(({ Id }) => Id === own.Id)!
    expect(other.Name).toBe(own.Name)
    expect(other.Peers!.map(({ IP }) => IP).toSorted()).toEqual(own.Peers!.map(({ IP }) => IP).toSorted())
    expect(redactSnapshot(first, key)).toEqual(one)
  })

  it('gives others with another key', () => {
    const other = redactSnapshot(first, Buffer.from('another key of sixteen and more'))
    expect(other.docker!.info!.Name).not.toBe(redactSnapshot(first, key).docker!.info!.Name)
    expect(other.docker!.info!.Swarm.NodeAddr).not.toBe(
      redactSnapshot(first, key).docker!.info!.Swarm.NodeAddr,
    )
  })

  it('leaves texts out that this version does not know', () => {
    const later = structuredClone(first) as Snapshot & Record<string, unknown>
    later['motd'] = 'welcome to acme'
    Object.assign(later.namespaces[0]!.links[0]!, {
      owner: 'acme',
      levels: [1, 2],
      more: { of: 'acme', count: 3 },
    })
    const redacted = redactSnapshot(later, key)
    expect(JSON.stringify(redacted)).not.toContain('acme')
    expect(redacted.namespaces[0]!.links[0]).toMatchObject({ levels: [1, 2], more: { count: 3 } })
  })
})

/** As a file holds it: without fields that are undefined. */
function plain(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot)) as Snapshot
}

function isIn(address: string, subnet: string): boolean {
  const [network = '', length = '0'] = subnet.split('/')
  const [bits, other] = [address, network].map(text =>
    (parseIp(text) ?? []).map(byte => byte.toString(2).padStart(8, '0')).join(''),
  ) as [string, string]
  return bits.length === other.length && bits.slice(0, Number(length)) === other.slice(0, Number(length))
}

function hexOf(address: string): string {
  return address
    .split('.')
    .map(byte => Number(byte).toString(16).padStart(2, '0'))
    .join(':')
}
