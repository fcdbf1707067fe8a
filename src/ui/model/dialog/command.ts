import type { EditName } from '../form/text-edit.ts'

/** What the keys ask for in the menu of actions, a form, a plan, and what became of it. */
export type DialogCommand =
  | 'dialog-close'
  | 'menu-open'
  | 'form-enter'
  | 'form-next'
  | 'form-previous'
  | 'form-remove-row'
  | `form-${EditName}`
  | 'plan-enter'
  | 'plan-next'
  | 'plan-previous'
  | 'plan-copy'
  | 'word-erase'
  | 'word-erase-all'
  | 'run-trace'
  | 'run-undo'
  | 'run-copy'

const beginnings = ['dialog-', 'menu-', 'form-', 'plan-', 'word-', 'run-']

export function isDialogCommand(command: string): command is DialogCommand {
  return beginnings.some(beginning => command.startsWith(beginning))
}
