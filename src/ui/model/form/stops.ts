import type { Field, FormValues, Input, List, Part } from './field.ts'

/** What the cursor can stand on, from top to bottom. */
export type Stop =
  | {
      readonly kind: 'field'
      readonly id: string
      readonly field: Field
      /** The row of a list that it belongs to. */
      readonly row?: { readonly list: List; readonly index: number; readonly isFirst: boolean }
    }
  | { readonly kind: 'add'; readonly id: string; readonly list: List }
  | { readonly kind: 'button'; readonly id: 'plan' | 'cancel' }

const buttons: readonly Stop[] = [
  { kind: 'button', id: 'plan' },
  { kind: 'button', id: 'cancel' },
]

/** All stops of a form as it is filled in now: each field, each field of each row, a line to add a row, the buttons. */
export function stopsOf(parts: readonly Part[], values: FormValues): Stop[] {
  return [...parts.flatMap(part => (isList(part) ? listStops(part, values) : [fieldStop(part)])), ...buttons]
}

function isList(part: Part): part is List {
  return 'fields' in part
}

function fieldStop(field: Field): Stop {
  return { kind: 'field', id: field.path, field }
}

function listStops(list: List, { rows }: FormValues): Stop[] {
  const fields = Array.from({ length: rows[list.path] ?? 0 }, (_, index) =>
    list.fields.map((field, at): Stop => {
      const path = field.path(index)
      return { kind: 'field', id: path, field: { ...field, path }, row: { list, index, isFirst: at === 0 } }
    }),
  )
  return [...fields.flat(), { kind: 'add', id: `+${list.path}`, list }]
}

/** One more row at the end of a list, with what its fields begin with. */
export function addRow(
  values: FormValues,
  list: List,
  start: Readonly<Record<string, string>> = {},
): FormValues {
  const index = values.rows[list.path] ?? 0
  const texts = Object.fromEntries(
    list.fields.map(field => {
      const path = field.path(index)
      return [path, start[path] ?? firstText(field.input)]
    }),
  )
  return {
    texts: { ...values.texts, ...texts },
    rows: { ...values.rows, [list.path]: index + 1 },
  }
}

/** Takes a row away: those below it move up, with what is in them. */
export function removeRow(values: FormValues, list: List, index: number): FormValues {
  const count = values.rows[list.path] ?? 0
  if (index >= count) return values
  const texts: Record<string, string> = { ...values.texts }
  for (const { path } of list.fields) {
    for (let row = index; row < count - 1; row++) texts[path(row)] = texts[path(row + 1)] ?? ''
    delete texts[path(count - 1)]
  }
  return { texts, rows: { ...values.rows, [list.path]: count - 1 } }
}

/** What a field begins with that nobody filled in: the first choice, or nothing. */
export function firstText(input: Input): string {
  return input.kind === 'choice' ? (input.options[0]?.value ?? '') : ''
}
