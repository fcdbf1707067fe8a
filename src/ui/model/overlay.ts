import { sanitise } from '../../util/sanitise.ts'
import { chosenNamespace, type Data, shownDetails, shownNamespaces } from './data.ts'
import { helpLines } from './help.ts'
import { originLines } from './origin.ts'
import { indexOf } from './reducer.ts'
import { jsonLines, rowLines } from './row-text.ts'
import { reportsOf } from './sources.ts'
import { type Line, textLine } from './span.ts'
import type { UiState } from './state.ts'
import type { Row } from './table.ts'
import { tabs } from './tabs/index.ts'

/** A text that lies over the lists. */
export type OverlayText = { readonly title: string; readonly lines: readonly Line[] }

/** The row that keys act on. */
export function chosenRow(state: UiState, data: Data): Row | undefined {
  if (state.focus === 'list') {
    const { rows, ids } = shownNamespaces(state, data)
    return rows[indexOf(state.list, { ids })]
  }
  const { rows, ids } = shownDetails(state, data)
  return rows[indexOf(state.details[state.tab], { ids })]
}

/** What the open overlay says, in lines of at most `columns`. */
export function overlayText(state: UiState, data: Data, columns: number, now: number): OverlayText {
  const row = chosenRow(state, data)
  switch (state.overlay?.kind) {
    case 'help':
      return { title: 'Keys', lines: helpLines(columns) }
    case 'row':
      return { title: titleOf(row), lines: row ? rowLines(row, columns) : nothing }
    case 'json':
      return { title: `${titleOf(row)} as JSON`, lines: row ? jsonLines(row, columns) : nothing }
    case 'origin':
      return { title: 'Origin', lines: originOf(state, data, columns, now) }
    case undefined:
      return { title: '', lines: [] }
  }
}

const nothing: readonly Line[] = [textLine('No row is chosen.', 'dim')]

function titleOf(row: Row | undefined): string {
  return row ? sanitise(row.id) : ''
}

/** The sources behind the chosen row: its own in the tab of sources, those of the tab elsewhere. */
function originOf(state: UiState, data: Data, columns: number, now: number): readonly Line[] {
  const namespace = chosenNamespace(state, data)
  if (!namespace) return nothing
  const row = chosenRow(state, data)
  const isSource = state.focus === 'detail' && state.tab === 'sources'
  const reports = isSource
    ? namespace.sources.filter(({ source }) => source === row?.id)
    : reportsOf(namespace, state.focus === 'list' ? [''] : tabs[state.tab].sources)
  return originLines(data.snapshot, namespace, reports, columns, now)
}
