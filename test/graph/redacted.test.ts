import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph, GraphObject } from '../../src/graph/model.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { captureCluster, captures } from '../support/swarm-capture.ts'

const key = Buffer.from('a key that only this test knows of')

/** The types of all objects, the kinds of all edges, the codes of all warnings. */
function shapeOf({ edges, ...objects }: Graph): Record<string, string[]> {
  const lists: Readonly<Record<string, GraphObject>>[] = Object.values(objects)
  const all = lists.flatMap(list => Object.values<GraphObject>(list))
  const sorted = (words: readonly string[]): string[] => words.toSorted((a, b) => (a < b ? -1 : 1))
  return {
    objects: sorted(all.map(({ type }) => type)),
    edges: sorted(edges.map(({ kind }) => kind)),
    warnings: sorted(all.flatMap(({ warnings }) => warnings.map(({ code }) => code))),
  }
}

describe('the graph of a redacted cluster', () => {
  it.each(captures.map(({ capture }) => capture))('joins what that of %s joins', capture => {
    const nodes = captureCluster(capture)
    const redacted = nodes.map(node => redactSnapshot(node, key))
    expect(shapeOf(buildGraph(redacted))).toEqual(shapeOf(buildGraph(nodes)))
  })
})
