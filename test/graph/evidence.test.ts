import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { allEdges } from '../../src/graph/edges.ts'
import type { RowRef, Warning } from '../../src/graph/model.ts'
import { allObjects } from '../../src/graph/query.ts'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import { captureCluster, captures } from '../support/swarm-capture.ts'

describe.each(captures)('the graph of $capture', ({ capture }) => {
  const snapshots = captureCluster(capture)
  const graph = buildGraph(snapshots)
  const objects = allObjects(graph)
  const warnings: Warning[] = objects.flatMap(object => [...object.warnings])

  it('refers to rows that are there', () => {
    const byNode = snapshotsByNode(snapshots)
    const refs: RowRef[] = [
      ...objects.flatMap(({ evidence }) => evidence),
      ...allEdges(graph).flatMap(({ evidence }) => evidence),
      ...warnings.flatMap(({ evidence }) => evidence),
    ]
    expect(refs.length).toBeGreaterThan(100)
    expect(refs.filter(ref => findRow(byNode, ref) === undefined)).toEqual([])
  })

  it('proves each edge, and ends it at objects', () => {
    const ids = new Set(objects.map(({ id }) => id))
    expect(allEdges(graph).filter(({ evidence }) => evidence.length === 0)).toEqual([])
    expect(allEdges(graph).filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([])
  })

  it('warns of nothing but what is broken', () => {
    // Without IPVS dockerd programs neither marks nor the port, and its API says nothing of that.
    const isBroken = capture === 'docker-20.10-nft-hostkernel-no-ipvs'
    expect(warnings.map(({ message }) => message)).toEqual(isBroken ? ['hostc has no DNAT rule'] : [])
  })
})
