import type { Intent } from '../../actions/intent.ts'
import { buildGraph } from '../../graph/build.ts'
import { type Answer, answerQuestion, QuestionError } from '../../lb/index.ts'
import { diffDataPlane } from '../../snapshot/data-plane.ts'
import type { SnapshotDiff } from '../../snapshot/diff.ts'
import type { Snapshot } from '../../snapshot/index.ts'
import { questionOfIntent } from '../../ui/model/dialog/question.ts'

/** What can be seen of an action on this node after it: the difference that it made, and whether the new path works. */
export type Proof = {
  readonly difference: SnapshotDiff
  /** Of what was made or changed; undefined where nothing leads to it, as to a network without tasks. */
  readonly answer: Answer | undefined
  /** Why there is no answer although there is a question. */
  readonly unanswered: string | undefined
}

/** Pure: the screen and the commands show the same. */
export function proofOf(intent: Intent, before: Snapshot, after: Snapshot): Proof {
  const difference = diffDataPlane(before, after)
  const graph = buildGraph([after])
  const question = questionOfIntent(intent, graph, [after])
  if (!question) return { difference, answer: undefined, unanswered: undefined }
  try {
    return { difference, answer: answerQuestion(graph, [after], question), unanswered: undefined }
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error
    return { difference, answer: undefined, unanswered: error.message }
  }
}
