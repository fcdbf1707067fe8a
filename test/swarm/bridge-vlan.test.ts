/** Bridges that filter by VLAN: rows as `bridge` prints them, and traces as packets fare. */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWatch } from '../../src/collectors/kernel/watch.ts'
import { traceFlow } from '../../src/lb/index.ts'
import { IPPROTO_ICMP } from '../../src/lb/packet.ts'
import { fdbFacet, linkFacet, vlanFacet } from '../oracle/facets.ts'
import { type Facet, ipLines } from '../oracle/facet.ts'
import { build, compare, newTally } from '../oracle/oracle.ts'
import { mixSeed, seededRandom } from '../oracle/random.ts'
import { snapshotOf } from '../oracle/trace/router.ts'
import { makeNetns } from '../support/netns.ts'
import { seed } from '../support/seed.ts'
import { type Bed, hasVlanFiltering, makeBed } from '../vlan/bed.ts'
import { vlanCases } from '../vlan/cases.ts'
import { knownOf, saidByTrace, seenInCase, tellingOf } from '../vlan/compare.ts'

const NAMESPACES = 12
const reason = hasVlanFiltering() ? undefined : 'the kernel has no CONFIG_BRIDGE_VLAN_FILTERING'
const options = { skip: reason !== undefined, meta: reason === undefined ? {} : { skipped: reason } }

describe('bridges with VLANs', options, () => {
  test(`rows equal 'bridge -compressvlans -j vlan show' in ${NAMESPACES} random namespaces (CNMTOP_SEED=${seed})`, async () => {
    const tally = newTally()
    const printed: string[] = []
    const theirs: Facet['theirs'] = outputs => {
      printed.push(...outputs)
      return vlanFacet.theirs(outputs)
    }
    const facets = [linkFacet, { ...vlanFacet, theirs }, fdbFacet]
    for (let index = 0; index < NAMESPACES; index++) {
      const netns = makeNetns('vlans')
      try {
        await build(netns, twoBridges, facets, seededRandom(mixSeed(seed, index)), tally)
        expect(compare(netns, facets, tally), `namespace ${index}`).toEqual([])
      } finally {
        netns.remove()
      }
    }
    for (const word of ['"vlan"', '"vlanEnd"', '"flags":[]', '"PVID"', '"Egress Untagged"', '"br0"'])
      expect(printed.join('').replaceAll(/\s/g, ''), word).toContain(word.replaceAll(/\s/g, ''))
    expect(tally.keys.get('fdb')?.get('vlan')).toBeGreaterThan(0)
  })

  describe('a trace', () => {
    let bed: Bed
    beforeAll(() => {
      bed = makeBed()
    })
    afterAll(() => bed.remove())

    test.for(vlanCases.map(each => [each.name, each] as const))('%s', async ([, each]) => {
      const { snapshot, witness } = await seenInCase(bed, each)
      const told = saidByTrace(snapshot, each)
      const { arrived, answered, unknown } = told
      expect(unknown.length > 0, tellingOf(told)).toBe(each.isUnknown === true)
      expect({ arrived, answered }, tellingOf(told)).toEqual(knownOf(witness, told))
    })
  })
})

test('a change of VLANs is heard, and that a bridge filters no longer', options, async () => {
  const netns = makeNetns('vlan-watch')
  const seen: (string | undefined)[] = []
  const command = startWatch({ netnsDirs: ['/run/netns'], onlyNetnsDirs: true }, event => {
    if (event.kind !== 'read' || event.id !== netns.id || !event.data.vlans) return
    const port = event.data.vlans.find(({ ifname }) => ifname === 'd0')
    seen.push(port?.vlans.map(({ vlan }) => vlan).join(' '))
  })
  const last = (): string | undefined => seen.at(-1)
  try {
    netns.batch([
      'link add br0 type bridge vlan_filtering 1',
      'link add d0 type dummy',
      'link set d0 master br0',
      // Nothing is told of a bridge that is down (netdev_state_change).
      'link set br0 up',
    ])
    await expect.poll(last, { timeout: 60_000 }).toBe('1')
    spawnSync('bridge', ['-n', netns.name, 'vlan', 'add', 'dev', 'd0', 'vid', '10'])
    await expect.poll(last, { timeout: 60_000 }).toBe('1 10')
    netns.batch(['link set br0 type bridge vlan_filtering 0'])
    await expect.poll(last, { timeout: 60_000 }).toBe(undefined)
  } finally {
    command({ kind: 'stop' })
    netns.remove()
  }
})

test.each([10, 20])('a tag goes through a vxlan, here to VLAN %i of the other end', options, vlan => {
  const [x, y] = [makeNetns('vlan-x'), makeNetns('vlan-y')]
  try {
    const pair = [`link add u0 type veth peer name u0 netns ${y.name}`, 'link set u0 up']
    const end = (own: number, other: number, id: number): string[] => [
      `addr add 10.9.0.${own}/24 dev u0`,
      `link add vx0 type vxlan id 7 remote 10.9.0.${other} dstport 4789`,
      'link set vx0 up',
      `link add link vx0 name vlan0 type vlan id ${id}`,
      'link set vlan0 up',
      `addr add 10.8.0.${own}/24 dev vlan0`,
    ]
    expect([
      ...x.batch([...pair, ...end(1, 2, 10)]),
      ...y.batch(['link set u0 up', ...end(2, 1, vlan)]),
    ]).toEqual([])
    const { path, sentence } = traceFlow([snapshotOf([x, y])], {
      family: 'inet',
      protocol: IPPROTO_ICMP,
      destination: '10.8.0.2',
      entry: { kind: 'local', namespace: x.id },
    })
    const ping = spawnSync('ip', ['netns', 'exec', x.name, 'ping', '-c', '1', '-W', '1', '10.8.0.2'])
    const isAnswered = path.end?.disposition === 'delivered' && path.reply?.end?.disposition === 'delivered'
    expect(isAnswered, sentence).toBe(ping.status === 0)
    expect(isAnswered, sentence).toBe(vlan === 10)
  } finally {
    x.remove()
    y.remove()
  }
})

const ports = ['br0', 'br1'].flatMap(master =>
  [0, 1, 2].map(number => ({ name: `${master}p${number}`, master })),
)
const twoBridges = {
  links: [
    ...['br0', 'br1'].map(name => ({ name, kind: 'bridge', up: true, v4: '10.1.1', v6: 'fd00:1' })),
    ...ports.map(port => ({ ...port, kind: 'dummy', up: true, v4: '10.1.2', v6: 'fd00:2' })),
  ],
  commands: ipLines([
    ...['br0', 'br1'].flatMap(name => [
      `link add ${name} type bridge vlan_filtering 1`,
      `link set ${name} up`,
    ]),
    ...ports.flatMap(({ name, master }) => [
      `link add ${name} type dummy`,
      `link set ${name} master ${master} up`,
    ]),
  ]),
}
