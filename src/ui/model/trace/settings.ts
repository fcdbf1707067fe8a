import type { Path } from '../../../lb/index.ts'
import type { Data } from '../data.ts'
import { chosenId } from '../shown.ts'
import type { UiState } from '../state.ts'
import { answerOf, MOST_JUDGED, questionId, questionsOf } from './answers.ts'

/**
 * Namespaces that the traces on the screen go through. What is forwarded there depends on sysctls, which of most namespaces nobody
 * reads. A trace ends where one was not read, and goes on when it is: each reading may add namespaces.
 */
export function tracedNamespaces(state: UiState, data: Data): readonly string[] | undefined {
  if (state.place.view !== 'trace' || data.status.mode !== 'live') return undefined
  const chosen = chosenId(state, data)
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
