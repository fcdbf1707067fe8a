import type { Counter, Last, Limit, Quota } from '../expressions/account.ts'
import type { Connlimit } from '../expressions/conntrack.ts'
import type { NestedExpression } from '../expressions/nested.ts'
import type { NftExpression } from '../expressions/expression.ts'
import { debugText } from './debug.ts'
import { timeText } from './types.ts'

/** Expressions that keep a state of their own: in rules, and in the elements of sets. */
export function statefulText(nested: NestedExpression): string {
  const expression = nested as NftExpression
  switch (expression.name) {
    case 'counter':
      return counterText(expression)
    case 'limit':
      return limitText(expression)
    case 'quota':
      return quotaText(expression)
    case 'connlimit':
      return connlimitText(expression)
    case 'last':
      return lastText(expression)
    default:
      return debugText(expression)
  }
}

function counterText({ packets, bytes }: Counter): string {
  return `counter packets ${packets} bytes ${bytes}`
}

const limitUnits: Readonly<Record<string, string>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86400: 'day',
  604800: 'week',
}
/** What nft sets when no burst is given. */
const DEFAULT_BURST = 5

function limitText({ rate, unit, burst = 0, type, flags }: Limit): string {
  const over = flags?.includes('inv') ? 'over ' : ''
  const per = limitUnits[unit] ?? `${unit} seconds`
  if (type === 'bytes') {
    const more = burst > 0 ? ` burst ${bytesText(BigInt(burst))}` : ''
    return `limit rate ${over}${bytesText(BigInt(rate))}/${per}${more}`
  }
  const more = burst > 0 && burst !== DEFAULT_BURST ? ` burst ${burst} packets` : ''
  return `limit rate ${over}${rate}/${per}${more}`
}

/** A size in the largest unit that it is a whole number of. */
function bytesText(bytes: bigint): string {
  const units = ['bytes', 'kbytes', 'mbytes']
  let value = bytes
  let unit = 0
  while (unit < 2 && value > 0n && value % 1024n === 0n) {
    value /= 1024n
    unit++
  }
  return `${value} ${units[unit]}`
}

function quotaText({ bytes, consumed, flags }: Quota): string {
  const over = flags?.includes('inv') ? 'over ' : ''
  const used = consumed !== undefined && consumed !== '0' ? ` used ${bytesText(BigInt(consumed))}` : ''
  return `quota ${over}${bytesText(BigInt(bytes))}${used}`
}

function connlimitText({ count, flags }: Connlimit): string {
  return `ct count ${flags?.includes('inv') ? 'over ' : ''}${count}`
}

function lastText({ set, milliseconds = '0' }: Last): string {
  return set ? `last used ${timeText(BigInt(milliseconds))}` : 'last used never'
}
