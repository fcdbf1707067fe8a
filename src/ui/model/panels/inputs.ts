import type { Input, List } from '../form/field.ts'

/** One of some words that Docker and people call the same. */
export function choiceOf(words: readonly string[]): Input {
  return { kind: 'choice', options: words.map(value => ({ value, label: value })) }
}

/** A list with one line of text a row. @param listHelp what the list is for, where that is not what its rows are */
export function lines(path: string, singular: string, label: string, help: string, listHelp = help): List {
  return {
    path,
    singular,
    help: listHelp,
    fields: [{ path: row => `${path}.${row}`, label, help, input: { kind: 'text', needed: true } }],
  }
}
