import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSourceLog } from '../../src/collectors/kernel/source-log.ts'
import { readTc } from '../../src/collectors/kernel/read-tc.ts'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import type { ReadingContext } from '../../src/collectors/kernel/reading.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, parseIpJson, type TestNetns } from '../support/netns.ts'
import { seed } from '../support/seed.ts'
import { randomTc } from './generate-tc.ts'
import { mixSeed, seededRandom } from './random.ts'

const NAMESPACES = 40
const devices = ['lo', 'd0', 'd1', 'd2', 'e0', 'e1', 'e2']

/** Where filters may hang. */
const sides: Readonly<Record<string, readonly string[]>> = {
  ingress: ['ingress'],
  clsact: ['ingress', 'egress'],
}

type Row = Record<string, unknown>

describe('traffic control', needs('root', 'program:tc'), () => {
  test(`qdiscs and filters equal those of tc in ${NAMESPACES} random namespaces (CNMTOP_SEED=${seed})`, {
    timeout: 600_000,
  }, () => {
    const seen = new Set<string>()
    for (let index = 0; index < NAMESPACES; index++) {
      const netns = makeNetns('tc')
      try {
        netns.batch([0, 1, 2].map(pair => `link add d${pair} numtxqueues 2 type veth peer name e${pair}`))
        netns.batch(devices.map(name => `link set ${name} up`))
        shell(netns, randomTc(devices, seededRandom(mixSeed(seed, index))))
        const ours = readAll(netns)
        const qdiscs = theirQdiscs(netns)
        expect(ours.qdiscs, `namespace ${index}`).toEqual(qdiscs)
        const places = qdiscs.flatMap(({ kind, dev }) =>
          (sides[String(kind)] ?? []).map(side => `${String(dev)} ${side}`),
        )
        const filters = places.flatMap(place => theirFilters(netns, place))
        expect(ours.tcFilters, `namespace ${index}`).toEqual(filters)
        for (const { kind } of [...qdiscs, ...filters]) seen.add(String(kind))
        for (const { protocol, block } of filters) seen.add(block === undefined ? String(protocol) : 'block')
      } finally {
        netns.remove()
      }
    }
    // What every kernel with traffic control has, so that the comparison is about something.
    for (const kind of [
      'noqueue',
      'pfifo',
      'bfifo',
      'pfifo_fast',
      'mq',
      'tbf',
      'htb',
      'ingress',
      'clsact',
      'u32',
      'ip',
      'block',
    ])
      expect(seen).toContain(kind)
  })

  test('a program of XDP is told as ip tells it', needs('program:python3'), () => {
    const netns = makeNetns('tc')
    try {
      netns.batch(['link add d0 type veth peer name e0', 'link set d0 up', 'link set e0 up'])
      const program = join(import.meta.dirname, 'trace', 'xdp.py')
      shell(netns, [`python3 ${program} d0 pass generic`, `python3 ${program} e0 drop native`])
      const theirs = parseIpJson(netns.ip('-j', 'link')) as Row[]
      expect(theirs.filter(({ xdp }) => xdp !== undefined)).toHaveLength(2)
      const ours = readLinks(netns.netlink()).rows.map(({ ifname, xdp }) => ({ ifname, xdp }))
      expect(ours).toEqual(theirs.map(({ ifname, xdp }) => ({ ifname, xdp: withoutNames(xdp) })))
    } finally {
      netns.remove()
    }
  })
})

function shell(netns: TestNetns, lines: readonly string[]): void {
  netns.run(() => spawnSync('sh', ['-s'], { input: `${lines.join('\n')}\n` }))
}

function readAll(netns: TestNetns): ReturnType<typeof readTc> {
  const route = netns.netlink()
  const names = new Map(readLinks(route).rows.map(({ ifindex, ifname }) => [ifindex, ifname]))
  const log = createSourceLog()
  const context = { doors: { route }, wanted: new Set(['tc']), log } as unknown as ReadingContext
  const read = readTc(context, names)
  expect(log.reports.map(({ status, reason }) => reason ?? status)).not.toContainEqual(
    expect.stringMatching(/^(?!ok$)/),
  )
  return read
}

function tcJson(netns: TestNetns, words: string): Row[] {
  const { stdout } = netns.run(() => spawnSync('tc', ['-j', ...words.split(' ')]))
  return parseIpJson(stdout) as Row[]
}

function theirQdiscs(netns: TestNetns): Row[] {
  return tcJson(netns, 'qdisc show').map(({ options, ...row }) =>
    // Of htb, a counter is among them.
    ['htb', 'fq_codel', 'netem'].includes(String(row['kind'])) ? row : { ...row, options },
  )
}

function theirFilters(netns: TestNetns, place: string): Row[] {
  const [dev, parent] = place.split(' ')
  const rows = tcJson(netns, `filter show dev ${place}`).map(row =>
    JSON.stringify({ dev, parent, ...row }, (key, value: unknown) => (key === 'options' ? undefined : value)),
  )
  return [...new Set(rows)].map(row => JSON.parse(row) as Row)
}

/** bpf(2) tells names and tags; we ask for no more than the links have. */
function withoutNames(xdp: unknown): unknown {
  return (
    xdp &&
    JSON.parse(JSON.stringify(xdp), (key, value: Row) => (key === 'prog' ? { id: value['id'] } : value))
  )
}
