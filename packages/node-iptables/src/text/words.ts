/** The words of iptables-save text: how it quotes them, and how options are picked from them. */

/**
 * As xtables_save_string of libxtables: letters, digits, `_` and `-` stay bare, anything else is put in quotes, with a
 * backslash before `"`, `'` and `\`.
 */
export function quote(value: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(value)) return value
  return `"${value.replace(/["'\\]/g, '\\$&')}"`
}

/** One word of a line: as written, and what it means without quotes and backslashes. */
export type Word = { readonly raw: string; readonly text: string }

/**
 * Splits a line as iptables-restore does: blanks end a word, quotes may hold blanks, a backslash counts inside of
 * quotes only, and a closing quote ends its word.
 */
export function splitWords(line: string): Word[] {
  const words: Word[] = []
  let start = -1
  let text = ''
  let quoted = false
  const end = (at: number) => {
    if (start >= 0) words.push({ raw: line.slice(start, at), text })
    start = -1
    text = ''
  }
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (quoted && char === '\\' && i + 1 < line.length) text += line[++i]
    else if (char === '"') {
      if (start < 0) start = i
      if (quoted) end(i + 1)
      quoted = !quoted
    } else if (!quoted && (char === ' ' || char === '\t')) end(i)
    else {
      if (start < 0) start = i
      text += char
    }
  }
  end(line.length)
  return words
}

/** How an option is read: how many values follow it, and what they add to the value of the extension. */
export type OptionReader<T> = {
  readonly values: number
  /** `value` is what the options before have made. Undefined: not understood. */
  read(values: readonly string[], invert: boolean, value: T): Partial<T> | undefined
}

/** Options by name, or by another name the option that is meant. */
export type OptionTable<T> = Readonly<Record<string, OptionReader<T> | string>>

/**
 * Reads `[!] --option value…` in any order, the old `--option ! value` too, and adds them to `initial`. Undefined when
 * a word is not in `table`, a value is missing or not understood.
 */
export function parseOptions<T extends object>(
  initial: T,
  words: readonly string[],
  table: OptionTable<T>,
): T | undefined {
  const value = { ...initial }
  for (let i = 0; i < words.length; ) {
    let invert = words[i] === '!'
    if (invert) i++
    const word = words[i++] ?? ''
    const entry = Object.hasOwn(table, word) ? table[word] : undefined
    const reader = typeof entry === 'string' ? table[entry] : entry
    if (reader === undefined || typeof reader === 'string') return undefined
    if (reader.values > 0 && !invert && words[i] === '!') {
      invert = true
      i++
    }
    if (i + reader.values > words.length) return undefined
    const part = reader.read(words.slice(i, i + reader.values), invert, value)
    if (!part) return undefined
    Object.assign(value, part)
    i += reader.values
  }
  return value
}

/** A reader that needs nothing of what came before. */
type FieldReader<K extends string, V> = {
  readonly values: number
  read(values: readonly string[], invert: boolean): { [P in K]?: V } | undefined
}

/** An option of one value that fills one field. */
export function field<K extends string, V>(
  key: K,
  read: (text: string, invert: boolean) => V | undefined,
): FieldReader<K, V> {
  return {
    values: 1,
    read([text = ''], invert) {
      const value = read(text, invert)
      return value === undefined ? undefined : ({ [key]: value } as { [P in K]?: V })
    },
  }
}

/** An option without a value that sets one field, to what `read` makes of its `!`. */
export function bareField<K extends string, V>(key: K, read: (invert: boolean) => V): FieldReader<K, V> {
  return { values: 0, read: (_, invert) => ({ [key]: read(invert) }) as { [P in K]?: V } }
}

/** An option without a value that sets one field to `true`; `!` before it is not understood. */
export function flag<K extends string>(key: K): FieldReader<K, true> {
  return { values: 0, read: (_, invert) => (invert ? undefined : ({ [key]: true } as { [P in K]?: true })) }
}

/** A number as iptables takes it: decimal, or hexadecimal with `0x`; not above `most`. */
export function parseNumber(text: string | undefined, most = 0xffff_ffff): number | undefined {
  if (text === undefined || !/^(\d+|0x[0-9a-f]+)$/i.test(text)) return undefined
  const value = Number(text)
  return value <= most ? value : undefined
}

/** `0x1f`, as iptables prints marks. */
export function hexNumber(value: number): string {
  return `0x${value.toString(16)}`
}

/** The word and its `!`: `['!', '--sport', '80']`. */
export function option(name: string, invert: boolean, ...values: readonly string[]): string[] {
  return invert ? ['!', name, ...values] : [name, ...values]
}
