import type { Path } from '../../../lb/index.ts'
import type { Data } from '../data.ts'
import { chosenId } from '../shown.ts'
import type { UiState } from '../state.ts'
import { answerOf, MOST_JUDGED, questionId, questionsOf } from './answers.ts'

type Known = Pick<Data, 'graph' | 'questions'> & {
  readonly chosen: string | undefined
  readonly ids: readonly string[]
}

/** Of the last question: keys come more often than readings. */
const known = new WeakMap<Data['nodes'], Known>()

/**
 * Namespaces that the traces on the screen go through. What is forwarded there depends on sysctls, which of most namespaces nobody
 * reads. A trace ends where one was not read, and goes on when it is: each reading may add namespaces.
 */
export function tracedNamespaces(state: UiState, data: Data): readonly string[] | undefined {
  if (state.place.view !== 'trace' || data.status.mode !== 'live') return undefined
  const { nodes, graph, questions } = data
  const chosen = chosenId(state, data)
  const before = known.get(nodes)
  if (before?.graph === graph && before.questions === questions && before.chosen === chosen) return before.ids
  const ids = traced(data, chosen)
  known.set(nodes, { graph, questions, chosen, ids })
  return ids
}

function traced(data: Data, chosen: string | undefined): readonly string[] {
  const ids = new Set<string>()
  for (const [index, { question }] of questionsOf(data).entries()) {
    if (index >= MOST_JUDGED && questionId(question) !== chosen) continue
    const told = answerOf(data, question)
    if ('answer' in told) for (const { trace } of told.answer.traces) addNamespaces(ids, trace.path)
  }
  return [...ids].toSorted()
}

function addNamespaces(ids: Set<string>, { hops, fork, reply }: Path): void {
  for (const { namespace } of hops) ids.add(namespace)
  for (const { path } of fork?.branches ?? []) addNamespaces(ids, path)
  if (reply) addNamespaces(ids, reply)
}
