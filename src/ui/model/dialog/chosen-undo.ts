import type { Undo } from '../../../actions/plan.ts'
import type { Data } from '../data.ts'
import { chosenId } from '../shown.ts'
import type { UiState } from '../state.ts'

/** What takes the chosen action of the log back; undefined when none is chosen. */
export function chosenUndo(state: UiState, data: Data): (Undo & { readonly undoes: string }) | undefined {
  if (state.place.view !== 'audit') return undefined
  const id = chosenId(state, data)
  const row = data.desk?.audit?.find(candidate => candidate.id === id)
  if (!row) return undefined
  return { ...(row.undo ?? { intent: undefined, text: 'Nothing can be taken back.' }), undoes: row.id }
}
