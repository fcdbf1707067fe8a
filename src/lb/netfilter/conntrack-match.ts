import type { NetfilterRule } from '../../snapshot/index.ts'
import type { Connection, ConnectionInfo } from '../connection.ts'
import { all, any as anyOf, invertIf, known, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import { matchMasked } from './masked.ts'

type Match = NetfilterRule['matches'][number]
type Conntrack = Extract<Match, { readonly name: 'conntrack' }>
type StatesTest = NonNullable<Conntrack['states']>
type RangeTest = NonNullable<Conntrack['originalSourcePort']>

/** The state that `-m conntrack` and `-m state` see: without a connection a packet is INVALID, also before tracking. */
const stateNames: Readonly<Record<Exclude<ConnectionInfo, 'unknown'>, string>> = {
  none: 'INVALID',
  invalid: 'INVALID',
  untracked: 'UNTRACKED',
  new: 'NEW',
  related: 'RELATED',
  established: 'ESTABLISHED',
  'established-reply': 'ESTABLISHED',
}

export function matchState({ states }: Extract<Match, { readonly name: 'state' }>, packet: Packet): Maybe {
  return matchStates(states, packet)
}

function matchStates({ any, invert }: StatesTest, { connectionInfo, connection }: Packet): Maybe {
  if (connectionInfo === 'unknown') return undefined
  const names = new Set<string>(any)
  const fits =
    names.has(stateNames[connectionInfo]) ||
    (connection !== null &&
      ((names.has('SNAT') && connection.isSourceNat) || (names.has('DNAT') && connection.isDestinationNat)))
  return fits !== invert
}

/** conntrack_mt of xt_conntrack.c. */
export function matchConntrack(match: Conntrack, packet: Packet): Maybe {
  const { connection, connectionInfo } = packet
  const states = match.states ? matchStates(match.states, packet) : true
  if (connectionInfo === 'unknown') return states === false ? false : undefined
  // Without a connection nothing but the state can be tested; and nothing fits when it is not.
  if (!connection) return match.states ? states : false
  const direction = connectionInfo === 'established-reply' ? 'REPLY' : 'ORIGINAL'
  return all([
    states,
    match.direction === undefined || match.direction === direction,
    match.protocol
      ? invertIf(
          known(connection.protocol, number => number === match.protocol!.number),
          match.protocol.invert,
        )
      : true,
    ...tupleTests(match, connection),
    match.status ? matchStatus(match.status, connection, direction) : true,
    match.expires ? undefined : true,
  ])
}

function tupleTests(match: Conntrack, { original, reply }: Connection): Maybe[] {
  return [
    match.originalSource ? matchMasked(match.originalSource, original.source) : true,
    match.originalDestination ? matchMasked(match.originalDestination, original.destination) : true,
    match.replySource ? matchMasked(match.replySource, reply.source) : true,
    match.replyDestination ? matchMasked(match.replyDestination, reply.destination) : true,
    inRange(match.originalSourcePort, original.sourcePort),
    inRange(match.originalDestinationPort, original.destinationPort),
    inRange(match.replySourcePort, reply.sourcePort),
    inRange(match.replyDestinationPort, reply.destinationPort),
  ]
}

/** Of ICMP the identifier, type and code stand in place of ports, which is not followed here. */
function inRange(test: RangeTest | undefined, port: number | null | undefined): Maybe {
  if (!test) return true
  if (port === null || port === undefined) return undefined
  return (port >= test.first && port <= test.last) !== test.invert
}

/** A connection is confirmed when its first packet has gone through; ASSURED and EXPECTED are not known after that. */
function matchStatus(
  { any, invert }: NonNullable<Conntrack['status']>,
  connection: Connection,
  direction: 'ORIGINAL' | 'REPLY',
): Maybe {
  if (any.length === 0) return invert
  const hasReply = connection.hasSeenReply || direction === 'REPLY'
  const bits: Readonly<Record<string, Maybe>> = {
    EXPECTED: false,
    SEEN_REPLY: hasReply,
    ASSURED: hasReply ? undefined : false,
    CONFIRMED: connection.isConfirmed,
  }
  return invertIf(anyOf(any.map(name => bits[name])), invert)
}

/** connmark_mt of xt_connmark.c: without a connection it never fits, inverted or not. */
export function matchConnmark(
  { mark, mask, invert }: Extract<Match, { readonly name: 'connmark' }>,
  { connection, connectionInfo }: Packet,
): Maybe {
  if (connectionInfo === 'unknown') return undefined
  if (!connection) return false
  return invertIf(
    known(connection.mark, value => (value & mask) >>> 0 === mark),
    invert,
  )
}
