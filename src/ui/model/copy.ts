import type { Data } from './data.ts'
import { overlayText } from './overlay.ts'
import { rowJson } from './row-text.ts'
import { chosenRow } from './shown.ts'
import { lineText } from './span.ts'
import type { UiState } from './state.ts'
import type { Row } from './table.ts'

/** The words of a row, or all of what lies over the lists. */
export function textToCopy(state: UiState, data: Data, now: number): string | undefined {
  const row = chosenRow(state, data)
  if (state.overlay?.kind === 'json') return row && rowJson(row)
  if (state.overlay) return overlayText(state, data, 200, now).lines.map(lineText).join('\n')
  return row && rowText(row)
}

function rowText(row: Row): string {
  if (row.cells) return row.cells.map(({ text }) => text.trim()).join('\t')
  const lines = row.block?.lines() ?? [row.line ?? []]
  return lines.map(spans => lineText({ spans }).trimEnd()).join('\n')
}
