import type { Namespace } from '../../snapshot/index.ts'
import { sanitise } from '../../util/sanitise.ts'
import { wrap } from '../../util/text.ts'
import { isProblem, reportsOf, statusGlyph, statusTone } from './sources.ts'
import { emptyLine, type Line } from './span.ts'
import type { Tab } from './tabs/tab.ts'

/**
 * Lines that say what is not known about a tab: one message for each source that did not answer whole. Nothing when
 * all of them answered.
 */
export function sourceNotices(tab: Tab, namespace: Namespace, columns: number): Line[] {
  const reports = reportsOf(namespace, tab.sources).filter(isProblem)
  return reports.flatMap(report => {
    const tone = statusTone(report.status)
    const reason = report.reason === undefined ? '' : `: ${report.reason}`
    const text = sanitise(`${statusGlyph(report.status)} ${report.source} ${report.status}${reason}`)
    return wrap(text, columns).map(line => ({ spans: [{ text: line, tone }] }))
  })
}

/** When the rows of a tab were read, and whether those that were not are on their way. */
type ReadState = { readonly readAt: string; readonly isReading: boolean }

/** What an empty tab shows: why it is empty, or why nobody knows. Never a blank table. */
export function emptyLines(
  tab: Tab,
  namespace: Namespace,
  { readAt, isReading }: ReadState,
  columns: number,
): Line[] {
  const reports = reportsOf(namespace, tab.sources)
  const lines: Line[] = [emptyLine]
  const say = (text: string, tone: 'dim' | 'unknown' | 'warn' | 'bad' | 'ok' | 'strong'): void => {
    for (const line of wrap(sanitise(text), columns)) lines.push({ spans: [{ text: line, tone }] })
  }
  if (tab.sources.length > 0 && reports.length === 0) {
    say(`… ${tab.noun}: ${isReading ? 'reading…' : 'not read yet'}`, 'unknown')
    return lines
  }
  const silent = reports.filter(({ status }) => status !== 'ok')
  if (silent.length === 0) {
    say(`No ${tab.noun}.`, 'strong')
    say(`${statusGlyph('ok')} read ok ${readAt}`, 'dim')
    return lines
  }
  const isUnknown = silent.some(isProblem)
  say(isUnknown ? `${tab.noun}: not known` : `No ${tab.noun}.`, 'strong')
  for (const { source, status, reason } of silent) {
    const tone = statusTone(status)
    say(`${statusGlyph(status)} ${source} ${status}`, tone === 'plain' ? 'dim' : (tone as 'unknown'))
    if (reason !== undefined) say(`  ${reason}`, 'dim')
  }
  return lines
}
