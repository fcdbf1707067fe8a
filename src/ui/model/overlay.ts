import { objectOf } from '../../graph/query.ts'
import { sanitise } from '../../util/sanitise.ts'
import type { Data } from './data.ts'
import { exportLines, helpLines } from './help.ts'
import { jsonLines, rowLines } from './row-text.ts'
import { chosenId, chosenRow, shownDetail } from './shown.ts'
import { type Line, textLine } from './span.ts'
import type { UiState } from './state.ts'
import type { Row } from './table.ts'
import { chosenObjectId } from './trace/ask.ts'
import { wiringOf } from './wiring-of.ts'
import { viewOf } from './views/index.ts'

/** A text that lies over the lists. */
export type OverlayText = { readonly title: string; readonly lines: readonly Line[] }

/** What the open overlay says, in lines of at most `columns`. */
export function overlayText(state: UiState, data: Data, columns: number, now: number): OverlayText {
  const row = chosenRow(state, data)
  switch (state.overlay?.kind) {
    case 'help':
      return { title: 'Keys', lines: helpLines(columns, state.bindings) }
    case 'export':
      return { title: 'Export', lines: exportLines(columns, state.bindings) }
    case 'row':
      return { title: titleOf(row), lines: row ? rowLines(row, columns) : nothing }
    case 'json':
      return { title: `${titleOf(row)} as JSON`, lines: row ? jsonLines(row, columns) : nothing }
    case 'origin':
      return { title: 'Origin', lines: originOf(state, data, columns, now) }
    case 'wiring': {
      const id = chosenObjectId(state, data)
      const name = id === undefined ? '' : ` of ${sanitise(objectOf(data.graph, id)?.name ?? '')}`
      return { title: `Wiring${name}`, lines: wiringOf(data, id, columns) }
    }
    case undefined:
      return { title: '', lines: [] }
  }
}

const nothing: readonly Line[] = [textLine('No row is chosen.', 'dim')]

function titleOf(row: Row | undefined): string {
  return row ? sanitise(row.label ?? row.id) : ''
}

/** Where the chosen row comes from, or the chosen object while the list has the focus. */
function originOf(state: UiState, data: Data, columns: number, now: number): readonly Line[] {
  const { view, focus } = state.place
  const lines =
    focus === 'list'
      ? viewOf(view).origin(chosenId(state, data), data, columns, now)
      : shownDetail(state, data).detail.origin(chosenRow(state, data)?.id, columns, now)
  return lines.length === 0 ? nothing : lines
}
