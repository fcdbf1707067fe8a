import type { Intent, IntentKind } from '../../../actions/intent.ts'
import { objectOf } from '../../../graph/query.ts'
import type { Data } from '../data.ts'
import { didSomething, type Run } from '../desk.ts'
import { type FormState, openForm } from '../form/form.ts'
import { editOf, edits, insertText } from '../form/text-edit.ts'
import { panelOf } from '../panels/index.ts'
import { clamp, type Step } from '../lists.ts'
import {
  ARMING_MS,
  type Dialog,
  type MenuDialog,
  type PlanDialog,
  planDialog,
  type RunDialog,
} from './dialog.ts'
import { formTurn } from './form-turn.ts'
import { isObjectGone, menuEntries } from './menu.ts'
import { buttonsOf, isWordRight } from './plan-lines.ts'
import { partsIn } from './problems.ts'
import { questionOfRun } from './question.ts'
import type { DialogKey, Turn } from './turn.ts'

/** What a command does in a dialog. Pure: what it asks for is done by others. */
export function dialogTurn(dialog: Dialog, key: DialogKey, data: Data): Turn {
  switch (dialog.kind) {
    case 'menu':
      return menuTurn(dialog, key, data)
    case 'form':
      return formTurn(dialog, key, data)
    case 'plan':
      return planTurn(dialog, key, data)
    case 'run':
      return runTurn(dialog, key, data)
  }
}

/** Opens what is asked for an action: its form, or where nothing is left to ask, its plan. */
export function openPanel(kind: IntentKind, objectId: string | undefined, data: Data): Turn {
  const panel = panelOf(kind)
  if (!panel || !data.desk) return { dialog: undefined, say: 'Nothing can be changed from this screen.' }
  const chosen = objectId === undefined ? undefined : objectOf(data.graph, objectId)
  const { values, notes, isWhole } = panel.start(data, chosen)
  if (isWhole === true) return openPlan(panel.intent(values), undefined, data)
  return { dialog: { kind: 'form', form: openForm(kind, values, notes, partsIn(kind, data)) } }
}

/** Shows the plan of an intent, with Cancel chosen. */
export function openPlan(
  intent: Intent,
  form: FormState | undefined,
  { desk, snapshot }: Data,
  undoes?: string,
): Turn {
  if (!desk) return { dialog: undefined }
  const plan = desk.plan(intent, snapshot)
  return { dialog: planDialog(plan, form, undoes), ask: { kind: 'prepare', plan } }
}

function menuTurn(dialog: MenuDialog, { command, isAlone }: DialogKey, data: Data): Turn {
  if (command === 'dialog-close') return { dialog: undefined }
  if (command !== 'menu-open' || !isAlone) return { dialog }
  const entries = menuEntries(data, dialog)
  const entry = entries[Math.min(dialog.index, entries.length - 1)]
  if (!entry) return { dialog: undefined }
  if (entry.whyNot !== undefined) return { dialog, say: `Not here: ${entry.whyNot}.` }
  if (isObjectGone(data, dialog, entry))
    return { dialog: undefined, say: `The ${dialog.about ?? 'object'} is not there any more.` }
  return 'run' in entry.opens
    ? { dialog: { kind: 'run', id: entry.opens.run, top: 0 } }
    : openPanel(entry.opens.panel, dialog.objectId, data)
}

function planTurn(dialog: PlanDialog, { command, isAlone, now }: DialogKey, { desk }: Data): Turn {
  const back: Turn = { dialog: dialog.form ? { kind: 'form', form: dialog.form } : undefined }
  switch (command) {
    case 'dialog-close':
      return back
    case 'plan-copy':
      return { dialog, ask: { kind: 'copy', text: dialog.plan.command } }
    case 'plan-next':
    case 'plan-previous': {
      const buttons = buttonsOf(dialog, desk?.whyNotSent)
      const at = buttons.indexOf(dialog.focus)
      const by = command === 'plan-next' ? 1 : -1
      const focus = buttons[(at + by + buttons.length) % buttons.length] ?? 'cancel'
      return { dialog: { ...dialog, focus, armedAt: now + ARMING_MS } }
    }
    case 'word-erase':
      return { dialog: { ...dialog, word: edits.erase(dialog.word) } }
    case 'word-erase-all':
      return { dialog: { ...dialog, word: editOf('') } }
    case 'plan-enter': {
      if (!isAlone) return { dialog }
      if (dialog.focus !== 'do') return dialog.focus === 'cancel' ? back : { dialog }
      // A key that is held down asks again and again, and each time it has to wait anew.
      if (now < dialog.armedAt) return { dialog: { ...dialog, armedAt: now + ARMING_MS } }
      if (!buttonsOf(dialog, desk?.whyNotSent).includes('do'))
        return { dialog: { ...dialog, focus: 'cancel' } }
      if (!isWordRight(dialog)) return { dialog, say: `Type ${dialog.plan.confirmWord} first.` }
      return { dialog, ask: { kind: 'confirm', dialog } }
    }
    default:
      return { dialog }
  }
}

/** One letter of the word that a severe plan asks for. What comes in one piece with others was not typed. */
export function typeWord(dialog: PlanDialog, letter: string, isAlone: boolean): Turn {
  if (!isAlone) return { dialog, say: 'Letter by letter: what comes in one piece is not taken.' }
  return { dialog: { ...dialog, word: insertText(dialog.word, letter) } }
}

function runTurn(dialog: RunDialog, { command, isAlone }: DialogKey, data: Data): Turn {
  const run = data.desk?.runs.find(({ id }) => id === dialog.id)
  switch (command) {
    case 'dialog-close':
      return { dialog: undefined }
    case 'run-copy':
      return { dialog, ask: { kind: 'copy' } }
    case 'run-trace': {
      if (!isAlone) return { dialog }
      const question = run && questionOfRun(run, data)
      return question
        ? { dialog: undefined, ask: { kind: 'trace', question } }
        : { dialog, say: 'There is no way of a packet to follow here, or not yet.' }
    }
    case 'run-undo':
      return run ? undoTurn(dialog, run, data) : { dialog }
    default:
      return { dialog }
  }
}

function undoTurn(dialog: RunDialog, run: Run, data: Data): Turn {
  const { undo } = run.plan
  if (run.outcome === undefined) return { dialog, say: 'It still goes on.' }
  if (!didSomething(run) && run.outcome.end !== 'unknown')
    return { dialog, say: 'Nothing was done that could be taken back.' }
  const logged = data.desk?.audit?.find(
    ({ title, time }) => title === run.plan.title && Date.parse(time) >= run.startedAt,
  )
  return undo.intent ? openPlan(undo.intent, undefined, data, logged?.id) : { dialog, say: undo.text }
}

/** Moves in a menu, or scrolls a text of so many lines of which `page` are on the screen. */
export function moveInDialog(dialog: Dialog, step: Step, lines: number, page: number): Dialog {
  switch (dialog.kind) {
    case 'menu':
      return {
        ...dialog,
        index: clamp(step(Math.min(dialog.index, lines - 1), page), Math.max(0, lines - 1)),
      }
    case 'form':
      return dialog
    case 'plan':
    case 'run':
      return { ...dialog, top: clamp(step(dialog.top, page), Math.max(0, lines - page)) }
  }
}
