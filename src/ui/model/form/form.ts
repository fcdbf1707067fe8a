import { type FormValues, type Input, ON, type Part } from './field.ts'
import { addRow, removeRow, type Stop, stopsOf } from './stops.ts'
import { charactersOf, editOf, type EditName, edits, insertText, type TextEdit } from './text-edit.ts'

/** A form that is being filled in. Plain data: which panel it is of is told by name. */
export type FormState = {
  readonly panel: string
  readonly values: FormValues
  /** Why a field begins as it does, by path: a default is told as one until it is changed. */
  readonly notes: Readonly<Record<string, string>>
  /** Id of the stop that the cursor is on. */
  readonly focus: string
  /** Characters in front of the cursor, in a field of text. */
  readonly cursor: number
  /** Paths whose fields were changed or left: what is wrong with the others is not told yet. */
  readonly touched: readonly string[]
  /** The plan was asked for: everything that is wrong is told. */
  readonly isAsked: boolean
  /** What the engine answered when this was sent. */
  readonly refusal: Refusal | undefined
}

export type Refusal = { readonly field: string | undefined; readonly text: string }

export type FormEvent =
  | { readonly type: 'edit'; readonly edit: EditName }
  | { readonly type: 'move'; readonly by: 1 | -1 }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'add-row' }
  | { readonly type: 'remove-row' }
  | { readonly type: 'ask' }

/** What a form looks like for its panel; asked again after every change, as fields come and go with the answers. */
export type PartsOf = (values: FormValues) => readonly Part[]

/** A form as it is opened. The cursor stands in the first field; a choice that was made by what was chosen in a list is passed over. */
export function openForm(
  panel: string,
  values: FormValues,
  notes: FormState['notes'],
  parts: PartsOf,
): FormState {
  const form: FormState = {
    panel,
    values,
    notes,
    focus: '',
    cursor: 0,
    touched: [],
    isAsked: false,
    refusal: undefined,
  }
  const stops = stopsOf(parts(values), values)
  const isMade = (stop: Stop): boolean =>
    stop.kind === 'field' && stop.field.input.kind === 'choice' && notes[stop.id] !== undefined
  const first = stops.find(stop => !isMade(stop)) ?? stops[0]
  return first ? focusOn(form, first) : form
}

/** The stop that the cursor is on; the first one when it is gone. */
export function focusedStop(form: FormState, parts: PartsOf): Stop | undefined {
  const stops = stopsOf(parts(form.values), form.values)
  return stops.find(({ id }) => id === form.focus) ?? stops[0]
}

export function reduceForm(form: FormState, event: FormEvent, parts: PartsOf): FormState {
  const stops = stopsOf(parts(form.values), form.values)
  const stop = stops.find(({ id }) => id === form.focus) ?? stops[0]
  if (!stop) return form
  switch (event.type) {
    case 'move': {
      const at = stops.indexOf(stop)
      const next = stops[(at + event.by + stops.length) % stops.length] ?? stop
      return focusOn(touch(form, stop.id), next)
    }
    case 'edit':
      return settle(form, withEdit(form, stop, stops, event.edit), stop, parts)
    case 'type':
      return settle(form, withTyped(form, stop, event.text), stop, parts)
    case 'paste':
      return isWritten(stop) ? withText(form, stop.id, insertText(written(form, stop.id), event.text)) : form
    case 'add-row':
      return withNewRow(form, stop, parts)
    case 'remove-row':
      return withoutRow(form, stop, stops, parts)
    case 'ask':
      return { ...form, isAsked: true }
  }
}

/** The text under the cursor with the place of the cursor. */
export function editAt(form: FormState, path: string): TextEdit {
  const text = form.values.texts[path] ?? ''
  return { text, cursor: Math.min(form.cursor, charactersOf(text).length) }
}

/** What a field begins with is written over, as text that is marked is, until it was changed or left. */
export function isWrittenOver(form: FormState, path: string): boolean {
  return !form.touched.includes(path) && (form.values.texts[path] ?? '') !== ''
}

function written(form: FormState, path: string): TextEdit {
  return isWrittenOver(form, path) ? editOf('') : editAt(form, path)
}

function isWritten(stop: Stop): boolean {
  return stop.kind === 'field' && (stop.field.input.kind === 'text' || stop.field.input.kind === 'number')
}

function focusOn(form: FormState, stop: Stop): FormState {
  return { ...form, focus: stop.id, cursor: charactersOf(form.values.texts[stop.id] ?? '').length }
}

function touch(form: FormState, path: string): FormState {
  return form.touched.includes(path) ? form : { ...form, touched: [...form.touched, path] }
}

/** What the engine said of a field holds until that is changed. */
function withText(form: FormState, path: string, { text, cursor }: TextEdit): FormState {
  if (text === (form.values.texts[path] ?? '')) return { ...form, cursor }
  const { [path]: _, ...notes } = form.notes
  const values = { ...form.values, texts: { ...form.values.texts, [path]: text } }
  const isAnswered = form.refusal !== undefined && form.refusal.field === path
  return touch({ ...form, values, cursor, notes, refusal: isAnswered ? undefined : form.refusal }, path)
}

function withEdit(form: FormState, stop: Stop, stops: readonly Stop[], edit: EditName): FormState {
  if (isWritten(stop)) return touch(withText(form, stop.id, edits[edit](editAt(form, stop.id))), stop.id)
  const by = edit === 'left' ? -1 : edit === 'right' ? 1 : 0
  if (stop.kind === 'button') {
    const other = stops.find(({ kind, id }) => kind === 'button' && id !== stop.id)
    return by !== 0 && other ? focusOn(form, other) : form
  }
  if (stop.kind === 'add') return form
  return by === 0 ? form : withChoice(form, stop.id, stop.field.input, by)
}

function withChoice(form: FormState, path: string, input: Input, by: 1 | -1): FormState {
  const text = form.values.texts[path] ?? ''
  if (input.kind === 'toggle') return withText(form, path, { text: text === ON ? '' : ON, cursor: 0 })
  if (input.kind !== 'choice' || input.options.length === 0) return form
  const at = input.options.findIndex(({ value }) => value === text)
  const next = input.options[(at + by + input.options.length) % input.options.length]
  return next ? withText(form, path, { text: next.value, cursor: 0 }) : form
}

/** Into a text it is written; a blank flips a toggle and takes the next choice; a letter looks for a choice that begins with it. */
function withTyped(form: FormState, stop: Stop, typed: string): FormState {
  if (stop.kind !== 'field') return form
  if (isWritten(stop)) return withText(form, stop.id, insertText(written(form, stop.id), typed))
  const { input } = stop.field
  if (typed === ' ') return withChoice(form, stop.id, input, 1)
  if (input.kind !== 'choice') return form
  const at = input.options.findIndex(({ value }) => value === form.values.texts[stop.id])
  const after = [...input.options.slice(at + 1), ...input.options.slice(0, at + 1)]
  const found = after.find(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()))
  return found ? withText(form, stop.id, { text: found.value, cursor: 0 }) : form
}

/**
 * After another choice, what can be chosen elsewhere may be other things: the ports of a service, the networks of a container. What is
 * gone because the world changed stays as it was chosen: nothing is exchanged behind the operator's back.
 */
function settle(before: FormState, after: FormState, stop: Stop, parts: PartsOf): FormState {
  const isChoice = stop.kind === 'field' && stop.field.input.kind === 'choice'
  if (!isChoice || before.values === after.values) return after
  const texts: Record<string, string> = { ...after.values.texts }
  for (const other of stopsOf(parts(after.values), after.values)) {
    if (other.kind !== 'field' || other.id === stop.id || other.field.input.kind !== 'choice') continue
    const { options } = other.field.input
    if (!options.some(({ value }) => value === texts[other.id])) texts[other.id] = options[0]?.value ?? ''
  }
  return { ...after, values: { ...after.values, texts } }
}

function withNewRow(form: FormState, stop: Stop, parts: PartsOf): FormState {
  const list = stop.kind === 'add' ? stop.list : stop.kind === 'field' ? stop.row?.list : undefined
  const [first] = list?.fields ?? []
  if (!list || !first) return form
  const added = { ...form, values: addRow(form.values, list) }
  const id = first.path(form.values.rows[list.path] ?? 0)
  const there = stopsOf(parts(added.values), added.values).find(candidate => candidate.id === id)
  return there ? focusOn(added, there) : added
}

function withoutRow(form: FormState, stop: Stop, stops: readonly Stop[], parts: PartsOf): FormState {
  if (stop.kind !== 'field' || !stop.row) return form
  const { list, index } = stop.row
  const values = removeRow(form.values, list, index)
  const paths = new Set(list.fields.map(({ path }) => path((form.values.rows[list.path] ?? 1) - 1)))
  const notes = Object.fromEntries(Object.entries(form.notes).filter(([path]) => !paths.has(path)))
  const left = { ...form, values, notes, touched: form.touched.filter(path => !paths.has(path)) }
  const remaining = stopsOf(parts(values), values)
  // The same field of the row that moved up, else what stands where it was.
  const next =
    remaining.find(({ id }) => id === stop.id) ??
    remaining.find(({ id }) => id === `+${list.path}`) ??
    remaining[Math.min(stops.indexOf(stop), remaining.length - 1)]
  return next ? focusOn(left, next) : left
}
