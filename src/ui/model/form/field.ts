/** What is asked in one line of a form, and how it is answered. */
export type Input =
  /** An empty one is wrong only where it is `needed`; so is an empty number. */
  | { readonly kind: 'text'; readonly placeholder?: string; readonly needed?: true }
  /** Digits. */
  | { readonly kind: 'number'; readonly placeholder?: string; readonly needed?: true }
  | { readonly kind: 'choice'; readonly options: readonly Option[] }
  | { readonly kind: 'toggle' }

/** An answer to choose: what the intent holds, and what people read. Labels may be text of the world. */
export type Option = { readonly value: string; readonly label: string }

/** One line of a form. Its path is the one that checks name it by: `subnets.0.gateway`. */
export type Field = {
  readonly path: string
  readonly label: string
  /** What it is for, in a sentence or two. */
  readonly help: string
  readonly input: Input
}

/** A row of a list: its fields are those of the list, each with the number of the row in its path. */
export type List = {
  /** The list in the intent: `subnets`. Rows are counted by it. */
  readonly path: string
  /** What one of its rows is called. */
  readonly singular: string
  readonly help: string
  readonly fields: readonly RowField[]
}

export type RowField = Omit<Field, 'path'> & { readonly path: (row: number) => string }

export type Part = Field | List

/** What a form holds: texts by path (a toggle that is on is `yes`, one that is off is empty), and how many rows each list has. */
export type FormValues = {
  readonly texts: Readonly<Record<string, string>>
  readonly rows: Readonly<Record<string, number>>
}

export const ON = 'yes'

export function textOf({ texts }: FormValues, path: string): string {
  return (texts[path] ?? '').trim()
}

export function isOn(values: FormValues, path: string): boolean {
  return textOf(values, path) === ON
}

/** A number, or undefined for what is empty or none. */
export function numberOf(values: FormValues, path: string): number | undefined {
  const text = textOf(values, path)
  return isWholeNumber(text) ? Number(text) : undefined
}

export function isWholeNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

/** One value for each row of a list. */
export function rowsOf<Value>(values: FormValues, list: string, read: (row: number) => Value): Value[] {
  return Array.from({ length: values.rows[list] ?? 0 }, (_, row) => read(row))
}

/** `NAME=VALUE` of each row of a list; a name alone has an empty value, as docker takes it. */
export function pairsOf(values: FormValues, list: string): Record<string, string> {
  const pairs = rowsOf(values, list, row => textOf(values, `${list}.${row}`)).filter(text => text !== '')
  return Object.fromEntries(
    pairs.map(text => {
      const at = text.indexOf('=')
      return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** The texts of the rows of a list, the empty ones too: a check names a row by its number. */
export function wordsOf(values: FormValues, list: string): string[] {
  return rowsOf(values, list, row => textOf(values, `${list}.${row}`))
}
