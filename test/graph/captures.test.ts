import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import { captureFiles, captures, captureSnapshot } from '../support/swarm-capture.ts'

describe.each(captures.flatMap(({ capture, nodes }) => nodes.map(node => ({ capture, node }))))(
  'capture $capture of $node',
  ({ capture, node }) => {
    const files = captureFiles(capture, node)
    const graph = buildGraph([captureSnapshot(capture, node)])

    it('is a snapshot', () => {
      expect(snapshotSchema.safeParse(captureSnapshot(capture, node)).error).toBeUndefined()
    })

    it('has each container once, in the namespace of its SandboxKey', () => {
      const inspected = [...files].flatMap(([path, text]) =>
        path.startsWith('api/container/')
          ? [JSON.parse(text) as { Id: string; NetworkSettings: { SandboxKey: string } }]
          : [],
      )
      const expected = inspected.map(({ Id, NetworkSettings }) => {
        const name = NetworkSettings.SandboxKey.split('/').at(-1)
        return { id: Id, namespace: `net:[${files.get(`netns/${name}/inode`)?.trim()}]` }
      })
      const seen = Object.values(graph.containers).map(({ containerId, sandbox }) => ({
        id: containerId,
        namespace: graph.sandboxes[sandbox ?? '']?.namespace,
      }))
      expect(seen.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
    })
  },
)
