import { sanitise } from '../../util/sanitise.ts'
import { clip, padEnd, truncate } from '../../util/text.ts'
import { width } from '../../util/width.ts'

/** What a piece of text means; the theme turns it to colour last. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'accent'
  | 'ok'
  | 'warn'
  | 'bad'
  | 'unknown'
  | 'key'
  | 'title'
  | 'notice'
  | 'host'
  | 'ingress'
  | 'load-balancer'
  | 'overlay'
  | 'container'

/** A piece of text in one tone, sanitised where its width matters, and once more when it is fitted into a line. */
export type Span = { readonly text: string; readonly tone?: Tone }

/**
 * One row of the screen.
 *
 * `cursor`: the row that keys act on; it is reversed. `mark`: the row that is chosen in a pane without the focus. `added`,
 * `changed`, `removed`: what happened to the row a moment ago.
 */
export type Line = { readonly spans: readonly Span[]; readonly emphasis?: Emphasis }

export type Emphasis = 'cursor' | 'mark' | 'added' | 'changed' | 'removed'

export const emptyLine: Line = { spans: [] }

/** A line in a single tone. */
export function textLine(text: string, tone?: Tone): Line {
  return { spans: [tone === undefined ? { text } : { text, tone }] }
}

export function spansWidth(spans: readonly Span[]): number {
  let sum = 0
  for (const span of spans) sum += width(span.text)
  return sum
}

/**
 * Exactly `columns` wide: cut at the end, filled with spaces. All text of a frame comes through here, and what was
 * not sanitised before is now.
 */
export function fitSpans(raw: readonly Span[], columns: number): Span[] {
  const spans = raw.map(span => safe(span, columns))
  const fitted: Span[] = []
  let left = columns
  for (const [index, span] of spans.entries()) {
    const wanted = width(span.text)
    const isCut = wanted > left || (wanted === left && spansWidth(spans.slice(index + 1)) > 0)
    if (isCut) {
      const text = wanted > left ? truncate(span.text, left) : truncate(`${span.text} `, left)
      fitted.push({ ...span, text })
      left -= width(text)
      break
    }
    fitted.push(span)
    left -= wanted
  }
  if (left > 0) fitted.push({ text: ' '.repeat(left) })
  return fitted
}

function safe(span: Span, columns: number): Span {
  const text = sanitise(clip(span.text, columns))
  return text === span.text ? span : { ...span, text }
}

export function fitLine(line: Line, columns: number): Line {
  return { ...line, spans: fitSpans(line.spans, columns) }
}

/** A line with one text at the left end and one at the right; the right one is left out when there is no room. */
export function spread(left: readonly Span[], right: readonly Span[], columns: number): Line {
  const rightWidth = spansWidth(right)
  if (rightWidth === 0 || spansWidth(left) + rightWidth + 1 > columns)
    return fitLine({ spans: left }, columns)
  return { spans: [...fitSpans(left, columns - rightWidth), ...fitSpans(right, rightWidth)] }
}

/** A cell of a table: padded to its column. */
export function cell(text: string, columns: number, tone?: Tone): Span {
  return tone === undefined ? { text: padEnd(text, columns) } : { text: padEnd(text, columns), tone }
}

/** The line as it reads, without tones. */
export function lineText(line: Line): string {
  return line.spans.map(span => span.text).join('')
}
