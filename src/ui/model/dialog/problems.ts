import type { Check, Plan } from '../../../actions/plan.ts'
import type { Data } from '../data.ts'
import { type FormValues, isWholeNumber, type Part } from '../form/field.ts'
import type { FormState, PartsOf, Refusal } from '../form/form.ts'
import { type Stop, stopsOf } from '../form/stops.ts'
import { panelOf } from '../panels/index.ts'

/** What the fields of a form are, as it is filled in. */
export function partsIn(panel: string, data: Data): PartsOf {
  return values => partsOf(panel, values, data)
}

function partsOf(panel: string, values: FormValues, data: Data): readonly Part[] {
  return panelOf(panel)?.parts(values, data) ?? []
}

const plans = new WeakMap<FormValues, { readonly snapshot: object; readonly plan: Plan }>()

/** The plan of what is filled in now; undefined without anybody who makes plans. */
export function planOfForm({ panel, values }: FormState, { desk, snapshot }: Data): Plan | undefined {
  const found = panelOf(panel)
  if (!desk || !found) return undefined
  let known = plans.get(values)
  if (known?.snapshot !== snapshot) {
    known = { snapshot, plan: desk.plan(found.intent(values), snapshot) }
    plans.set(values, known)
  }
  return known.plan
}

/** What is wrong with what is filled in, each at its field; what is wrong with a field that is not shown is of the whole. */
export function problemsOf(form: FormState, data: Data): Check[] {
  const stops = stopsOf(partsIn(form.panel, data)(form.values), form.values)
  const shown = new Set(stops.map(({ id }) => id))
  const own = stops.flatMap(stop => ownProblem(stop, form.values))
  const known = new Set(own.map(({ field }) => field))
  const found = (planOfForm(form, data)?.checks ?? []).filter(({ field }) => !known.has(field))
  const { refusal } = form
  const refused: Check[] = refusal
    ? [{ field: refusal.field, level: 'error', text: `The engine said: ${refusal.text}` }]
    : []
  return [...refused, ...own, ...found].map(check =>
    check.field === undefined || shown.has(check.field)
      ? check
      : { ...check, field: nearest(check.field, shown) },
  )
}

/** A form that the engine refused: its sentence stands at the field that it speaks of, and the cursor with it. */
export function withRefusal(form: FormState, refusal: Refusal, data: Data): FormState {
  const refused: FormState = { ...form, refusal, isAsked: true }
  const [{ field = form.focus } = {}] = problemsOf(refused, data)
  return { ...refused, focus: field, cursor: Number.MAX_SAFE_INTEGER }
}

/** `subnets.0` for `subnets.0.something`, where that is shown; a list is told at the line that adds to it. */
function nearest(path: string, shown: ReadonlySet<string>): string | undefined {
  const parts = path.split('.')
  for (let length = parts.length; length > 0; length--) {
    const prefix = parts.slice(0, length).join('.')
    if (shown.has(prefix)) return prefix
    const first = [...shown].find(id => id.startsWith(`${prefix}.`))
    if (first !== undefined) return first
    if (shown.has(`+${prefix}`)) return `+${prefix}`
  }
  return undefined
}

/** What can be told without knowing what the field is for. */
function ownProblem(stop: Stop, { texts }: FormValues): Check[] {
  if (stop.kind !== 'field') return []
  const { path, input } = stop.field
  const text = (texts[path] ?? '').trim()
  const isNeeded = (input.kind === 'text' || input.kind === 'number') && input.needed === true
  if (text === '' && isNeeded) {
    const more = stop.row ? ', or the row taken away' : ''
    return [{ field: path, level: 'error', text: `Has to be filled in${more}.` }]
  }
  if (input.kind === 'number' && text !== '' && !isWholeNumber(text))
    return [{ field: path, level: 'error', text: 'A whole number is needed.' }]
  if (input.kind !== 'choice') return []
  if (input.options.length === 0)
    return [{ field: path, level: 'error', text: 'There is nothing to choose here.' }]
  if (input.options.some(({ value }) => value === text)) return []
  const what = text === '' ? 'Something has to be chosen.' : 'This is not there any more: choose again.'
  return [{ field: path, level: 'error', text: what }]
}

/** Whether a problem of a field is told yet: an empty form is not full of errors. */
export function isTold({ field }: Check, form: FormState): boolean {
  if (form.isAsked || field === undefined) return form.isAsked || form.touched.length > 0
  if (form.touched.includes(field) || form.refusal?.field === field) return true
  // What was there from the beginning is judged at once.
  return (form.values.texts[field] ?? '') !== ''
}
