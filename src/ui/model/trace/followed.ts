import { rowsToWatch } from '../../../lb/verify/rows.ts'
import type { Data } from '../data.ts'
import type { VisibleRows } from '../session.ts'
import { chosenId } from '../shown.ts'
import type { UiState } from '../state.ts'
import { answerOf, questionId, questionsOf, type Told } from './answers.ts'

/** The id of the question whose path is followed; undefined while none is. */
export function followedQuestion(state: UiState, data: Data): string | undefined {
  if (!state.isFollowing || state.place.view !== 'trace' || data.status.mode !== 'live') return undefined
  return chosenId(state, data)
}

/** What has to be read for it. */
export function followedPath(state: UiState, data: Data): readonly VisibleRows[] | undefined {
  const id = followedQuestion(state, data)
  const told = id === undefined ? undefined : toldOf(id, data)
  if (!told || !('answer' in told)) return undefined
  return rowsToWatch(told.answer.traces.map(({ trace }) => trace)).map(({ namespace, parts, links }) => ({
    namespaceId: namespace,
    parts: [...parts],
    links,
  }))
}

function toldOf(id: string, data: Data): Told | undefined {
  const found = questionsOf(data).find(({ question }) => questionId(question) === id)
  return found && answerOf(data, found.question)
}
