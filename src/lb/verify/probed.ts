import type { Snapshot } from '../../snapshot/index.ts'
import type { Disposition, Trace } from '../trace.ts'
import type { Movement } from './movement.ts'
import { movementSentences } from './tell.ts'
import { formatTranslation, type Tracked, type WitnessedWay } from './tracked.ts'
import type { Way } from './ways.ts'

/** What became of one real connection, beside what was predicted. */
export type Probed = {
  readonly trace: Trace
  readonly outcome:
    | { readonly kind: 'answered' | 'silent' }
    | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing of what could be seen differs from what was predicted. */
  readonly isAsPredicted: boolean
  readonly differences: readonly string[]
  /** The way that it took, where the kernel bears witness of one. */
  readonly way: Way | undefined
  readonly tracked: readonly Tracked[]
  readonly movement: Movement
  /** As it was afterwards. */
  readonly snapshot: Snapshot
}

export type ProbeEvidence = Pick<Probed, 'trace' | 'outcome' | 'movement' | 'snapshot'> & {
  readonly ways: readonly WitnessedWay[]
}

/** Ends of which the connection that was made says whether they are true. */
const gets = new Set<Disposition>(['delivered', 'left-node'])
const mayGet = new Set<Disposition>(['insufficient-info', 'left-for-peer', 'left-node'])

/** Compares a prediction with what the kernel did. */
export function judgeProbe({ ways, ...evidence }: ProbeEvidence): Probed {
  const { trace, outcome, movement } = evidence
  const [best] = ways
  const differences = [
    ...compareOutcome(trace, outcome),
    ...(best ? compareTracked(best.tracked, outcome) : []),
    ...movementSentences(trace, movement).filter(text => text.includes('should have moved')),
  ]
  const isSure = best && (best.isWitnessed || ways.length === 1)
  return {
    ...evidence,
    isAsPredicted: differences.length === 0,
    differences,
    way: isSure ? best.way : undefined,
    tracked: best?.tracked ?? [],
  }
}

function compareOutcome({ flow, disposition, sentence }: Trace, outcome: Probed['outcome']): string[] {
  if (mayGet.has(disposition)) return []
  // Nobody has to answer a datagram.
  const isOpen = outcome.kind === 'silent' && flow.protocol === 17 && disposition === 'delivered'
  if (gets.has(disposition) === (outcome.kind === 'answered') || isOpen) return []
  return [`It was ${formatOutcome(outcome)}, and predicted was: ${sentence}`]
}

export function formatOutcome(outcome: Probed['outcome']): string {
  if (outcome.kind === 'refused') return `refused (${outcome.reason})`
  return outcome.kind === 'answered' ? 'answered' : 'not answered'
}

/** What is refused is forgotten at once (nf_conntrack_tcp_packet, on a RST before any answer). */
function compareTracked(tracked: readonly Tracked[], { kind }: Probed['outcome']): string[] {
  return tracked.flatMap(({ expected, seen, verdict }) => {
    if (verdict !== 'different' && (verdict !== 'missing' || kind === 'refused')) return []
    const has =
      seen.kind === 'entry'
        ? `has ${formatTranslation({ original: expected.original, reply: seen.reply })}`
        : 'has no such connection'
    return [
      `Connection tracking in ${expected.namespaceName} ${has}, and predicted was ${formatTranslation(expected)}.`,
    ]
  })
}
