import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { allEdges } from '../../src/graph/edges.ts'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { brokenInvariants } from '../support/graph-invariants.ts'
import { captureCluster } from '../support/swarm-capture.ts'

const cluster = captureCluster('docker-26.1-nft')
const old = captureCluster('docker-20.10-legacy')

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function shuffle<Item>(list: readonly Item[], next: () => number): Item[] {
  return list
    .map(item => [next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}

/** Lists whose order says something: rules, and what JSON pointers count. */
const ordered = new Set(['rules', 'chains', 'matches', 'Tasks', 'Config', 'flags', 'nexthops'])

/** The same snapshot with every list that is a set, and every map, in another order. */
function shuffled<Value>(value: Value, next: () => number, key = ''): Value {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => shuffled(item, next))
    return (ordered.has(key) ? items : shuffle(items, next)) as Value
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, entry]) => [name, shuffled(entry, next, name)] as const)
  return Object.fromEntries(shuffle(entries, next)) as Value
}

const words = [
  '',
  'x',
  '10.0.1.3',
  '0.0.0.0',
  'fd00::1',
  '02:42:0a:00:01:03',
  'web',
  '__proto__',
  'container:',
  '\u001B[31m',
]
const numbers = [0, -1, 1, 256, 4097, 2 ** 31]

/** The same shape with a `share` of its elements gone, and of its texts and numbers wrong. */
function damaged<Value>(value: Value, next: () => number, share: number, isWrong: boolean): Value {
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(next() * list.length)] as Item
  if (Array.isArray(value)) {
    return value
      .filter(() => next() >= share)
      .map((item: unknown) => damaged(item, next, share, isWrong)) as Value
  }
  if (typeof value === 'string') return (isWrong && next() < share ? pick(words) : value) as Value
  if (typeof value === 'number') return (isWrong && next() < share ? pick(numbers) : value) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, damaged(entry, next, share, isWrong)]),
  ) as Value
}

/** Without what a snapshot may lack altogether. */
function reduced(snapshot: Snapshot, next: () => number): Snapshot {
  const docker = snapshot.docker && { ...snapshot.docker }
  for (const part of ['info', 'networks', 'containers', 'services', 'tasks', 'nodes'] as const)
    if (docker && next() < 0.3) delete docker[part]
  const { docker: _gone, ...rest } = snapshot
  return docker && next() < 0.8 ? { ...rest, docker } : rest
}

describe('a graph', () => {
  it('is the same whatever order the snapshots, their rows and their maps are in', () => {
    const expected = buildGraph(cluster)
    fc.assert(
      fc.property(fc.integer(), seed => {
        const next = random(seed)
        expect(buildGraph(shuffle(cluster, next).map(snapshot => shuffled(snapshot, next)))).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('is built of whatever is left of snapshots, and holds together', () => {
    const share = fc.constantFrom(0, 0.01, 0.05, 0.3, 0.9)
    fc.assert(
      fc.property(fc.integer(), share, fc.boolean(), fc.boolean(), (seed, part, isOld, isWrong) => {
        const next = random(seed)
        const left = (isOld ? old : cluster).map(snapshot =>
          damaged(reduced(snapshot, next), next, part, isWrong),
        )
        const graph = buildGraph(left)
        expect(brokenInvariants(graph)).toEqual([])
        // Where texts are wrong, two rows may have one key.
        if (isWrong) return
        const byNode = snapshotsByNode(left)
        const some = allEdges(graph)
          .filter(() => next() < 0.1)
          .flatMap(({ evidence }) => evidence)
        expect(some.filter(ref => findRow(byNode, ref) === undefined)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('of nothing is empty', () => {
    const graph = buildGraph([])
    expect(Object.values(graph).every(objects => Object.keys(objects).length === 0)).toBe(true)
  })

  it('changes no snapshot', () => {
    const before = structuredClone(cluster)
    buildGraph(cluster)
    expect(cluster).toEqual(before)
  })
})
