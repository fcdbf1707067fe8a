import type { Data } from '../data.ts'
import { type FormEvent, focusedStop, reduceForm } from '../form/form.ts'
import { stopsOf } from '../form/stops.ts'
import { type FormDialog, planDialog } from './dialog.ts'
import { partsIn, planOfForm, problemsOf } from './problems.ts'
import type { DialogKey, Turn } from './turn.ts'

/** What a command does in a form. */
export function formTurn(dialog: FormDialog, { command, isAlone }: DialogKey, data: Data): Turn {
  const { form } = dialog
  const parts = partsIn(form.panel, data)
  const after = (event: FormEvent): Turn => ({
    dialog: { kind: 'form', form: reduceForm(form, event, parts) },
  })
  switch (command) {
    case 'dialog-close':
      return { dialog: undefined, say: 'Closed: nothing was sent.' }
    case 'form-next':
      return after({ type: 'move', by: 1 })
    case 'form-previous':
      return after({ type: 'move', by: -1 })
    case 'form-remove-row':
      return after({ type: 'remove-row' })
    case 'form-left':
    case 'form-right':
    case 'form-home':
    case 'form-end':
    case 'form-erase':
    case 'form-erase-forward':
    case 'form-erase-word':
    case 'form-erase-all':
      return after({ type: 'edit', edit: editNames[command] })
    case 'form-enter': {
      if (!isAlone) return { dialog }
      const stop = focusedStop(form, parts)
      if (stop?.kind === 'add') return after({ type: 'add-row' })
      if (stop?.kind === 'button' && stop.id === 'cancel')
        return { dialog: undefined, say: 'Closed: nothing was sent.' }
      return askForPlan(dialog, data)
    }
    default:
      return { dialog }
  }
}

const editNames = {
  'form-left': 'left',
  'form-right': 'right',
  'form-home': 'home',
  'form-end': 'end',
  'form-erase': 'erase',
  'form-erase-forward': 'erase-forward',
  'form-erase-word': 'erase-word',
  'form-erase-all': 'erase-all',
} as const

/** The plan, or the first field that stands against it. */
function askForPlan({ form }: FormDialog, data: Data): Turn {
  // What the engine said before may not hold any more: it is asked again.
  const asked = reduceForm({ ...form, refusal: undefined }, { type: 'ask' }, partsIn(form.panel, data))
  const errors = problemsOf(asked, data).filter(({ level }) => level === 'error')
  const plan = planOfForm(asked, data)
  if (errors.length === 0 && plan) return { dialog: planDialog(plan, asked), ask: { kind: 'prepare', plan } }
  const stops = stopsOf(partsIn(form.panel, data)(asked.values), asked.values)
  const first = stops.find(({ id }) => errors.some(({ field }) => field === id))
  return {
    dialog: {
      kind: 'form',
      form: first ? { ...asked, focus: first.id, cursor: Number.MAX_SAFE_INTEGER } : asked,
    },
    say: errors[0]?.text ?? 'No plan can be made here.',
  }
}
