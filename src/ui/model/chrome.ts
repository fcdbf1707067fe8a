import { formatAge, plural } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import { truncate } from '../../util/text.ts'
import type { Data } from './data.ts'
import { atLeastWords } from './gaps.ts'
import { type Situation, situations } from './keymap.ts'
import { keyLabel } from './keys.ts'
import { glyphs, isUnread, knowledgeOf, snapshotProblems } from './sources.ts'
import { type Line, type Span, spansWidth, spread, type Tone } from './span.ts'
import type { UiState } from './state.ts'
import type { Tab } from './tabs/tab.ts'
import { tabs } from './tabs/index.ts'
import type { TabLabel } from './views/view.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'

/** Data is called old after so many intervals without a look at the kernel, and very old after so many. */
const OLD = 3
const VERY_OLD = 10

/** The first line: host, kernel, how fresh the data is, what there is, what is wrong. */
export function headerLine(state: UiState, data: Data, now: number): Line {
  const { snapshot, nodes } = data
  const place = nodes.length > 1 ? ` (${nodes.indexOf(snapshot) + 1} of ${nodes.length} nodes)` : ''
  const left: Span[] = [
    { text: ' cnmtop ', tone: 'notice' },
    { text: ` ${sanitise(snapshot.host.hostname)}${place}`, tone: 'strong' },
    { text: `  ${sanitise(snapshot.host.kernel)}`, tone: 'dim' },
  ]
  const right = [...freshness(state, data, now), ...problemSpans(snapshot), { text: ' ' }]
  // Before any namespace was found there is nothing to count, and no zero to tell.
  const counts = data.status.collecting && snapshot.namespaces.length === 0 ? [] : countWords(snapshot)
  const variants = [
    ...counts.map((_, index): Span[] => {
      const words = counts.slice(0, counts.length - index)
      return [...left, { text: `  ${words.join('  ')}`, tone: 'dim' }]
    }),
    left,
    left.slice(0, 2),
    left.slice(1, 2),
  ]
  const fitting = variants.find(spans => spansWidth(spans) + spansWidth(right) + 2 <= state.columns)
  // A host may have a longer name than a line has columns; what it is called matters more than what the kernel is.
  const room = state.columns - spansWidth(right) - 3
  const cut: Span[] = [{ text: ` ${truncate(sanitise(snapshot.host.hostname), room)}`, tone: 'strong' }]
  return spread(fitting ?? cut, right, state.columns)
}

const countsCache = new WeakMap<readonly Namespace[], readonly string[]>()

/** Totals of all namespaces; the least of them, or none, where some namespace could not be counted or is not read yet. */
function countWords({ namespaces }: Snapshot): readonly string[] {
  let words = countsCache.get(namespaces)
  if (!words) {
    const total = (tab: Tab, noun: string): string => {
      let sum = 0
      let isWhole = true
      for (const namespace of namespaces) {
        const count = tab.count(namespace)
        sum += count
        if (count === 0 && isWhole)
          isWhole = !['unknown', 'unread'].includes(knowledgeOf(namespace, tab.sources))
      }
      return atLeastWords(sum, isWhole, noun)
    }
    words = [
      plural(namespaces.length, 'namespace'),
      total(tabs.interfaces, 'link'),
      total(tabs.rules, 'rule'),
      total(tabs.ipvs, 'virtual service'),
    ]
    countsCache.set(namespaces, words)
  }
  return words
}

function problemSpans(snapshot: Snapshot): Span[] {
  const problems = snapshotProblems(snapshot)
  return problems === 0 ? [] : [{ text: `  ${glyphs.warn} ${plural(problems, 'problem')}`, tone: 'warn' }]
}

function freshness(state: UiState, { snapshot, status }: Data, now: number): Span[] {
  if (status.mode === 'file') {
    return [
      { text: 'file ', tone: 'accent' },
      { text: sanitise(snapshot.takenAt.slice(0, 19).replace('T', ' ')), tone: 'dim' },
    ]
  }
  const age = now - (status.checkedAt ?? Date.parse(snapshot.takenAt))
  const intervals = age / (status.intervalMs ?? 2000)
  const tone: Tone = intervals > VERY_OLD ? 'bad' : intervals > OLD ? 'warn' : 'dim'
  const word: Span = state.isFrozen
    ? { text: '‖ frozen', tone: 'accent' }
    : status.lastError !== undefined
      ? { text: `${glyphs.bad} not reading`, tone: 'bad' }
      : status.collecting && isUnread(snapshot)
        ? { text: '○ reading', tone: 'accent' }
        : { text: '● live', tone: 'ok' }
  const silent = status.silentMs ?? 0
  const older: Span[] =
    silent > SILENT_MS ? [{ text: ` (IPVS, legacy rules: ${formatAge(silent)})`, tone: 'dim' }] : []
  return [word, { text: ` ${formatAge(age)}`, tone }, ...older]
}

/** What changes without an event may be so old before the header tells how old. */
const SILENT_MS = 15_000

/** The last line: a message, or the keys that are valid now, and where one is in the list. */
export function footerLine(state: UiState, situation: Situation, position: string): Line {
  const right: Span[] = position === '' ? [] : [{ text: `${position} `, tone: 'dim' }]
  const room = state.columns - spansWidth(right) - 1
  if (state.toast)
    return spread([{ text: ` ${sanitise(state.toast.text)}`, tone: state.toast.tone }], right, state.columns)
  const contexts: readonly string[] = situations[situation]
  const shown = state.bindings.filter(
    ({ context, footer }) => footer !== undefined && contexts.includes(context),
  )
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
export function tabLine(tabs: readonly TabLabel[], chosen: string, columns: number): Line {
  const counted = ({ title, count = 0 }: TabLabel): string => (count === 0 ? title : `${title} ${count}`)
  const labels = [counted, ({ title }: TabLabel) => title, ({ short }: TabLabel) => short]
  const spansOf = (label: (tab: TabLabel) => string): Span[] =>
    tabs.map(tab => ({
      text: ` ${label(tab)} `,
      tone: tab.id === chosen ? 'notice' : tab.isEmpty ? 'dim' : 'plain',
    }))
  const styles = labels.map(spansOf)
  const fitting = styles.find(spans => spansWidth(spans) <= columns)
  if (fitting) return spread(fitting, [], columns)
  const spans = styles.at(-1) ?? []
  let from = 0
  let to = spans.length
  const index = tabs.findIndex(({ id }) => id === chosen)
  // The ends take a column each, for the arrows that say that there is more.
  while (to - from > 1 && spansWidth(spans.slice(from, to)) > columns - 2) {
    if (to - 1 - index > index - from) to--
    else from++
  }
  const left: Span[] = from > 0 ? [{ text: '‹', tone: 'dim' }] : []
  const right: Span[] = to < spans.length ? [{ text: '›', tone: 'dim' }] : []
  return spread([...left, ...spans.slice(from, to)], right, columns)
}
