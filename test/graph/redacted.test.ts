import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph, GraphObject } from '../../src/graph/model.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { captureCluster, captures } from '../support/swarm-capture.ts'

const key = Buffer.from('a key that only this test knows of')

/** How many objects and edges of each kind there are, and how many warnings of each code. */
function shapeOf({ edges, ...objects }: Graph): object {
  const counts = (words: readonly string[]): Record<string, number> =>
    Object.fromEntries(
      [...Map.groupBy(words, word => word)].map(([word, all]) => [word, all.length]).toSorted(),
    )
  const all = Object.values(objects).flatMap((list): GraphObject[] => Object.values(list))
  return {
    objects: counts(all.map(({ type }) => type)),
    edges: counts(edges.map(({ kind }) => kind)),
    warnings: counts(all.flatMap(({ warnings }) => warnings.map(({ code }) => code))),
  }
}

describe('the graph of a redacted cluster', () => {
  it.each(captures.map(({ capture }) => capture))('joins what that of %s joins', capture => {
    const nodes = captureCluster(capture)
    const redacted = nodes.map(node => redactSnapshot(node, key))
    expect(shapeOf(buildGraph(redacted))).toEqual(shapeOf(buildGraph(nodes)))
  })
})
