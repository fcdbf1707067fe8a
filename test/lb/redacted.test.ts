import { expect, test } from 'vitest'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import type { Path } from '../../src/lb/index.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { capturedSnapshots, clusterCaptures } from '../support/cluster-captures.ts'
import { everyTrace } from './every-trace.ts'

const key = Buffer.from('a key that only this test knows of')

/** What a trace tells without a name or an address: steps, forks, ends, in which namespace of which node. */
function shapeOf({ hops, end, fork, reply, fullSize }: Path, places: ReadonlyMap<string, string>): unknown {
  const place = (node: string, namespace: string) => places.get(`${node} ${namespace}`)
  return {
    hops: hops.map(({ node, namespace, steps }) => [
      place(node, namespace),
      steps.map(({ kind, action, hook }) => [kind, action, hook ?? ''].join(' ')),
    ]),
    ...(end && { end: [end.disposition, place(end.node, end.namespace), end.packet.mark ?? ''] }),
    ...(end?.cause && { cause: place(end.cause.node, end.cause.namespace) }),
    ...(fullSize && { bytes: fullSize.bytes }),
    ...(fork && { fork: fork.branches.map(({ path }) => shapeOf(path, places)) }),
    ...(reply && { reply: shapeOf(reply, places) }),
  }
}

/** Places of namespaces in their node's list, which redaction keeps. */
function placesOf(nodes: readonly Snapshot[]): ReadonlyMap<string, string> {
  return new Map(
    [...snapshotsByNode(nodes)].flatMap(([node, snapshot]) =>
      snapshot.namespaces.map(({ id }, at) => [`${node} ${id}`, `${nodes.indexOf(snapshot)}/${at}`] as const),
    ),
  )
}

/** Redacting three nodes takes its time: the healthy swarms, and some of the broken ones. */
const some = clusterCaptures.filter((name, at) => !name.startsWith('fault-') || at % 8 === 0)

test.each(some)('%s: a redacted snapshot tells the same hops', capture => {
  const nodes = capturedSnapshots(capture)
  const redacted = nodes.map(node => redactSnapshot(node, key))
  const [places, hidden] = [placesOf(nodes), placesOf(redacted)]
  const shapes = (of: readonly Snapshot[], at: ReadonlyMap<string, string>): unknown[] =>
    everyTrace(of).map(({ path, disposition }) => [disposition, shapeOf(path, at)])
  const told = shapes(nodes, places)
  expect(told.length).toBeGreaterThan(0)
  expect(shapes(redacted, hidden)).toEqual(told)
})
