import { formatDuration, plural } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import { width } from '../../util/width.ts'
import type { Data } from './data.ts'
import { bindings, keyLabel, type Situation, situations } from './keymap.ts'
import { glyphs, snapshotProblems } from './sources.ts'
import { type Line, type Span, spansWidth, spread, type Tone } from './span.ts'
import type { UiState } from './state.ts'
import { countRules } from './tabs/rules.ts'
import { type TabId, tabIds } from './tabs/tab-id.ts'
import { tabs } from './tabs/index.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'

/** Data is called old after so many intervals without a look at the kernel, and very old after so many. */
const OLD = 3
const VERY_OLD = 10

/** The first line: host, kernel, how fresh the data is, what there is, what is wrong. */
export function headerLine(state: UiState, data: Data, now: number): Line {
  const { snapshot } = data
  const left: Span[] = [
    { text: ' cnmtop ', tone: 'notice' },
    { text: ` ${sanitise(snapshot.host.hostname)}`, tone: 'strong' },
    { text: `  ${sanitise(snapshot.host.kernel)}`, tone: 'dim' },
  ]
  const right = [...freshness(state, data, now), ...problemSpans(snapshot), { text: ' ' }]
  const counts = (text: string): Span[] => [...left, { text: `  ${text}`, tone: 'dim' }]
  const namespaces = plural(snapshot.namespaces.length, 'namespace')
  const variants = [
    counts(countsText(snapshot)),
    counts(namespaces),
    left,
    left.slice(0, 2),
    left.slice(1, 2),
  ]
  const fitting = variants.find(spans => spansWidth(spans) + spansWidth(right) + 2 <= state.columns)
  return spread(fitting ?? [], right, state.columns)
}

const countsCache = new WeakMap<readonly Namespace[], string>()

function countsText({ namespaces }: Snapshot): string {
  let text = countsCache.get(namespaces)
  if (text === undefined) {
    let links = 0
    let rules = 0
    let services = 0
    for (const namespace of namespaces) {
      links += namespace.links.length
      rules += countRules(namespace)
      services += namespace.ipvs.services.length
    }
    const words = [plural(namespaces.length, 'namespace'), plural(links, 'link'), plural(rules, 'rule')]
    text = [...words, `${services} IPVS`].join('  ')
    countsCache.set(namespaces, text)
  }
  return text
}

function problemSpans(snapshot: Snapshot): Span[] {
  const problems = snapshotProblems(snapshot)
  return problems === 0 ? [] : [{ text: `  ${glyphs.warn} ${plural(problems, 'problem')}`, tone: 'warn' }]
}

function freshness(state: UiState, { snapshot, status }: Data, now: number): Span[] {
  if (status.mode === 'file') {
    return [
      { text: 'file ', tone: 'accent' },
      { text: snapshot.takenAt.slice(0, 19).replace('T', ' '), tone: 'dim' },
    ]
  }
  const age = now - (status.checkedAt ?? Date.parse(snapshot.takenAt))
  const intervals = age / (status.intervalMs ?? 2000)
  const tone: Tone = intervals > VERY_OLD ? 'bad' : intervals > OLD ? 'warn' : 'dim'
  const word: Span = state.isFrozen
    ? { text: '‖ frozen', tone: 'accent' }
    : status.lastError !== undefined
      ? { text: `${glyphs.bad} not reading`, tone: 'bad' }
      : { text: `${status.collecting ? '○' : '●'} live`, tone: 'ok' }
  return [word, { text: ` ${age < 1000 ? 'now' : formatDuration(age)}`, tone }]
}

/** The last line: a message, or the keys that are valid now, and where one is in the list. */
export function footerLine(state: UiState, situation: Situation, position: string): Line {
  const right: Span[] = position === '' ? [] : [{ text: `${position} `, tone: 'dim' }]
  const room = state.columns - spansWidth(right) - 1
  if (state.toast)
    return spread([{ text: ` ${sanitise(state.toast.text)}`, tone: state.toast.tone }], right, state.columns)
  const contexts: readonly string[] = situations[situation]
  const shown = bindings.filter(({ context, footer }) => footer !== undefined && contexts.includes(context))
  // Help and quit are the last to go.
  const hints = shown.map(({ keys, footer, command }, index) => {
    const spans: Span[] = [
      { text: ` ${keyLabel(keys[0] ?? '')}`, tone: 'key' },
      { text: ` ${footer} `, tone: 'dim' },
    ]
    return { spans, index, rank: command === 'help' || command === 'quit' ? -1 : index }
  })
  const kept = new Set<number>()
  let used = 0
  for (const { spans, index } of [...hints].sort((a, b) => a.rank - b.rank)) {
    used += spansWidth(spans)
    if (used > room) break
    kept.add(index)
  }
  const left = hints.filter(({ index }) => kept.has(index)).flatMap(({ spans }) => spans)
  return spread(left, right, state.columns)
}

/** The tabs, the chosen one marked; as many around it as there is room for. */
export function tabLine(chosen: TabId, namespace: Namespace | undefined, columns: number): Line {
  const withCounts = (id: TabId): string => {
    const count = namespace ? tabs[id].count(namespace) : 0
    return count === 0 ? tabs[id].title : `${tabs[id].title} ${count}`
  }
  const styles = [withCounts, (id: TabId) => tabs[id].title, (id: TabId) => tabs[id].short]
  const fits = (label: (id: TabId) => string): boolean =>
    tabIds.reduce((sum, id) => sum + width(label(id)) + 2, 0) <= columns
  const label = styles.find(fits) ?? ((id: TabId) => tabs[id].short)
  const spans = (from: number, to: number): Span[] =>
    tabIds
      .slice(from, to)
      .flatMap((id, index): Span[] => [
        ...(index === 0 ? [] : [{ text: ' ' }]),
        id === chosen
          ? { text: `[${label(id)}]`, tone: 'notice' }
          : { text: ` ${label(id)} `, tone: namespace && tabs[id].count(namespace) > 0 ? 'plain' : 'dim' },
      ])
  let from = 0
  let to: number = tabIds.length
  const index = tabIds.indexOf(chosen)
  while (to - from > 1 && spansWidth(spans(from, to)) > columns - (to - from < tabIds.length ? 2 : 0)) {
    if (to - 1 - index > index - from) to--
    else from++
  }
  const left: Span[] = from > 0 ? [{ text: '‹', tone: 'dim' }] : []
  const right: Span[] = to < tabIds.length ? [{ text: '›', tone: 'dim' }] : []
  return spread([...left, ...spans(from, to)], right, columns)
}
