import { describe, expect, it } from 'vitest'
import { type Change, diffSnapshots } from '../../src/snapshot/diff.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { captures, captureSnapshot } from '../support/swarm-capture.ts'

const read = (): Snapshot => captureSnapshot('docker-26.1-nft', 'node1')

/** What `change` does to a snapshot, as a diff tells it: without the names of namespaces. */
function changesOf(change: (snapshot: Snapshot, ingress: Namespace) => void): Change[] {
  const after = read()
  change(after, after.namespaces.find(({ kind }) => kind === 'ingress')!)
  const { changes, unknown } = diffSnapshots(read(), after)
  expect(unknown).toEqual([])
  return changes.map(change => {
    const { namespace, ...rest } = change
    expect(namespace === undefined || namespace.length > 0).toBe(true)
    return rest
  })
}

describe('diffSnapshots finds nothing', () => {
  it.each(captures.flatMap(({ capture, nodes }) => nodes.map(node => ({ capture, node }))))(
    'between $node of $capture and itself',
    ({ capture, node }) => {
      expect(diffSnapshots(captureSnapshot(capture, node), captureSnapshot(capture, node))).toEqual({
        changes: [],
        unknown: [],
      })
    },
  )

  it('when counters ran, times passed, and lists come in another order', () => {
    expect(
      changesOf((snapshot, ingress) => {
        snapshot.takenAt = '2027-01-01T00:00:00.000Z'
        snapshot.tookMs = 99
        for (const namespace of snapshot.namespaces) {
          for (const list of [
            namespace.links,
            namespace.addresses,
            namespace.routes,
            namespace.fdb,
            namespace.sockets,
          ]) {
            list.reverse()
          }
          for (const link of namespace.links) if (link.stats64) link.stats64.rx.bytes = '123456789'
          for (const table of namespace.netfilter) {
            for (const rule of table.rules) Object.assign(rule, { packets: '7', bytes: '700' })
            for (const chain of table.chains) Object.assign(chain, { packets: '7', bytes: '700' })
          }
        }
        snapshot.namespaces.reverse()
        Object.assign(ingress.ipvs.services[0]!.stats, { conns: '99', inBytes: '12345' })
        Object.assign(ingress.ipvs.services[0]!.realServers[0]!, { activeConns: 4, inactiveConns: 2 })
        snapshot.docker!.containers![0]!.State.Pid = 4711
        snapshot.docker!.tasks![0]!.Status.Timestamp = '2027-01-01T00:00:00Z'
        snapshot.docker!.networks!.reverse()
      }),
    ).toEqual([])
  })

  it('when the node was started again, and gave new numbers', () => {
    expect(
      changesOf(snapshot => {
        snapshot.host.bootId = 'another'
        for (const namespace of snapshot.namespaces) {
          namespace.id = namespace.id.replace(/\d+/, number => String(Number(number) + 1000))
          if (namespace.kind === 'overlay') namespace.name = namespace.name.replace(/^\d+/, '7')
          for (const link of namespace.links) link.ifindex += 100
          for (const address of namespace.addresses) address.ifindex += 100
        }
      }),
    ).toEqual([])
  })
})

describe('diffSnapshots tells', () => {
  it('a link that went, and what differs in another', () => {
    expect(
      changesOf((_, ingress) => {
        ingress.links = ingress.links.filter(({ ifname }) => ifname !== 'eth1')
        Object.assign(ingress.links.find(({ ifname }) => ifname === 'eth0')!, {
          mtu: 1400,
          operstate: 'DOWN',
        })
      }),
    ).toEqual([
      {
        change: 'changed',
        type: 'link',
        name: 'eth0',
        fields: [
          { field: 'mtu', before: 1450, after: 1400 },
          { field: 'operstate', before: 'UP', after: 'DOWN' },
        ],
      },
      { change: 'removed', type: 'link', name: 'eth1' },
    ])
  })

  it('addresses, routes and policy rules', () => {
    expect(
      changesOf((_, ingress) => {
        const address = ingress.addresses.find(({ ifname }) => ifname === 'eth0')
        address!.local = '10.0.0.99'
        ingress.routes.push({
          family: 'inet',
          type: 'unicast',
          dst: '192.0.2.0/24',
          gateway: '172.18.0.1',
          dev: 'eth1',
          protocol: 'boot',
          scope: 'global',
          flags: [],
        })
        ingress.rules[0]!.priority = 5
      }).map(({ change, type, name }) => `${change} ${type} ${name}`),
    ).toEqual([
      'removed address 10.0.0.2/24 dev eth0',
      'added address 10.0.0.99/24 dev eth0',
      'added route 192.0.2.0/24 dev eth1',
      'removed policy rule 0: from all lookup local',
      'added policy rule 5: from all lookup local',
    ])
  })

  it('rules of netfilter by their text, and another order of those that stayed', () => {
    const changes = changesOf((_, ingress) => {
      const nat = ingress.netfilter.find(({ table }) => table === 'mangle')!
      const marks = nat.rules.filter(({ chain }) => chain === 'PREROUTING')
      const [first, second] = marks
      nat.rules.splice(nat.rules.indexOf(first!), 2, second!, first!)
      nat.rules.push({ ...first!, text: '-A PREROUTING -j ACCEPT' })
      nat.chains.find(({ name }) => name === 'INPUT')!.policy = 'DROP'
    })
    expect(changes).toMatchObject([
      {
        type: 'chain',
        name: 'iptables mangle INPUT',
        fields: [{ field: 'policy', before: 'ACCEPT', after: 'DROP' }],
      },
      { change: 'added', type: 'rule', name: 'iptables mangle -A PREROUTING -j ACCEPT' },
      { change: 'changed', type: 'chain', name: 'iptables mangle PREROUTING', fields: [{ field: 'order' }] },
    ])
  })

  it('a weight of 0, a real server that is missing, another scheduler', () => {
    expect(
      changesOf((_, ingress) => {
        const service = ingress.ipvs.services.find(({ realServers }) => realServers.length > 1)!
        service.scheduler = 'wrr'
        service.realServers[0]!.weight = 0
        service.realServers.splice(1, 1)
      }),
    ).toMatchObject([
      {
        change: 'changed',
        type: 'virtual service',
        fields: [{ field: 'scheduler', before: 'rr', after: 'wrr' }],
      },
      { change: 'changed', type: 'real server', fields: [{ field: 'weight', before: 1, after: 0 }] },
      { change: 'removed', type: 'real server' },
    ])
  })

  it('the static forwarding entry that is gone while the learned one is there (moby#52661)', () => {
    const changes = changesOf(snapshot => {
      const overlay = snapshot.namespaces.find(
        ({ name, fdb }) => name.startsWith('1-') && fdb.some(({ dst }) => dst),
      )!
      const lost = overlay.fdb.find(({ dst, state }) => dst !== undefined && state === 'permanent')!
      overlay.fdb.splice(overlay.fdb.indexOf(lost), 1, {
        mac: lost.mac,
        ifname: 'vxlan0',
        master: 'br0',
        flags: [],
        state: '',
      })
    })
    expect(changes).toMatchObject([{ change: 'removed', type: 'fdb entry' }])
  })

  it('objects of Docker', () => {
    expect(
      changesOf(({ docker }) => {
        const appnet = docker!.networks!.find(({ Name }) => Name === 'appnet')!
        appnet.Options = { ...appnet.Options, encrypted: '' }
        docker!.services = docker!.services!.filter(({ Spec }) => Spec.Name !== 'pin')
        docker!.nodes![0]!.Availability = 'drain'
      }).map(({ change, type, name, fields }) => [change, type, name.split(' ')[0], fields?.[0]?.field]),
    ).toEqual([
      ['changed', 'docker network', 'appnet', 'Options.encrypted'],
      ['removed', 'docker service', 'pin', undefined],
      ['changed', 'docker node', expect.stringMatching(/^node/), 'Availability'],
    ])
  })

  it('a namespace that came and one that went', () => {
    const changes = changesOf(snapshot => {
      const at = snapshot.namespaces.findIndex(({ kind }) => kind === 'container')
      snapshot.namespaces[at] = { ...snapshot.namespaces[at]!, name: 'ffffffffffff' }
    })
    expect(changes.map(({ change, type }) => `${change} ${type}`)).toEqual([
      'removed namespace',
      'added namespace',
    ])
  })

  it('that it does not know, in place of what could not be read', () => {
    const after = read()
    const ingress = after.namespaces.find(({ kind }) => kind === 'ingress')!
    ingress.ipvs = { services: [] }
    ingress.sources = ingress.sources.map(report =>
      report.source === 'ipvs' ? { ...report, status: 'forbidden', reason: 'needs CAP_NET_ADMIN' } : report,
    )
    delete after.docker!.services
    expect(diffSnapshots(read(), after)).toEqual({
      changes: [],
      unknown: [
        { what: 'docker services', side: 'after', reason: 'ok' },
        { namespace: 'ingress_sbox', what: 'IPVS', side: 'after', reason: 'forbidden: needs CAP_NET_ADMIN' },
      ],
    })
  })
})

describe('between two nodes', () => {
  const [one, two] = ['node1', 'node2'].map(node => captureSnapshot('docker-26.1-nft', node)) as [
    Snapshot,
    Snapshot,
  ]
  const flip = { added: 'removed', removed: 'added', changed: 'changed' } as const
  const told = (changes: readonly Change[]): string[] =>
    changes
      .map(
        ({ change, type, fields = [] }) =>
          `${change} ${type} ${fields.map(({ field }) => field.split('.')[0]).join()}`,
      )
      .toSorted()

  it('each direction is the other turned over', () => {
    const there = diffSnapshots(one, two).changes
    const back = diffSnapshots(two, one).changes
    expect(there.length).toBeGreaterThan(50)
    expect(told(there.map(change => ({ ...change, change: flip[change.change] })))).toEqual(told(back))
  })

  it('redacted ones differ in the same', () => {
    const key = Buffer.from('a key that only this test knows of')
    const redacted = diffSnapshots(redactSnapshot(one, key), redactSnapshot(two, key)).changes
    expect(told(redacted)).toEqual(told(diffSnapshots(one, two).changes))
  })
})
