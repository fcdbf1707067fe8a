import type { Outcome, Plan, Progress } from '../actions/plan.ts'
import { errorMessage } from '../util/errors.ts'
import type { ActionPort } from './contract.ts'
import type { Command } from './model/command.ts'
import type { Data } from './model/data.ts'
import type { AuditRow, Desk, Run } from './model/desk.ts'
import { isDialogCommand } from './model/dialog/command.ts'
import { ARMING_MS, type Dialog, type PlanDialog } from './model/dialog/dialog.ts'
import { menuDialog } from './model/dialog/menu.ts'
import { dialogText } from './model/dialog/pane.ts'
import { partsIn, withRefusal } from './model/dialog/problems.ts'
import { dialogTurn, moveInDialog, openPanel, openPlan, typeWord } from './model/dialog/reduce.ts'
import type { Turn } from './model/dialog/turn.ts'
import { endOf } from './model/dialog/words.ts'
import { didSomething, isRunning } from './model/desk.ts'
import { reduceForm } from './model/form/form.ts'
import { stepOf } from './model/lists.ts'
import type { PanelGoal } from './model/palette/entry.ts'
import { chosenUndo } from './model/dialog/chosen-undo.ts'
import { extentOf } from './model/screen.ts'
import { lineText } from './model/span.ts'
import type { Toast, UiState } from './model/state.ts'
import { chosenObjectId } from './model/trace/ask.ts'
import type { Question } from '../lb/index.ts'

/** The store, as far as dialogs need it. */
export type Host = {
  readonly state: () => UiState
  readonly data: () => Data
  readonly now: () => number
  readonly show: (dialog: Dialog | undefined) => void
  readonly takeDesk: (desk: Desk) => void
  readonly say: (text: string, tone: Toast['tone'], forMs?: number) => void
  readonly ask: (question: Question) => void
  readonly copy: (text: string) => void
  /** Everything is read again: something was changed. */
  readonly refresh: () => void
  /** Something changed that no key asked for. */
  readonly publish: () => void
}

export type Dialogs = {
  /** Does a command that belongs to an open dialog, or opens one; false: it is somebody else's. */
  readonly run: (command: Command, isAlone: boolean) => boolean
  /** Opens the panel of an action that was found by its name. */
  readonly open: (goal: PanelGoal) => void
  /** A key that nothing is bound to. */
  readonly type: (text: string, isAlone: boolean) => void
  readonly paste: (text: string) => void
  /** Whether the program may be left now: while the daemon may be at work on something, the first time asks. */
  readonly mayLeave: () => boolean
  /** Once a second. */
  readonly tick: () => void
}

/** The difference that an action makes is looked for so long after it ended. */
const PROOF_MS = 60_000
const MOST_RUNS = 20
const BANNER_MS = 15_000
const NO_ACTIONS = 'Nothing can be changed from this screen.'
const STILL_BUSY = 'An action goes on. q again leaves it to the daemon; the log (@) keeps it.'

/** The dialogs of a store: their keys, and the actions that they lead to. Without a port there are none, and the keys say so. */
export function createDialogs(port: ActionPort | undefined, host: Host): Dialogs {
  return port ? dialogsOf(port, host) : noDialogs(host)
}

function noDialogs({ say }: Host): Dialogs {
  return {
    run(command) {
      const isOurs = command === 'actions' || command === 'undo'
      if (isOurs) say(NO_ACTIONS, 'warn')
      return isOurs
    },
    open: () => say(NO_ACTIONS, 'warn'),
    type: () => {},
    paste: () => {},
    mayLeave: () => true,
    tick: () => {},
  }
}

function dialogsOf(port: ActionPort, host: Host): Dialogs {
  let runs: readonly Run[] = []
  let audit: readonly AuditRow[] | undefined
  let auditProblem: string | undefined
  let unfinished = 0
  let count = 0

  function takeDesk(): void {
    const { plan, suggest, whyNot, whyNotSent } = port
    host.takeDesk({ plan, suggest, whyNot, whyNotSent, runs, audit, auditProblem, unfinished })
  }

  async function readAudit(isFirst: boolean): Promise<void> {
    try {
      audit = await port.audit()
      auditProblem = undefined
    } catch (error) {
      auditProblem = errorMessage(error)
    }
    if (isFirst) {
      unfinished = audit?.filter(({ end }) => end === 'unfinished').length ?? 0
      if (unfinished > 0)
        host.say('An action of an earlier run was not finished: @ tells which', 'warn', BANNER_MS)
    }
    takeDesk()
    host.publish()
  }

  function take({ dialog, ask, say }: Turn): void {
    host.show(dialog)
    // The button that sends looks different once it can be pressed.
    if (dialog?.kind === 'plan' && dialog.focus === 'do') setTimeout(host.publish, ARMING_MS + 1).unref()
    if (say !== undefined) host.say(say, 'warn')
    switch (ask?.kind) {
      case 'copy':
        return copy(ask.text)
      case 'trace':
        return host.ask(ask.question)
      case 'prepare':
        return void prepare(ask.plan)
      case 'confirm':
        return void confirm(ask.dialog)
      case undefined:
    }
  }

  function copy(text: string | undefined): void {
    const { dialog, columns } = host.state()
    const all =
      text ??
      (dialog && dialog.kind !== 'form'
        ? dialogText(dialog, host.data(), Math.max(columns, 120), host.now()).lines.map(lineText).join('\n')
        : '')
    host.copy(all)
    host.say(`Sent ${all.length} characters to the clipboard of the terminal (OSC 52).`, 'ok')
  }

  /** Puts the exact plan in the place of the first one, where that is still shown and nothing was chosen in it. */
  async function prepare(first: Plan): Promise<void> {
    const replace = (change: (dialog: PlanDialog) => Dialog): void => {
      const { dialog } = host.state()
      if (dialog?.kind !== 'plan' || dialog.plan !== first) return
      host.show(change(dialog))
      host.publish()
    }
    try {
      const plan = await port.prepare(first.intent, host.data().snapshot)
      replace(dialog => ({ ...dialog, plan, reading: false, focus: 'cancel' }))
    } catch (error) {
      replace(dialog => ({ ...dialog, reading: errorMessage(error) }))
    }
  }

  function change(id: string, by: (run: Run) => Run): void {
    runs = runs.map(run => (run.id === id ? by(run) : run))
    takeDesk()
    host.publish()
  }

  async function confirm({ plan, form, undoes }: PlanDialog): Promise<void> {
    // Whoever asks, and however: without permission nothing leaves.
    if (port.whyNotSent !== undefined) return host.say(`Not sent: ${port.whyNotSent}.`, 'warn')
    const id = `run ${++count}`
    const run: Run = { id, plan, startedAt: host.now(), progress: [], before: host.data().snapshot, form }
    runs = [run, ...runs].slice(0, MOST_RUNS)
    takeDesk()
    host.show({ kind: 'run', id, top: 0 })
    const outcome = await sent(plan, undoes, progress =>
      change(id, old => ({ ...old, progress: joined(old.progress, progress) })),
    )
    change(id, old => ({ ...old, outcome, endedAt: host.now() }))
    host.refresh()
    told(id)
    void readAudit(false)
  }

  async function sent(
    plan: Plan,
    undoes: string | undefined,
    onProgress: (progress: Progress) => void,
  ): Promise<Outcome> {
    try {
      return await port.execute(plan, onProgress, undoes)
    } catch (error) {
      return { end: 'unknown', reason: errorMessage(error) }
    }
  }

  /** A refusal leads back into the form; what ended behind the operator's back is told in a line. */
  function told(id: string): void {
    const run = runs.find(candidate => candidate.id === id)
    const { dialog } = host.state()
    const isShown = dialog?.kind === 'run' && dialog.id === id
    if (!run?.outcome) return
    const { outcome, form, plan } = run
    // Without a status nobody refused: it was not sent.
    const isRefused = outcome.end === 'refused' && outcome.status > 0
    if (isShown && isRefused && form) {
      // What of it was done stands in the log, and is taken back from there.
      const before = didSomething(run) ? ' What was sent before that was done: @ tells of it.' : ''
      const refusal = { field: outcome.field, text: `${outcome.message}${before}` }
      host.show({ kind: 'form', form: withRefusal(form, refusal, host.data()) })
    }
    const tone = outcome.end === 'done' ? 'ok' : outcome.end === 'refused' ? 'bad' : 'warn'
    if (!isShown) host.say(`${plan.title}: ${endOf(run)} (a comes back to it, @ is the log)`, tone)
    host.publish()
  }

  function openMenu(): void {
    host.show(menuDialog(host.data(), chosenObjectId(host.state(), host.data())))
  }

  function undoChosen(): void {
    const undo = chosenUndo(host.state(), host.data())
    if (undo === undefined) return host.say('Choose an action in the log (@): u takes that one back.', 'warn')
    if (undo.intent === undefined) return host.say(undo.text, 'warn')
    take(openPlan(undo.intent, undefined, host.data(), undo.undoes))
  }

  takeDesk()
  void readAudit(true)

  return {
    run(command, isAlone) {
      const { dialog } = host.state()
      // What other programs did meanwhile stands in the log too.
      if (command === 'refresh') void readAudit(false)
      if (command === 'actions') openMenu()
      else if (command === 'undo') undoChosen()
      else if (!dialog) return false
      else if (isDialogCommand(command))
        take(dialogTurn(dialog, { command, isAlone, now: host.now() }, host.data()))
      else {
        const step = stepOf(command)
        if (!step) return false
        const { lines, page } = extentOf(dialog, host.state(), host.data(), host.now())
        host.show(moveInDialog(dialog, step, lines, page))
      }
      return true
    },
    open: ({ panel, objectId }) =>
      take(openPanel(panel, objectId ?? chosenObjectId(host.state(), host.data()), host.data())),
    type(text, isAlone) {
      const { dialog } = host.state()
      if (dialog?.kind === 'plan' && dialog.focus === 'word') take(typeWord(dialog, text, isAlone))
      if (dialog?.kind === 'form') {
        const { form } = dialog
        host.show({
          kind: 'form',
          form: reduceForm(form, { type: 'type', text }, partsIn(form.panel, host.data())),
        })
      }
    },
    paste(text) {
      const { dialog } = host.state()
      if (dialog?.kind === 'plan') host.say('Nothing is pasted here: what confirms has to be typed.', 'warn')
      if (dialog?.kind !== 'form') return
      const { form } = dialog
      host.show({
        kind: 'form',
        form: reduceForm(form, { type: 'paste', text }, partsIn(form.panel, host.data())),
      })
    },
    mayLeave() {
      if (!runs.some(isRunning) || host.state().toast?.text === STILL_BUSY) return true
      host.say(STILL_BUSY, 'warn')
      return false
    },
    tick() {
      const now = host.now()
      const { snapshot } = host.data()
      const isOver = (run: Run): boolean =>
        run.after === undefined && run.endedAt !== undefined && run.endedAt + PROOF_MS < now
      if (unfinished > 0 && host.state().place.view === 'audit') {
        unfinished = 0
        takeDesk()
      }
      if (!runs.some(isOver)) return
      runs = runs.map(run => (isOver(run) ? { ...run, after: snapshot } : run))
      takeDesk()
    },
  }
}

/** Where tasks converge, only how they are now is of interest. */
function joined(before: readonly Progress[], progress: Progress): readonly Progress[] {
  const last = before.at(-1)
  const isSame = last?.step === 'converging' && progress.step === 'converging'
  return [...(isSame ? before.slice(0, -1) : before), progress]
}
