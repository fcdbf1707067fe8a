import { objectOf } from '../../../graph/query.ts'
import type { GraphObject } from '../../../graph/model.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { padEnd, wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import { isRunning } from '../desk.ts'
import { typeWords } from '../objects.ts'
import { panelOf, panels } from '../panels/index.ts'
import { containerOf, networkOf, serviceOf } from '../panels/targets.ts'
import { emptyLine, type Line, textLine } from '../span.ts'
import type { MenuDialog, MenuGoal } from './dialog.ts'
import { endGlyph, endOf } from './words.ts'

/** One line of the menu of actions. */
export type MenuEntry = {
  readonly title: string
  readonly about: string
  /** Why it cannot be chosen. */
  readonly whyNot: string | undefined
  readonly opens: MenuGoal
}

/** As many as anybody comes back to; the log has all. */
const MOST_RUNS = 3

/** The menu of what goes on, then of what can be done to the chosen object, then of what can be done anywhere. */
export function menuDialog({ desk, graph }: Data, objectId: string | undefined): MenuDialog {
  const chosen = objectId === undefined ? undefined : objectOf(graph, objectId)
  const runs = (desk?.runs ?? []).filter((run, index) => isRunning(run) || index < MOST_RUNS)
  const offered = desk
    ? panels.filter(({ on }) => on.length === 0 || (chosen !== undefined && isFor(on, chosen, graph)))
    : []
  return {
    kind: 'menu',
    objectId,
    about: chosen && `${typeWords[chosen.type]} ${sanitise(chosen.name)}`,
    entries: [...runs.map(({ id }) => ({ run: id })), ...offered.map(({ kind }) => ({ panel: kind }))],
    index: 0,
  }
}

/** The entries of a menu as they are now. */
export function menuEntries({ desk, snapshot }: Data, { entries }: MenuDialog): MenuEntry[] {
  return entries.flatMap((opens): MenuEntry[] => {
    if ('run' in opens) {
      const run = desk?.runs.find(({ id }) => id === opens.run)
      if (!run) return []
      const about = `${endGlyph(endOf(run))} ${endOf(run)}`
      return [{ title: run.plan.title, about, whyNot: undefined, opens }]
    }
    const panel = panelOf(opens.panel)
    if (!panel || !desk) return []
    return [{ title: panel.title, about: panel.about, whyNot: desk.whyNot(panel.kind, snapshot), opens }]
  })
}

/** A sandbox is offered what concerns its service only when it has one. */
function isFor(on: readonly GraphObject['type'][], chosen: GraphObject, graph: Data['graph']): boolean {
  if (!on.includes(chosen.type)) return false
  const isService = on.includes('service')
  if (isService) return serviceOf(graph, chosen) !== undefined
  if (on.includes('container')) return chosen.type === 'network' || containerOf(graph, chosen) !== undefined
  return networkOf(graph, chosen) !== undefined
}

/** Whether an entry is about an object that is not there any more. */
export function isObjectGone({ graph }: Data, { objectId }: MenuDialog, { opens }: MenuEntry): boolean {
  if (objectId === undefined || 'run' in opens || panelOf(opens.panel)?.on.length === 0) return false
  return objectOf(graph, objectId) === undefined
}

export function menuLines(data: Data, menu: MenuDialog, columns: number): Line[] {
  const entries = menuEntries(data, menu)
  const title = Math.min(40, Math.max(...entries.map(entry => entry.title.length), 0)) + 2
  const chosen = Math.min(menu.index, entries.length - 1)
  return entries.map((entry, at): Line => {
    const isChosen = at === chosen
    const about = entry.whyNot === undefined ? entry.about : `not here: ${entry.whyNot}`
    const spans = [
      isChosen ? ({ text: '▌ ', tone: 'accent' } as const) : { text: '  ' },
      {
        text: padEnd(sanitise(entry.title), Math.min(title, columns - 4)),
        tone: entry.whyNot === undefined ? 'plain' : 'dim',
      } as const,
      { text: sanitise(about), tone: 'dim' } as const,
    ]
    return isChosen ? { spans, emphasis: 'cursor' } : { spans }
  })
}

/** Below the menu: why the chosen one cannot be, and that nothing is sent. */
export function menuNotes(data: Data, menu: MenuDialog, columns: number): Line[] {
  const entries = menuEntries(data, menu)
  const why = entries[Math.min(menu.index, entries.length - 1)]?.whyNot
  return [
    ...(why === undefined ? [] : [`Not here: ${why}.`]),
    ...(data.desk?.whyNotSent === undefined ? [] : [`Plans only: ${data.desk.whyNotSent}.`]),
  ]
    .flatMap(text => [emptyLine, ...wrap(sanitise(text), columns).map(line => textLine(line, 'warn'))])
    .slice(0, 6)
}
