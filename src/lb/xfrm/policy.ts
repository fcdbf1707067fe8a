import type { XfrmPolicy, XfrmState } from '../../snapshot/index.ts'
import { isInPrefix, parseIp, parsePrefix } from '../../util/prefix.ts'
import { all, known, type Maybe } from '../maybe.ts'
import { type Packet, protocolNumber, type Transformation } from '../packet.ts'
import type { View } from '../view.ts'

/** Statuses with which there may be policies that nobody has told us of. A kernel without xfrm has none. */
const untold = new Set(['forbidden', 'timeout', 'gone'])

/** Whether policies and associations of a namespace are known; a snapshot of before they were read has none. */
export function isXfrmRead({ namespace }: View): boolean {
  return !namespace.sources.some(({ source, status }) => source === 'xfrm' && untold.has(status))
}

/**
 * xfrm_policy_lookup: the policy of a direction that a packet falls under, by its place in the snapshot. The lower priority
 * comes first, `sub` before `main`.
 *
 * @returns null when there is none; undefined when that is not known
 */
export function findPolicy(
  view: View,
  packet: Packet,
  direction: 'in' | 'out' | 'fwd',
): number | null | undefined {
  if (!isXfrmRead(view)) return undefined
  const { policies } = view.namespace.xfrm
  if (policies.length === 0) return null
  const candidates = [...policies.entries()]
    .filter(([, { dir, if_id }]) => dir === direction && if_id === undefined)
    .toSorted(
      ([, a], [, b]) => Number(a.ptype !== 'sub') - Number(b.ptype !== 'sub') || a.priority - b.priority,
    )
  for (const [index, policy] of candidates) {
    const fits = matchesSelector(policy, packet, direction)
    if (fits === undefined) return undefined
    if (fits) return index
  }
  return null
}

/** xfrm_policy_match: the selector, and the mark under the policy's mask. */
function matchesSelector(policy: XfrmPolicy, packet: Packet, direction: 'in' | 'out' | 'fwd'): Maybe {
  const { family, src, dst, proto, sport, dport, dev, mark } = policy
  if (family !== packet.family) return false
  const device = direction === 'out' ? packet.outDevice : packet.inDevice
  return all([
    isWithin(packet.source, src),
    isWithin(packet.destination, dst),
    proto === undefined ? true : known(packet.protocol, number => number === protocolNumber(proto)),
    isPort(sport, packet.sourcePort),
    isPort(dport, packet.destinationPort),
    dev === undefined || dev === device,
    matchesMark(mark, packet.mark),
  ])
}

function isWithin(address: string | undefined, prefix: string): Maybe {
  const within = parsePrefix(prefix)
  if (within?.length === 0) return true
  const ip = address === undefined ? undefined : parseIp(address)
  return ip && within ? isInPrefix(ip, within) : undefined
}

function isPort(wanted: number | undefined, actual: number | null | undefined): Maybe {
  if (wanted === undefined) return true
  return actual === null ? false : known(actual, port => port === wanted)
}

/** `0xd0c4e3/0xffffffff`: the packet's mark under the mask is the value. */
export function matchesMark(text: string | undefined, mark: number | undefined): Maybe {
  if (text === undefined) return true
  const [value = 0, mask = 0xffff_ffff] = text.split('/').map(Number)
  return known(mark, actual => (actual & mask) >>> 0 === value >>> 0)
}

/** xfrm_state_find: an association that does what a template wants. */
export function stateFor(
  view: View,
  { src, dst, proto, spi, reqid, mode }: XfrmPolicy['templates'][number],
  packet: Packet,
): XfrmState | undefined {
  const isTransport = mode === 'transport'
  return view.namespace.xfrm.states.find(
    state =>
      state.proto === proto &&
      state.mode === mode &&
      (reqid === 0 || state.reqid === reqid) &&
      (spi === undefined || Number(spi) === 0 || state.spi === spi) &&
      state.src === (isTransport ? packet.source : src) &&
      state.dst === (isTransport ? packet.destination : dst) &&
      matchesMark(state.mark, packet.mark) === true,
  )
}

export function transformationOf({ proto, spi, reqid, mode, src, dst }: XfrmState): Transformation {
  return { proto, spi, reqid, mode, src, dst }
}
