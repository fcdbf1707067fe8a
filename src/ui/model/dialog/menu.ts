import type { IntentKind } from '../../../actions/intent.ts'
import { objectOf } from '../../../graph/query.ts'
import type { GraphObject } from '../../../graph/model.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { padEnd, wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import { isRunning } from '../desk.ts'
import { typeWords } from '../objects.ts'
import { panels } from '../panels/index.ts'
import { containerOf, networkOf, serviceOf } from '../panels/targets.ts'
import { emptyLine, type Line, textLine } from '../span.ts'
import { endGlyph, endOf } from './words.ts'

/** One line of the menu of actions. */
export type MenuEntry = {
  readonly title: string
  readonly about: string
  /** Why it cannot be chosen. */
  readonly whyNot: string | undefined
  readonly opens: { readonly panel: IntentKind } | { readonly run: string }
}

/** As many as anybody comes back to; the log has all. */
const MOST_RUNS = 3

/** What goes on, then what can be done to the chosen object, then what can be done anywhere. */
export function menuEntries({ desk, snapshot, graph }: Data, objectId: string | undefined): MenuEntry[] {
  if (!desk) return []
  const chosen = objectId === undefined ? undefined : objectOf(graph, objectId)
  const runs = desk.runs
    .filter((run, index) => isRunning(run) || index < MOST_RUNS)
    .map(
      (run): MenuEntry => ({
        title: run.plan.title,
        about: `${endGlyph(endOf(run))} ${endOf(run)}`,
        whyNot: undefined,
        opens: { run: run.id },
      }),
    )
  const offered = panels.filter(
    ({ on }) => on.length === 0 || (chosen !== undefined && isFor(on, chosen, graph)),
  )
  return [
    ...runs,
    ...offered.map(
      (panel): MenuEntry => ({
        title: panel.title,
        about: panel.about,
        whyNot: desk.whyNot(panel.kind, snapshot),
        opens: { panel: panel.kind },
      }),
    ),
  ]
}

/** A sandbox is offered what concerns its service only when it has one. */
function isFor(on: readonly GraphObject['type'][], chosen: GraphObject, graph: Data['graph']): boolean {
  if (!on.includes(chosen.type)) return false
  const isService = on.includes('service')
  if (isService) return serviceOf(graph, chosen) !== undefined
  if (on.includes('container')) return chosen.type === 'network' || containerOf(graph, chosen) !== undefined
  return networkOf(graph, chosen) !== undefined
}

/** What the menu is about. */
export function menuTitle({ graph }: Data, objectId: string | undefined): string {
  const chosen = objectId === undefined ? undefined : objectOf(graph, objectId)
  return chosen ? `Actions on ${typeWords[chosen.type]} ${sanitise(chosen.name)}` : 'Actions'
}

export function menuLines(data: Data, objectId: string | undefined, index: number, columns: number): Line[] {
  const entries = menuEntries(data, objectId)
  const title = Math.min(40, Math.max(...entries.map(entry => entry.title.length), 0)) + 2
  const chosen = Math.min(index, entries.length - 1)
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
export function menuNotes(data: Data, objectId: string | undefined, index: number, columns: number): Line[] {
  const entries = menuEntries(data, objectId)
  const why = entries[Math.min(index, entries.length - 1)]?.whyNot
  return [
    ...(why === undefined ? [] : [`Not here: ${why}.`]),
    ...(data.desk?.whyNotSent === undefined ? [] : [`Plans only: ${data.desk.whyNotSent}.`]),
  ]
    .flatMap(text => [emptyLine, ...wrap(sanitise(text), columns).map(line => textLine(line, 'warn'))])
    .slice(0, 6)
}
