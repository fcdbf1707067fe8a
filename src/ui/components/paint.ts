import type { Emphasis, Line, Tone } from '../model/span.ts'
import { BOLD, FAINT, REVERSE, type Style, type Theme } from './theme.ts'

/** SGR codes that switch a style off again; any other is a colour. */
const sgrOff: Readonly<Record<number, number>> = { [BOLD]: 22, [FAINT]: 22, [REVERSE]: 27 }

function styled(text: string, style: Style): string {
  if (style.length === 0 || text === '') return text
  const on = style.map(code => `\x1b[${code}m`).join('')
  const off = style.map(code => `\x1b[${sgrOff[code] ?? 39}m`).toReversed()
  return on + text + [...new Set(off)].join('')
}

/** ASCII for the glyphs of this program, each as wide as the glyph. */
const ascii: Readonly<Record<string, string>> = {
  '✔': '+',
  '▲': '!',
  '✖': 'x',
  '◌': '?',
  '…': '~',
  '●': '*',
  '○': 'o',
  '‖': '|',
  '▌': '>',
  '█': '_',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
  '├': '+',
  '┤': '+',
  '│': '|',
  '─': '-',
  '═': '=',
  '▁': '_',
  '▂': '.',
  '▃': ':',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '#',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '‹': '<',
  '›': '>',
}

const notAscii = /[^\x20-\x7e]/gu
/** Characters of two columns, as the tables that this program's names meet have them. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u

function toAscii(text: string): string {
  return text.replace(notAscii, character => {
    if (/^\p{M}$/u.test(character)) return ''
    return ascii[character] ?? (wide.test(character) ? '??' : '?')
  })
}

/** A text in a tone, with the sequences of the terminal. */
export function paintText(text: string, tone: Tone, theme: Theme): string {
  return styled(theme.isAscii ? toAscii(text) : text, theme.tones[tone])
}

/** What happened to a row a moment ago, in one hue for all of it. */
const tints: Partial<Record<Emphasis, Tone>> = { added: 'ok', changed: 'warn', removed: 'bad' }

/** A line with the sequences of the terminal. Spaces at its end are left out, unless they are seen. */
export function paint(line: Line, theme: Theme): string {
  if (line.emphasis === 'cursor') {
    const text = line.spans.map(span => span.text).join('')
    return styled(theme.isAscii ? toAscii(text) : text, [REVERSE])
  }
  const tint = line.emphasis === undefined ? undefined : tints[line.emphasis]
  if (tint)
    return paintText(
      line.spans
        .map(span => span.text)
        .join('')
        .trimEnd(),
      tint,
      theme,
    )
  const last = line.spans.findLastIndex(({ text, tone }) => tone === 'notice' || text.trimEnd() !== '')
  let painted = ''
  for (let index = 0; index <= last; index++) {
    const { text, tone = 'plain' } = line.spans[index] ?? { text: '' }
    const isSeen = index < last || tone === 'notice'
    painted += paintText(isSeen ? text : text.trimEnd(), tone, theme)
  }
  return line.emphasis === 'mark' ? styled(painted, [BOLD]) : painted
}
