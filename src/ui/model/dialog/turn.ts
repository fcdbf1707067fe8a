import type { Plan } from '../../../actions/plan.ts'
import type { Question } from '../../../lb/index.ts'
import type { DialogCommand } from './command.ts'
import type { Dialog, PlanDialog } from './dialog.ts'

/** What a key in a dialog leads to: the dialog as it is then, and what is asked of those who hold the session. */
export type Turn = {
  /** Undefined: it closes. */
  readonly dialog: Dialog | undefined
  readonly ask?: Ask
  readonly say?: string
}

export type Ask =
  /** The one way by which anything is ever sent. */
  | { readonly kind: 'confirm'; readonly dialog: PlanDialog }
  | { readonly kind: 'copy'; readonly text?: string }
  | { readonly kind: 'trace'; readonly question: Question }
  /** A plan was opened: what its exact request depends on is to be read. */
  | { readonly kind: 'prepare'; readonly plan: Plan }

/** What a dialog is told. `isAlone`: no other key came with it in one piece. */
export type DialogKey = { readonly command: DialogCommand; readonly isAlone: boolean; readonly now: number }
