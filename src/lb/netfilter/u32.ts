import type { NetfilterRule } from '../../snapshot/index.ts'
import { all, any, invertIf, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import {
  and,
  type Bits,
  isNumber,
  numberOf,
  type Reader,
  readerOf,
  shiftLeft,
  shiftRight,
} from './known-bits.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'u32' }>
type Test = Match['tests'][number]

/** u32_match_it of xt_u32.c: bytes of the packet, as Docker looks for the VNI of an encrypted overlay. */
export function matchU32({ tests, invert }: Match, packet: Packet): Maybe {
  const reader = readerOf(packet)
  return invertIf(all(tests.map(test => holds(test, reader))), invert)
}

function holds({ start, steps, values }: Test, reader: Reader): Maybe {
  let base = 0
  let found = reader.read(start, 4)
  for (const { operator, number } of steps) {
    if (found === 'outside') return false
    if (operator === '@') {
      const moved = numberOf(found)
      if (moved === undefined) return undefined
      base += moved
      found = reader.read(base + number, 4)
    } else found = change(found, operator, number)
  }
  if (found === 'outside') return false
  const bits = found
  return any(values.map(({ first, last }) => isWithin(bits, first, last)))
}

function change(bits: Bits, operator: '&' | '<<' | '>>', number: number): Bits {
  if (operator === '&') return and(bits, number)
  return operator === '<<' ? shiftLeft(bits, number) : shiftRight(bits, number)
}

function isWithin(bits: Bits, first: number, last: number): Maybe {
  if (first === last) return isNumber(bits, first)
  const value = numberOf(bits)
  return value === undefined ? undefined : value >= first && value <= last
}
