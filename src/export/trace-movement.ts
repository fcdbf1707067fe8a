import type { Answer, Path, Step, Trace } from '../lb/index.ts'
import type { Movement, StepMovement } from '../lb/verify/movement.ts'
import { hasMissing, movementSentences } from '../lb/verify/tell.ts'

/** A step of a path, where it is, and what its row has counted. */
type StepRow = Pick<Step, 'kind' | 'action' | 'hook' | 'chain' | 'detail'> &
  StepMovement & {
    readonly direction: 'forward' | 'reply'
    /** Labels of the branches that lead there. */
    readonly branches: readonly string[]
    readonly hostname: string
    readonly namespace: string
    readonly name: string
  }

/**
 * What moved along the traces of an answer, as plain data. Steps whose rows count nothing are left out.
 *
 * @param movement in the order of the traces
 */
export function movementDocument({ traces }: Answer, movement: readonly Movement[]): readonly object[] {
  return traces.map(({ label, trace }, index) => {
    const moved = movement[index] ?? { steps: new Map(), branches: new Map() }
    return {
      ...(label !== '' && { label }),
      isAsPredicted: trace.disposition === 'delivered' && !hasMissing(moved),
      sentences: movementSentences(trace, moved),
      branches: branchRows(trace, moved),
      steps: stepRows(trace.path, moved, 'forward', []),
    }
  })
}

function stepRows(
  { hops, fork, reply }: Path,
  moved: Movement,
  direction: StepRow['direction'],
  branches: readonly string[],
): StepRow[] {
  const own = hops.flatMap(({ hostname, namespace, name, steps }) =>
    steps.flatMap((step): StepRow[] => {
      const { kind, action, hook, chain, detail } = step
      const counted = moved.steps.get(step)
      if (!counted || counted.verdict === 'uncounted') return []
      const what = { kind, action, ...(hook && { hook }), ...(chain && { chain }), detail }
      return [{ direction, branches, hostname, namespace, name, ...what, ...counted }]
    }),
  )
  const further = fork?.branches.flatMap(({ label, path }) =>
    stepRows(path, moved, direction, [...branches, label]),
  )
  return [...own, ...(further ?? []), ...(reply ? stepRows(reply, moved, 'reply', branches) : [])]
}

function branchRows({ path }: Pick<Trace, 'path'>, moved: Movement): object[] {
  const walk = ({ fork, reply }: Path): object[] => [
    ...(fork?.branches.flatMap(branch => {
      const { isTaken, ...counted } = moved.branches.get(branch) ?? { isTaken: undefined }
      const row = { reason: fork.reason, label: branch.label, isTaken: isTaken ?? null, ...counted }
      return [row, ...walk(branch.path)]
    }) ?? []),
    ...(reply ? walk(reply) : []),
  ]
  return walk(path)
}
