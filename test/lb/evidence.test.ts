import { expect, test } from 'vitest'
import { findRow, snapshotsByNode } from '../../src/graph/rows.ts'
import { capturedSnapshots, clusterCaptures } from '../support/cluster-captures.ts'
import { everyTrace } from './every-trace.ts'
import { refsOf } from './refs.ts'

test.each(clusterCaptures)('%s: every row that a trace points at is there', capture => {
  const nodes = capturedSnapshots(capture)
  const byNode = snapshotsByNode(nodes)
  const refs = new Map(
    everyTrace(nodes).flatMap(({ path }) => refsOf(path).map(ref => [JSON.stringify(ref), ref] as const)),
  )
  expect(refs.size).toBeGreaterThan(5)
  expect([...refs.values()].filter(ref => findRow(byNode, ref) === undefined)).toEqual([])
})
