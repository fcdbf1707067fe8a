import fuzzysort from 'fuzzysort'

/** What a filter looks at: all text of a row in lower case, and the text of its columns by name. */
export type Searchable = {
  readonly text: string
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
    return row => fuzzysort.single(target, row.text) !== null
  }
  const equals = word.indexOf('=')
  if (equals > 0) {
    const name = word.slice(0, equals)
    const wanted = word.slice(equals + 1)
    return row => row.column(name)?.toLowerCase().includes(wanted) ?? row.text.includes(word)
  }
  return row => row.text.includes(word)
}
