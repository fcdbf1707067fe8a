import type { Intent, IntentKind } from '../../../actions/intent.ts'
import type { GraphObject } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import type { FormValues, Part } from '../form/field.ts'

/** How the operator is asked for one kind of intent. All that the screen knows of an action is here and in the plan. */
export type Panel = {
  readonly kind: IntentKind
  /** `Create a network` */
  readonly title: string
  /** What it does, in one line of a menu. */
  readonly about: string
  /** What it is offered for; without any it is offered everywhere. */
  readonly on: readonly GraphObject['type'][]
  /** How it begins, on the object that was chosen. */
  readonly start: (data: Data, chosen: GraphObject | undefined) => Start
  /** What is asked, as far as it is filled in: fields come and go with the answers. */
  readonly parts: (values: FormValues, data: Data) => readonly Part[]
  readonly intent: (values: FormValues) => Intent
}

export type Start = {
  readonly values: FormValues
  /** Why fields begin as they do, by path. */
  readonly notes: Readonly<Record<string, string>>
  /** Nothing is left to ask: the plan can be shown at once. */
  readonly isWhole?: boolean
}
