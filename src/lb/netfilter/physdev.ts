import type { NetfilterRule } from '../../snapshot/index.ts'
import type { Packet } from '../packet.ts'
import { matchInterface } from './header.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'physdev' }>

/** physdev_mt of xt_physdev.c: what did not pass a bridge fits inverted tests alone. */
export function matchPhysdev(match: Match, { physIn, physOut }: Packet): boolean {
  const { isIn, isOut, isBridged } = match
  if (physIn === null && physOut === null) {
    return [isIn, isOut, isBridged, match.in, match.out].every(test => test === undefined || test.invert)
  }
  if (isBridged && (physOut !== null) === isBridged.invert) return false
  if (isIn && (physIn !== null) === isIn.invert) return false
  if (isOut && (physOut !== null) === isOut.invert) return false
  if (match.in && physIn !== null && !matchInterface(match.in, physIn)) return false
  if (!match.out) return true
  return physOut !== null && matchInterface(match.out, physOut)
}
