import { snapshotsByNode } from '../../../graph/rows.ts'
import type { Nodes } from '../../../lb/verify/meters.ts'
import { type Movement, movementOf, type Readings, SETTLED_MS } from '../../../lb/verify/movement.ts'
import type { Trace } from '../../../lb/index.ts'
import type { Snapshot } from '../../../snapshot/index.ts'
import type { Data } from '../data.ts'

type Sample = { readonly at: number; readonly nodes: readonly Snapshot[] }

/** Readings of the rows of one path. Times are milliseconds since the epoch. */
export type Following = {
  /** Id of the question that the path answers. */
  readonly question: string
  readonly begunAt: number
  /** The first one, from which movement is counted, and the last few. Empty until the rows were read anew. */
  readonly samples: readonly Sample[]
}

/** By then all rows of the path were read at least once since somebody began to follow it. */
const FRESH_MS = 1500

/**
 * Takes a new reading, or begins or ends to follow.
 *
 * @param question whose path is followed; undefined for none
 * @returns the same object when nothing was read
 */
export function advanceFollowing(
  before: Following | undefined,
  question: string | undefined,
  { nodes }: Pick<Data, 'nodes'>,
  now: number,
): Following | undefined {
  if (question === undefined) return undefined
  if (before?.question !== question) return { question, begunAt: now, samples: [] }
  const { samples, begunAt } = before
  const isNew = samples.at(-1)?.nodes !== nodes
  if (!isNew || now < begunAt + FRESH_MS) return before
  const all = [...samples, { at: now, nodes }]
  // The youngest that is settled, those after it, and the first.
  const settled = all.findLastIndex(({ at }) => at <= now - SETTLED_MS)
  return { ...before, samples: all.filter((_, index) => index === 0 || index >= settled) }
}

const byNode = new WeakMap<readonly Snapshot[], Nodes>()

function nodesOf({ nodes }: Sample): Nodes {
  let known = byNode.get(nodes)
  if (!known) byNode.set(nodes, (known = snapshotsByNode(nodes)))
  return known
}

/** What moved along a path of the question that is followed; undefined while it is not, or was not read twice. */
export function movementAlong(
  { following }: Pick<Data, 'following'>,
  question: string,
  trace: Trace,
): Movement | undefined {
  const samples = following?.question === question ? following.samples : []
  const [first] = samples
  const now = samples.at(-1)
  const previous = samples.at(-2)
  if (!first || !now || !previous) return undefined
  const settled = samples.findLast(({ at }) => at <= now.at - SETTLED_MS) ?? first
  const readings: Readings = {
    first: nodesOf(first),
    settled: nodesOf(settled),
    previous: nodesOf(previous),
    now: nodesOf(now),
    elapsedMs: now.at - previous.at,
  }
  return movementOf(trace, readings)
}
