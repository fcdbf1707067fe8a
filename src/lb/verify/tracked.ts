import { inverse, isSameTuple, type Tuple } from '../connection.ts'
import { endpoint } from '../packet.ts'
import { type Way, waysOf } from './ways.ts'
import type { Ending, Path, TrackedConnection } from '../trace.ts'

/** What connection tracking of a namespace says when it is asked for a connection by its first tuple. */
export type TrackedAnswer =
  | { readonly kind: 'entry'; readonly reply: Tuple }
  /** No such entry, or no connection tracking at all. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unread'; readonly reason: string }

/** A connection that a trace expects in a namespace, beside what the kernel has there. */
export type Tracked = {
  readonly expected: TrackedConnection
  readonly seen: TrackedAnswer
  /** `untracked`: there is none, and nothing was to be rewritten there, so none is needed. */
  readonly verdict: 'same' | 'different' | 'missing' | 'untracked' | 'unread'
}

/** A way through the path with the kernel's own account of it. */
export type WitnessedWay = {
  readonly way: Way
  readonly tracked: readonly Tracked[]
  /** What the kernel has is what was expected, and there is at least one entry that says so. */
  readonly isWitnessed: boolean
}

/** Asks connection tracking of the namespace that `expected` names. */
export type AskTracked = (expected: TrackedConnection) => TrackedAnswer

/**
 * Which of its ways a connection that was really made has taken: that whose connections all namespaces on it have, with the same
 * addresses and ports. The trace has to be of the very source port that was used.
 *
 * @returns all ways, that which the kernel has the most of first
 */
export function witnessWays(path: Path, ask: AskTracked): WitnessedWay[] {
  const ways = waysOf(path).map(way => {
    const tracked = way.end.connections.filter(isAskable(way)).map(expected => {
      const seen = ask(expected)
      return { expected, seen, verdict: verdictOf(expected, seen) }
    })
    const wrong = tracked.filter(({ verdict }) => verdict === 'different' || verdict === 'missing').length
    const right = tracked.filter(({ verdict }) => verdict === 'same').length
    return { way, tracked, isWitnessed: wrong === 0 && right > 0, wrong, right }
  })
  return ways.toSorted((a, b) => a.wrong - b.wrong || b.right - a.right)
}

/** Those of the connection itself: what a tunnel sends for it has a source port that is a hash. */
function isAskable({ end }: Way): (connection: TrackedConnection) => boolean {
  const { packet } = end
  const inner = insideOf(packet)
  return ({ protocol, original }) =>
    protocol === inner.protocol && original.source !== undefined && original.sourcePort !== undefined
}

function insideOf({ inner, ...packet }: Ending['packet']): Pick<Ending['packet'], 'protocol'> {
  if (inner?.kind === 'vxlan') return inner.frame.packet
  return inner?.kind === 'ipip' ? inner.packet : packet
}

function verdictOf({ original, reply }: TrackedConnection, seen: TrackedAnswer): Tracked['verdict'] {
  switch (seen.kind) {
    case 'unread':
      return 'unread'
    case 'none':
      return isSameTuple(reply, inverse(original)) ? 'untracked' : 'missing'
    case 'entry':
      return isSameTuple(reply, seen.reply) ? 'same' : 'different'
  }
}

/** `10.0.0.1:4000 > 10.0.0.2:80`, as the first packet has it. */
export function formatTuple({ source, sourcePort, destination, destinationPort }: Tuple): string {
  return `${endpoint(source, sourcePort)} > ${endpoint(destination, destinationPort)}`
}

/** How a connection leaves the namespace: what answers are expected to, the other way round. */
export function formatTranslation({
  original,
  reply,
}: Pick<TrackedConnection, 'original' | 'reply'>): string {
  const after = inverse(reply)
  const text = formatTuple(original)
  return isSameTuple(after, original) ? text : `${text} becomes ${formatTuple(after)}`
}
