import type { Intent } from '../../actions/intent.ts'
import { buildGraph } from '../../graph/build.ts'
import type { Graph } from '../../graph/model.ts'
import { type Answer, answerQuestion, type Question, QuestionError } from '../../lb/index.ts'
import { questionAbout } from '../../lb/question/suggest.ts'
import { diffDataPlane } from '../../snapshot/data-plane.ts'
import type { SnapshotDiff } from '../../snapshot/diff.ts'
import type { Snapshot } from '../../snapshot/index.ts'

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
  const question = questionOf(intent, graph, after)
  if (!question) return { difference, answer: undefined, unanswered: undefined }
  try {
    return { difference, answer: answerQuestion(graph, [after], question), unanswered: undefined }
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error
    return { difference, answer: undefined, unanswered: error.message }
  }
}

/** The path that an action makes, or changes: the port that it names, else the service, else the container. */
function questionOf(intent: Intent, graph: Graph, after: Snapshot): Question | undefined {
  switch (intent.kind) {
    case 'service-publish-add':
    case 'service-publish-remove': {
      const { published, protocol } = intent.publish
      // A port that is gone shall lead nowhere: there is no path to prove.
      if (intent.kind === 'service-publish-remove') return undefined
      return published === undefined
        ? aboutService(graph, after, intent.service)
        : { target: `${published}/${protocol}` }
    }
    case 'service-create':
      return aboutService(graph, after, intent.name)
    case 'service-scale':
      return intent.replicas === 0 ? undefined : aboutService(graph, after, intent.service)
    case 'service-force-update':
      return aboutService(graph, after, intent.service)
    case 'network-connect': {
      const container = Object.values(graph.containers).find(
        ({ name, id }) => name === intent.container || id.includes(intent.container),
      )
      return container && questionAbout(graph, [after], container.id)
    }
    default:
      return undefined
  }
}

function aboutService(graph: Graph, after: Snapshot, word: string): Question | undefined {
  const service = Object.values(graph.services).find(({ name, id }) => name === word || id.includes(word))
  return service && questionAbout(graph, [after], service.id)
}
