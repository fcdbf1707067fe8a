import { sanitise } from '../../../util/sanitise.ts'
import type { Data } from '../data.ts'
import { focusedStop } from '../form/form.ts'
import { formLines, helpLinesOf } from '../form/form-lines.ts'
import { stopsOf } from '../form/stops.ts'
import type { Layout } from '../layout.ts'
import { FRAME, pane, type PaneModel, TITLE_ROWS } from '../panes.ts'
import { panelOf } from '../panels/index.ts'
import { emptyLine, type Line, type Span, textLine } from '../span.ts'
import type { Dialog, FormDialog } from './dialog.ts'
import { menuLines, menuNotes } from './menu.ts'
import { confirmLines, planLines } from './plan-lines.ts'
import { isTold, partsIn, planOfForm, problemsOf } from './problems.ts'
import { runLines } from './run-lines.ts'

type Shown = { readonly panes: readonly PaneModel[]; readonly position: string }

/** What a dialog says: a text that scrolls, and below it lines that stay. */
export type DialogText = {
  readonly title: string
  readonly lines: readonly Line[]
  readonly foot: readonly Line[]
}

/** From this width on a form has its plan beside it. */
const WITH_PREVIEW = 120

/** The panes of a dialog, over the whole screen. */
export function dialogPanes(dialog: Dialog, data: Data, columns: number, layout: Layout, now: number): Shown {
  if (dialog.kind === 'form') return formPanes(dialog, data, columns, layout)
  const { title, lines, foot } = dialogText(dialog, data, columns - FRAME, now)
  const rows = Math.max(1, layout.rows - TITLE_ROWS - foot.length)
  const chosen = dialog.kind === 'menu' ? dialog.index : undefined
  const top =
    dialog.kind === 'menu'
      ? Math.max(0, Math.min(dialog.index - Math.floor(rows / 2), lines.length - rows))
      : Math.min(dialog.top, Math.max(0, lines.length - rows))
  const shown = lines.slice(top, top + rows)
  const last = top + shown.length
  return {
    panes: [framed(title, [...filled(shown, rows), ...foot], columns, layout.rows)],
    position:
      chosen === undefined
        ? lines.length > rows
          ? `${top + 1}-${last} of ${lines.length}`
          : ''
        : `${Math.min(chosen, lines.length - 1) + 1} of ${lines.length}`,
  }
}

/** How far a dialog can be scrolled. */
export function dialogExtent(
  dialog: Dialog,
  data: Data,
  columns: number,
  layout: Layout,
  now: number,
): { readonly lines: number; readonly page: number } {
  if (dialog.kind === 'form') return { lines: 0, page: 1 }
  const { lines, foot } = dialogText(dialog, data, columns - FRAME, now)
  return { lines: lines.length, page: Math.max(1, layout.rows - TITLE_ROWS - foot.length) }
}

/** All that a dialog says, for a screen of any height. */
export function dialogText(
  dialog: Exclude<Dialog, FormDialog>,
  data: Data,
  columns: number,
  now: number,
): DialogText {
  switch (dialog.kind) {
    case 'menu':
      return {
        title: dialog.about === undefined ? 'Actions' : `Actions on ${dialog.about}`,
        lines: menuLines(data, dialog, columns),
        foot: menuNotes(data, dialog, columns),
      }
    case 'plan':
      return {
        title: `Plan: ${sanitise(dialog.plan.title)}`,
        lines: planLines(dialog.plan, columns),
        foot: confirmLines(dialog, data.desk?.whyNotSent, now, columns),
      }
    case 'run': {
      const run = data.desk?.runs.find(({ id }) => id === dialog.id)
      return {
        title: run ? sanitise(run.plan.title) : 'Action',
        lines: run
          ? runLines(run, data, columns, now)
          : [textLine('This is not known here any more.', 'dim')],
        foot: [],
      }
    }
  }
}

const HELP_ROWS = 3

function formPanes({ form }: FormDialog, data: Data, columns: number, layout: Layout): Shown {
  const hasPreview = columns >= WITH_PREVIEW
  const own = hasPreview ? Math.round(columns * 0.56) : columns
  const inside = own - FRAME
  const parts = partsIn(form.panel, data)
  const stops = stopsOf(parts(form.values), form.values)
  const problems = problemsOf(form, data).filter(problem => isTold(problem, form))
  const help = helpLinesOf(form, focusedStop(form, parts), inside).slice(0, HELP_ROWS)
  const rows = Math.max(1, layout.rows - TITLE_ROWS - HELP_ROWS - 1)
  const { lines, focused } = formLines(form, stops, problems, inside)
  const top = Math.max(0, Math.min(focused - Math.floor(rows / 2), lines.length - rows))
  const shown = filled(lines.slice(top, top + rows), rows)
  const title = panelOf(form.panel)?.title ?? 'Action'
  const errors = problems.filter(({ level }) => level === 'error').length
  const rule: Span[] =
    errors === 0
      ? [{ text: '' }]
      : [{ text: `${errors === 1 ? 'One thing is' : `${errors} things are`} wrong`, tone: 'bad' }]
  const body = [...shown, { spans: rule }, ...help]
  const panes = [framed(title, body, own, layout.rows)]
  if (hasPreview) panes.push(previewPane(form, data, columns - own, layout.rows))
  const at = stops.findIndex(({ id }) => id === form.focus)
  return { panes, position: `${at + 1} of ${stops.length}` }
}

/** What the plan would be now, beside the form. */
function previewPane(form: FormDialog['form'], data: Data, columns: number, rows: number): PaneModel {
  const plan = planOfForm(form, data)
  const lines = plan ? planLines(plan, columns - FRAME, false) : []
  return pane('detail', [{ text: 'Plan so far', tone: 'dim' }], lines, columns, rows, false)
}

function framed(title: string, lines: readonly Line[], columns: number, rows: number): PaneModel {
  return pane('overlay', [{ text: title, tone: 'title' }], lines, columns, rows, true)
}

function filled(lines: readonly Line[], rows: number): Line[] {
  return [...lines, ...Array.from({ length: Math.max(0, rows - lines.length) }, () => emptyLine)]
}
