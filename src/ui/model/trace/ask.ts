import { type Question, questionAbout } from '../../../lb/index.ts'
import { objectOf } from '../../../graph/query.ts'
import type { Data } from '../data.ts'
import { chosenId, chosenRow } from '../shown.ts'
import type { UiState } from '../state.ts'
import { viewOf } from '../views/index.ts'
import { questionId } from './answers.ts'

/** The object that a key acts on: of a row that tells of another one, that one. */
export function chosenObjectId(state: UiState, data: Data): string | undefined {
  const { place } = state
  if (place.focus === 'detail') {
    const row = chosenRow(state, data)
    if (row?.objectId !== undefined) return row.objectId
    const datum = row?.datum
    if (typeof datum === 'object' && datum !== null && 'id' in datum && typeof datum.id === 'string') {
      if (objectOf(data.graph, datum.id)) return datum.id
    }
  }
  return viewOf(place.view).objectId(chosenId(state, data), data)
}

/** What `t` asks about the chosen object. */
export function chosenQuestion(state: UiState, data: Data): Question | undefined {
  const id = chosenObjectId(state, data)
  return id === undefined ? undefined : questionAbout(data.graph, data.nodes, id)
}

/** As many as anybody comes back to. */
const MOST_QUESTIONS = 50

/** Puts a question first among those that were asked. */
export function withQuestion(data: Data, question: Question): Data {
  const id = questionId(question)
  const others = (data.questions ?? []).filter(other => questionId(other) !== id)
  return { ...data, questions: [question, ...others].slice(0, MOST_QUESTIONS) }
}
