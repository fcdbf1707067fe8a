import type { Command } from '../command.ts'
import type { Palette, UiState } from '../state.ts'

const fresh: Palette = { query: '', index: 0, recalled: undefined }
/** As many as anybody goes back through. */
const MOST_QUERIES = 50

type PaletteCommand = Extract<Command, 'palette' | `palette-${string}`>

/** @param found how many entries a palette shows */
export function reducePalette(
  state: UiState,
  command: PaletteCommand,
  found: (palette: Palette) => number,
): UiState {
  if (command === 'palette') return { ...state, palette: fresh, overlay: undefined }
  const { palette } = state
  if (!palette) return state
  switch (command) {
    case 'palette-close':
      return { ...state, palette: undefined }
    case 'palette-run':
      return { ...state, palette: undefined, queries: remembered(state.queries, palette.query) }
    case 'palette-erase':
      return withQuery(state, [...palette.query].slice(0, -1).join(''))
    case 'palette-erase-all':
      return withQuery(state, '')
    case 'palette-down':
      return {
        ...state,
        palette: { ...palette, index: Math.max(0, Math.min(palette.index + 1, found(palette) - 1)) },
      }
    case 'palette-up':
      return palette.index > 0
        ? { ...state, palette: { ...palette, index: palette.index - 1 } }
        : recall(state, palette)
  }
}

/** What is typed instead of what was. */
export function withQuery(state: UiState, query: string): UiState {
  return { ...state, palette: { ...fresh, query } }
}

function recall(state: UiState, palette: Palette): UiState {
  const recalled = palette.recalled === undefined ? 0 : palette.recalled + 1
  const query = state.queries[recalled]
  return query === undefined ? state : { ...state, palette: { query, index: 0, recalled } }
}

function remembered(queries: readonly string[], query: string): readonly string[] {
  if (query.trim() === '') return queries
  return [query, ...queries.filter(other => other !== query)].slice(0, MOST_QUERIES)
}
