import { formatAge, plural } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import type { Data } from './data.ts'
import { chosenRow, shownList } from './shown.ts'
import { glyphs } from './sources.ts'
import { fitSpans, type Line, type Span, spansWidth, spread } from './span.ts'
import type { Place, UiState } from './state.ts'
import { viewOf, views } from './views/index.ts'
import type { View } from './views/view.ts'

/** Where one is and how one came there, and the views that there are. */
export function crumbsLine(state: UiState, data: Data, now: number): Line {
  const crumbs = crumbSpans(state, data)
  const left: Span[] = [{ text: ' ' }, ...crumbs]
  const room = state.columns - spansWidth(left) - 2
  const bar =
    (
      askingBanner(data) ??
      awayBanner(data, now) ??
      unfinishedBanner(data) ??
      viewBars(state.place.view)
    ).find(spans => spansWidth(spans) <= room) ?? []
  // What is nearest to where one is counts most: the beginning is cut.
  return spread(cutStart(left, state.columns), bar, state.columns)
}

/**
 * Says that the daemon is asked for the first time; undefined once it answered or did not. Here and not above the lists: those do
 * not move when the answer comes.
 */
function askingBanner({ status }: Data): Span[][] | undefined {
  if (status.asking !== true) return undefined
  const texts = [
    "○ The Docker API is being asked: names are the kernel's ",
    '○ asking the Docker API ',
    '○ Docker ',
  ]
  return texts.map(text => [{ text, tone: 'accent' }])
}

/** Says that the daemon is away, where it was not before; undefined while it answers. What it told last is still shown. */
function awayBanner({ snapshot, status }: Data, now: number): Span[][] | undefined {
  const { docker, sources } = snapshot
  const report = sources.find(({ source }) => source === 'docker.version')
  if (status.mode === 'file' || !docker || !report || report.status === 'ok') return undefined
  const since = docker.readAt === undefined ? '' : ` for ${formatAge(now - Date.parse(docker.readAt))}`
  const texts = [
    `${glyphs.warn} Docker is away${since} (${report.status}): what it told last is shown `,
    `${glyphs.warn} Docker is away${since} `,
    `${glyphs.warn} Docker `,
  ]
  return texts.map(text => [{ text, tone: 'warn' }])
}

/** An earlier run was ended in the midst of something; undefined once the log was looked at. */
function unfinishedBanner({ desk }: Data): Span[][] | undefined {
  if (!desk || desk.unfinished === 0) return undefined
  const texts = [
    `${glyphs.warn} ${plural(desk.unfinished, 'unfinished action')} of an earlier run: @ `,
    `${glyphs.warn} @ `,
  ]
  return texts.map(text => [{ text, tone: 'warn' }])
}

const SEPARATOR: Span = { text: ' › ', tone: 'dim' }

function crumbSpans(state: UiState, data: Data): Span[] {
  const places = [...state.place.trail, state.place]
  return places.flatMap((place, index): Span[] => {
    const { title, singular, id } = viewOf(place.view)
    const label = labelOf(place, state, data)
    const name: Span[] =
      label === undefined
        ? []
        : [{ text: sanitise(label), tone: index === places.length - 1 ? 'strong' : 'plain' }]
    if (index === 0) return [{ text: title, tone: 'title' }, ...(name.length > 0 ? [SEPARATOR, ...name] : [])]
    const isSame = places[index - 1]?.view === id
    return [SEPARATOR, ...(isSame ? [] : [{ text: `${singular} `, tone: 'dim' } as const]), ...name]
  })
}

/** What is chosen at a place, by the name that it has now, or had when nobody can tell any more. */
function labelOf(place: Place, state: UiState, data: Data): string | undefined {
  const at = { ...state, place, problemsOnly: false }
  const isHere = place === state.place
  const row = isHere
    ? chosenRow({ ...state, place: { ...place, focus: 'list' } }, data)
    : shownList(at, data).table.rows.find(({ id }) => id === place.list.selectedId)
  return row ? (row.label ?? row.id) : place.list.selectedId
}

/** The log of actions is reached by @, from anywhere: it is not one of the views of the node. */
const numbered = views.filter(({ key }) => /^\d$/.test(key))

function viewBars(chosen: string): Span[][] {
  const bar = (label: (view: View, isChosen: boolean) => string): Span[] =>
    numbered.map(view => {
      const isChosen = view.id === chosen
      return { text: ` ${view.key}${label(view, isChosen)} `, tone: isChosen ? 'notice' : 'dim' }
    })
  return [
    bar(({ title }) => ` ${title}`),
    bar(({ title, short }, isChosen) => ` ${isChosen ? title : short}`),
    bar(({ title }, isChosen) => (isChosen ? ` ${title}` : '')),
    bar(() => ''),
  ]
}

function cutStart(spans: readonly Span[], columns: number): readonly Span[] {
  let kept = spans
  while (kept.length > 1 && spansWidth(kept) + 2 > columns) kept = kept.slice(1)
  return kept === spans ? spans : fitSpans([{ text: ' …', tone: 'dim' }, ...kept], columns)
}
