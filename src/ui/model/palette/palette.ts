import { padEnd } from '../../../util/text.ts'
import { sanitise } from '../../../util/sanitise.ts'
import type { Data } from '../data.ts'
import type { Binding } from '../keymap.ts'
import type { Line, Span } from '../span.ts'
import type { Palette, UiState } from '../state.ts'
import { typedQuestion } from '../trace/typed.ts'
import { type Entry, entry } from './entry.ts'
import { type Found, type Index, indexOfData, search } from './search.ts'

let last: { readonly index: Index; readonly query: string; readonly found: Found } | undefined

/** What the palette found for what is typed. */
export function paletteFound({ query }: Palette, data: Data, table: readonly Binding[]): Found {
  const index = indexOfData(data, table)
  if (last?.index !== index || last.query !== query) {
    const isLonger = last?.index === index && query.startsWith(last.query)
    const found = search(index, query, isLonger ? last?.found.matches : undefined)
    last = { index, query, found: withTrace(found, query) }
  }
  return last.found
}

/** What is typed behind `trace` is a target, whatever else has these words. */
function withTrace(found: Found, query: string): Found {
  const question = typedQuestion(query)
  if (!question) return found
  const { target, from = 'outside' } = question
  const typed = entry('trace', target, `from ${from}`, { question })
  return { ...found, entries: [typed, ...found.entries], total: found.total + 1 }
}

/** The entry that Enter takes. */
export function paletteChoice(state: UiState, data: Data): Entry | undefined {
  if (!state.palette) return undefined
  const { entries } = paletteFound(state.palette, data, state.bindings)
  return entries[Math.min(state.palette.index, entries.length - 1)]
}

const KIND = 16

/** The entries that are on the screen, in lines of at most `columns`. */
export function paletteLines(palette: Palette, found: Found, from: number, rows: number): Line[] {
  const words = palette.query.trim().toLowerCase().split(/ +/).filter(Boolean)
  return found.entries.slice(from, from + rows).map((item, offset): Line => {
    const isChosen = from + offset === Math.min(palette.index, found.entries.length - 1)
    const spans: Span[] = [
      isChosen ? { text: '▌ ', tone: 'accent' } : { text: '  ' },
      { text: padEnd(item.kind, KIND), tone: 'dim' },
      ...marked(sanitise(item.name), words),
      { text: `  ${sanitise(item.about)}`, tone: 'dim' },
    ]
    return isChosen ? { spans, emphasis: 'cursor' } : { spans }
  })
}

/** A text with the first of the words that it holds marked. */
function marked(text: string, words: readonly string[]): Span[] {
  const lower = text.toLowerCase()
  for (const word of words) {
    const at = lower.indexOf(word)
    // Lower case may be longer than the text itself: then nothing is marked.
    if (at === -1 || lower.length !== text.length) continue
    const end = at + word.length
    return [
      { text: text.slice(0, at) },
      { text: text.slice(at, end), tone: 'key' },
      { text: text.slice(end) },
    ]
  }
  return [{ text }]
}
