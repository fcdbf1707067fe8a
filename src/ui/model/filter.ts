import fuzzysort from 'fuzzysort'

/** What a filter looks at. */
export type Searchable = {
  /** Whether a test holds for one of the texts of a row: of a cell, or of a line that is one. */
  readonly some: (test: (text: string) => boolean) => boolean
  /** All text of a row in lower case: ten thousand of these take longer to make than to look through. */
  readonly text: () => string
  /** The text of its columns by name. */
  readonly column: (name: string) => string | undefined
}

export type Filter = (row: Searchable) => boolean

/**
 * A filter from what was typed: words separated by spaces, all of which must match. `text` is found anywhere,
 * `!text` nowhere, `~txt` fuzzily, `column=text` in that column. Case does not count.
 */
export function parseFilter(typed: string): Filter {
  const tests = typed.toLowerCase().split(' ').filter(Boolean).map(parseWord)
  return row => tests.every(test => test(row))
}

function parseWord(word: string): Filter {
  if (word.startsWith('!') && word.length > 1) {
    const test = parseWord(word.slice(1))
    return row => !test(row)
  }
  if (word.startsWith('~') && word.length > 1) {
    const target = word.slice(1)
    return row => fuzzysort.single(target, row.text()) !== null
  }
  const equals = word.indexOf('=')
  if (equals > 0) {
    const name = word.slice(0, equals)
    const wanted = word.slice(equals + 1)
    return row => row.column(name)?.toLowerCase().includes(wanted) ?? row.text().includes(word)
  }
  const pattern = new RegExp(word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), 'i')
  const holds = (text: string): boolean => pattern.test(text)
  return row => row.some(holds)
}
