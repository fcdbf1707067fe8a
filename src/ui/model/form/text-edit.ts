import { sanitise } from '../../../util/sanitise.ts'

/** A text that is being written: its characters, and how many of them stand in front of the cursor. */
export type TextEdit = { readonly text: string; readonly cursor: number }

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The characters of a text as people count them: a letter with its accents is one. */
export function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Longer than any name, path or list of options that the engine takes. */
const MOST_CHARACTERS = 4096

/** A text with the cursor behind it. */
export function editOf(text: string): TextEdit {
  return { text, cursor: charactersOf(text).length }
}

/**
 * What may be written: line breaks and tabs inside are one space, those around it are nothing, and what is no character that can be
 * seen (controls, escape sequences' ESC, direction marks) is left out.
 */
export function plainText(text: string): string {
  const line = text.replaceAll(/^[\r\n\t]+|[\r\n\t]+$/g, '').replaceAll(/[\r\n\t]+/g, ' ')
  return [...line].filter(character => sanitise(character) === character || isMark(character)).join('')
}

/** An accent alone would be escaped; behind a letter it belongs to it. */
function isMark(character: string): boolean {
  return /^\p{M}$/u.test(character)
}

/** Writes plain text where the cursor is. */
export function insertText({ text, cursor }: TextEdit, typed: string): TextEdit {
  const characters = charactersOf(text)
  const left = characters.slice(0, cursor).join('') + plainText(typed)
  const whole = charactersOf(left + characters.slice(cursor).join('')).slice(0, MOST_CHARACTERS)
  return { text: whole.join(''), cursor: Math.min(charactersOf(left).length, whole.length) }
}

/** Takes the characters between two places away, and puts the cursor there. */
function cut({ text }: TextEdit, from: number, to: number): TextEdit {
  const characters = charactersOf(text)
  return { text: [...characters.slice(0, from), ...characters.slice(to)].join(''), cursor: from }
}

/** What the keys do to a text. */
export const edits = {
  left: (edit: TextEdit): TextEdit => ({ ...edit, cursor: Math.max(0, edit.cursor - 1) }),
  right: (edit: TextEdit): TextEdit => ({
    ...edit,
    cursor: Math.min(charactersOf(edit.text).length, edit.cursor + 1),
  }),
  home: (edit: TextEdit): TextEdit => ({ ...edit, cursor: 0 }),
  end: (edit: TextEdit): TextEdit => editOf(edit.text),
  erase: (edit: TextEdit): TextEdit => cut(edit, Math.max(0, edit.cursor - 1), edit.cursor),
  'erase-forward': (edit: TextEdit): TextEdit => cut(edit, edit.cursor, edit.cursor + 1),
  /** As readline does: the word in front of the cursor, and the blanks behind it. */
  'erase-word': (edit: TextEdit): TextEdit => {
    const before = charactersOf(edit.text).slice(0, edit.cursor).join('')
    const kept = before.replace(/\S+\s*$|\s+$/, '')
    return cut(edit, charactersOf(kept).length, edit.cursor)
  },
  'erase-all': (): TextEdit => editOf(''),
} as const

export type EditName = keyof typeof edits
