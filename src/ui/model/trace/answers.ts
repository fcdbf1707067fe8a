import { type Answer, answerQuestion, type Question, QuestionError } from '../../../lb/index.ts'
import type { Snapshot } from '../../../snapshot/index.ts'
import type { Data } from '../data.ts'

/** What became of a question, or why it cannot be asked. */
export type Told = { readonly answer: Answer } | { readonly problem: string }

/** So many are followed to tell their verdict in the list; the others when they are chosen. */
export const MOST_JUDGED = 12

const known = new WeakMap<readonly Snapshot[], Map<string, Told>>()

/** The id of a question in the list of traces; two that say the same are one. */
export function questionId({ target, from, protocol }: Question): string {
  return `${target} ${protocol ?? ''} < ${from ?? ''}`
}

/** Follows a question through what the screen shows; once for each reading of the nodes. */
export function answerOf({ nodes, graph }: Data, question: Question): Told {
  let answers = known.get(nodes)
  if (!answers) known.set(nodes, (answers = new Map()))
  const id = questionId(question)
  let told = answers.get(id)
  if (!told) answers.set(id, (told = ask({ nodes, graph }, question)))
  return told
}

function ask({ nodes, graph }: Pick<Data, 'nodes' | 'graph'>, question: Question): Told {
  try {
    return { answer: answerQuestion(graph, nodes, question) }
  } catch (error) {
    if (error instanceof QuestionError) return { problem: error.message }
    throw error
  }
}

/** Questions that were asked on this screen, and those that every published port puts, each with the object that it is about. */
export function questionsOf({ questions = [], graph }: Data): {
  readonly question: Question
  readonly objectId?: string
}[] {
  const ports = Object.values(graph.ports).toSorted((a, b) => a.port - b.port || (a.id < b.id ? -1 : 1))
  const all = [
    ...questions.map(question => ({ question })),
    ...ports.map(({ id, port, protocol }) => ({
      question: { target: `${port}/${protocol}` },
      objectId: id,
    })),
  ]
  return [...new Map(all.toReversed().map(one => [questionId(one.question), one])).values()].toReversed()
}
