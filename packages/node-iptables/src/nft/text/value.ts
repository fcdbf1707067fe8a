import { bitwiseText, prefixLength } from './compare.ts'
import type { Held, RuleText } from './context.ts'
import { operandOf } from './operand.ts'
import { type NftType, numberOf, valueText } from './types.ts'

/** What a register holds, as the right side of a statement: a constant of `type`, or the words of an expression. */
export function valueOrOperand(rule: RuleText, held: Held, type: NftType): string {
  if (held.source.name === 'constant') return valueText(type, held.source.hex.slice(0, digits(type, held)))
  return bitwiseText(operandOf(rule, held), held)
}

/** Registers are loaded in whole words; a port takes two bytes of one. */
function digits(type: NftType, held: Held): number {
  const bytes = type.order === 'network' && type.number ? type.bytes : undefined
  return held.source.name === 'constant' ? 2 * (bytes ?? held.source.hex.length) : 0
}

/** `10.0.0.0/8` of the first and last address of a prefix. */
export function prefixRange(
  low: Held | undefined,
  high: Held | undefined,
  type: NftType,
): string | undefined {
  if (low?.source.name !== 'constant' || high?.source.name !== 'constant') return undefined
  const all = (1n << BigInt(low.source.hex.length * 4)) - 1n
  const host = numberOf(low.source.hex, 'network') ^ numberOf(high.source.hex, 'network')
  const mask = (all ^ host).toString(16).padStart(low.source.hex.length, '0')
  const length = prefixLength(mask)
  return length === undefined ? undefined : `${valueText(type, low.source.hex)}/${length}`
}
