import { formatOutcome, type Probed } from '../lb/verify/probed.ts'
import { movementSentences } from '../lb/verify/tell.ts'
import { formatTranslation, type Tracked } from '../lb/verify/tracked.ts'
import { wayName } from '../lb/verify/ways.ts'
import { sanitise } from '../util/sanitise.ts'
import { formatAnswer } from './trace-text.ts'

/** What a probe showed, above the ladder with what moved. */
export function formatProbe(probed: Probed): string {
  const { trace, outcome, isAsPredicted, differences, way, tracked, movement, snapshot } = probed
  const name = way ? wayName(way) : ''
  const witnesses = tracked.filter(({ verdict }) => verdict !== 'untracked')
  const lines = [
    `probe: ${formatOutcome(outcome)}, ${isAsPredicted ? 'as predicted' : 'NOT as predicted'}`,
    ...differences.map(text => `  ${text}`),
    ...(name === '' ? [] : [`  it went by ${name}`]),
    ...witnesses.map(each => `  conntrack in ${each.expected.namespaceName}: ${trackedText(each)}`),
    ...(witnesses.length === 0 ? ['  no connection tracking on the way bears witness of it'] : []),
    ...movementSentences(trace, movement).map(text => `  ${text}`),
    '',
  ]
  const { disposition, sentence } = trace
  const answer = { question: { target: '' }, disposition, sentence, works: true, notes: [] }
  const ladder = formatAnswer({ ...answer, traces: [{ label: '', trace }] }, [snapshot], [movement])
  return `${lines.map(sanitise).join('\n')}\n${ladder}`
}

function trackedText({ expected, seen, verdict }: Tracked): string {
  switch (seen.kind) {
    case 'unread':
      return `not read: ${seen.reason}`
    case 'none':
      return `no entry, predicted ${formatTranslation(expected)}`
    case 'entry': {
      const text = formatTranslation({ original: expected.original, reply: seen.reply })
      return verdict === 'same' ? text : `${text}, predicted ${formatTranslation(expected)}`
    }
  }
}
