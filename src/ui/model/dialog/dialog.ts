import type { IntentKind } from '../../../actions/intent.ts'
import type { Plan } from '../../../actions/plan.ts'
import type { FormState } from '../form/form.ts'
import type { TextEdit } from '../form/text-edit.ts'

/** What lies over the lists while something is to be changed. */
export type Dialog = MenuDialog | FormDialog | PlanDialog | RunDialog

/** What can be done, first of all to the chosen object. */
export type MenuDialog = {
  readonly kind: 'menu'
  readonly objectId: string | undefined
  /** `service web`: what the object was called when it was opened. */
  readonly about: string | undefined
  /** As they were when it was opened: what changes meanwhile moves nothing below the cursor. */
  readonly entries: readonly MenuGoal[]
  readonly index: number
}

/** What an entry of the menu opens: the panel of an action, or what became of one. */
export type MenuGoal = { readonly panel: IntentKind } | { readonly run: string }

export type FormDialog = { readonly kind: 'form'; readonly form: FormState }

export type Button = 'cancel' | 'word' | 'do'

/** What will be sent, before it is. */
export type PlanDialog = {
  readonly kind: 'plan'
  /** As it was when it was made: what is read here is what is sent. */
  readonly plan: Plan
  /** The daemon is still asked for what the exact request depends on; a text: why that failed. Nothing can be confirmed then. */
  readonly reading: boolean | string
  readonly focus: Button
  /** What was typed of the word that a severe one asks for. */
  readonly word: TextEdit
  readonly top: number
  /** Until then the button that sends does nothing: what is held down, or pasted in pieces, is no answer. */
  readonly armedAt: number
  /** Where Cancel leads back to. */
  readonly form: FormState | undefined
  /** Id of the logged action that it takes back. */
  readonly undoes?: string | undefined
}

/** What becomes of one that was sent. */
export type RunDialog = { readonly kind: 'run'; readonly id: string; readonly top: number }

/** So long must a button be chosen before Enter presses it, in milliseconds: longer than the pieces of a paste are apart. */
export const ARMING_MS = 300

export function planDialog(plan: Plan, form: FormState | undefined, undoes?: string): PlanDialog {
  return {
    kind: 'plan',
    plan,
    reading: true,
    focus: 'cancel',
    word: { text: '', cursor: 0 },
    top: 0,
    armedAt: 0,
    form,
    undoes,
  }
}
