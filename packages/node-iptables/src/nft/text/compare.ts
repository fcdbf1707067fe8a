import type { PayloadLoad } from '../expressions/packet.ts'
import { addDependency, addMatch, type Held, type RuleText } from './context.ts'
import { networkHeaders, transportHeaders } from './headers.ts'
import { fieldAt, type Operand, operandOf, useHeader } from './operand.ts'
import { type NftType, numberOf, types, valueText } from './types.ts'

/** Signs between both sides; equality needs none. */
const signs: Readonly<Record<string, string>> = {
  eq: '',
  neq: '!= ',
  lt: '< ',
  lte: '<= ',
  gt: '> ',
  gte: '>= ',
}

/** `cmp`: a test of a register against a constant. */
export function addComparison(rule: RuleText, held: Held, op: string, data: string): void {
  if (op === 'eq' && addHeaderTest(rule, held, data)) return
  const [step] = held.bitwise
  if (step) {
    addMasked(rule, held, op, data)
    return
  }
  if (op === 'eq' && held.source.name === 'payload' && addNeighbours(rule, held.source, data)) return
  const operand = operandOf(rule, held)
  const sign = op === 'eq' && operand.type.bits ? '== ' : (signs[op] ?? `${op} `)
  addMatch(rule, `${operand.text} ${sign}${operandValue(operand, held, data)}`)
}

/** Two bounds of one register: `range`, or a pair of comparisons. */
export function addRange(rule: RuleText, held: Held, op: string, from: string, to: string): void {
  const operand = operandOf(rule, held)
  const low = operandValue(operand, held, from)
  const high = operandValue(operand, held, to)
  addMatch(rule, `${operand.text} ${op === 'neq' ? '!= ' : ''}${low}-${high}`)
}

export function orderOf(type: NftType, held: Held): NftType['order'] {
  return held.swapped ? 'network' : type.order
}

function operandValue(operand: Operand, held: Held, data: string): string {
  const { type, prefixBytes } = operand
  if (prefixBytes !== undefined) {
    return `${valueText(type, data.slice(0, 2 * prefixBytes))}/${prefixBytes * 8}`
  }
  return valueText(type, data, orderOf(type, held))
}

/**
 * A test that names a protocol: kept back, because a field of that protocol's header says it as well. nft keeps
 * `ip protocol` and `ip6 nexthdr` in any case.
 */
function addHeaderTest(rule: RuleText, held: Held, data: string): boolean {
  const { source } = held
  if (held.bitwise.length > 0) return false
  if (source.name === 'meta') {
    const code = Number(numberOf(data, source.key === 'iiftype' ? 'host' : 'network'))
    const text = () => `${operandOf(rule, held).text} ${operandValue(operandOf(rule, held), held, data)}`
    switch (source.key) {
      case 'l4proto':
        addDependency(rule, 'transport', transportHeaders[code] ?? 'th', text())
        return true
      case 'nfproto': {
        const header = code === 2 ? 'ip' : code === 10 ? 'ip6' : undefined
        addDependency(rule, 'network', header, text())
        return true
      }
      case 'protocol': {
        const printed = text()
        if (rule.family === 'inet') {
          addMatch(rule, printed)
          rule.header.network = networkHeaders[code] ?? 'unknown'
        } else addDependency(rule, 'network', networkHeaders[code], printed)
        return true
      }
      case 'iiftype':
        addDependency(rule, 'link', code === ARPHRD_ETHER ? 'ether' : undefined, text())
        return true
      default:
        return false
    }
  }
  if (source.name !== 'payload') return false
  return addPayloadHeaderTest(rule, held, source, data)
}

const ARPHRD_ETHER = 1

function addPayloadHeaderTest(rule: RuleText, held: Held, load: PayloadLoad, data: string): boolean {
  const found = fieldAt(rule, load, load.offset * 8, load.length * 8)
  if (!found) return false
  const { header, field } = found
  if ((header === 'ether' || header === 'vlan') && field.name === 'type') {
    const code = Number(numberOf(data, 'network'))
    const text = `${operandOf(rule, held).text} ${valueText(field.type, data)}`
    addDependency(rule, 'network', networkHeaders[code] ?? (code === ETH_P_8021Q ? 'vlan' : undefined), text)
    return true
  }
  if ((header === 'ip' && field.name === 'protocol') || (header === 'ip6' && field.name === 'nexthdr')) {
    const code = Number(numberOf(data, 'network'))
    addMatch(rule, `${operandOf(rule, held).text} ${valueText(field.type, data)}`)
    rule.header.transport = transportHeaders[code] ?? 'th'
    return true
  }
  return false
}

const ETH_P_8021Q = 0x8100

/** nft joins tests of neighbouring fields of a known protocol into one load; they are told apart again. */
function addNeighbours(rule: RuleText, load: PayloadLoad, data: string): boolean {
  const parts: { text: string; value: string }[] = []
  let header = ''
  let at = load.offset
  const end = load.offset + load.length
  while (at < end) {
    const length = [16, 8, 6, 4, 2, 1].find(
      bytes => at + bytes <= end && fieldAt(rule, load, at * 8, bytes * 8) !== undefined,
    )
    if (length === undefined || length === load.length) return false
    const found = fieldAt(rule, load, at * 8, length * 8)!
    const hex = data.slice(2 * (at - load.offset), 2 * (at - load.offset + length))
    header = found.header
    if (header === 'th') return false
    parts.push({ text: `${found.header} ${found.field.name}`, value: valueText(found.field.type, hex) })
    at += length
  }
  useHeader(rule, load, header)
  for (const { text, value } of parts) addMatch(rule, `${text} ${value}`)
  return true
}

/** A test behind one `bitwise`: some bits of a field, flags, a prefix, or a mask as it stands. */
function addMasked(rule: RuleText, held: Held, op: string, data: string): void {
  const [step, more] = held.bitwise
  const mask = step?.mask ?? ''
  const plain = (step?.op ?? 'mask-xor') === 'mask-xor' && /^0*$/.test(step?.xor ?? '') && !more
  const { source } = held
  if (plain && source.name === 'payload') {
    const bits = maskedField(rule, source, mask)
    if (bits) {
      useHeader(rule, source, bits.header)
      const value = numberOf(data, 'network') >> BigInt(bits.shift)
      addMatch(rule, `${bits.header} ${bits.name} ${signs[op] ?? ''}${bits.type.number?.(value) ?? value}`)
      return
    }
  }
  const operand = operandOf(rule, held)
  if (!plain) {
    addMatch(
      rule,
      `${bitwiseText(operand, held)} ${op === 'eq' ? '== ' : (signs[op] ?? '')}${operandValue(operand, held, data)}`,
    )
    return
  }
  addMatch(rule, maskedText(operand, held, mask, op, data))
}

function maskedText(operand: Operand, held: Held, mask: string, op: string, data: string): string {
  const { text, type } = operand
  const value = operandValue(operand, held, data)
  const zero = /^0*$/.test(data)
  if (type === types.ctLabel && zero) return `${text} ${op === 'neq' ? '' : '! '}${valueText(type, mask)}`
  if (type.bits && (op === 'eq' || op === 'neq')) {
    const flags = valueText(type, mask)
    if (zero) return op === 'neq' ? `${text} ${flags}` : `${text} ! ${flags}`
    return `${text} ${signs[op]}${value} / ${flags}`
  }
  const prefix = type.prefix ? prefixLength(mask) : undefined
  if (prefix !== undefined && (op === 'eq' || op === 'neq')) return `${text} ${signs[op]}${value}/${prefix}`
  const maskText = type.prefix ? valueText(type, mask) : valueText(type, mask, orderOf(type, held))
  return `${text} & ${maskText} ${op === 'eq' ? '== ' : (signs[op] ?? '')}${value}`
}

/** The bits of a mask that are a field of their own in a header: `ip dscp`, `vlan id`, `tcp doff`. */
export function maskedField(
  rule: RuleText,
  load: PayloadLoad,
  mask: string,
): { header: string; name: string; type: NftType; shift: number } | undefined {
  const bits = numberOf(mask, 'network')
    .toString(2)
    .padStart(load.length * 8, '0')
  const match = /^(0*)(1+)(0*)$/.exec(bits)
  if (!match || match[2]!.length === load.length * 8) return undefined
  const found = fieldAt(rule, load, load.offset * 8 + match[1]!.length, match[2]!.length)
  if (!found) return undefined
  return { header: found.header, name: found.field.name, type: found.field.type, shift: match[3]!.length }
}

/** The length of a prefix's mask; undefined for a mask with holes. */
export function prefixLength(mask: string): number | undefined {
  const bits = numberOf(mask, 'network')
    .toString(2)
    .padStart(mask.length * 4, '0')
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined
}

/**
 * The value after all steps, as an expression: `meta mark & 0x0000ff00 | 0x00000001`. The kernel has one operation for
 * and, or and xor; it is taken apart as nft's netlink_delinearize.c does.
 */
export function bitwiseText(operand: Operand, held: Held): string {
  let text = operand.text
  const type = operand.type.number ? operand.type : types.raw
  const order = orderOf(type, held)
  for (const { op, mask = '', xor = '', length = 4, data = '', sreg2 } of held.bitwise) {
    const print = (value: bigint) => type.number!(value)
    if (op === 'lshift') text += ` << ${numberOf(data, 'host')}`
    else if (op === 'rshift') text += ` >> ${numberOf(data, 'host')}`
    else if (sreg2 !== undefined || op === 'and' || op === 'or' || op === 'xor') {
      text += ` ${op === 'and' ? '&' : op === 'or' ? '|' : '^'} [ reg ${sreg2 ?? 0} ]`
    } else {
      const full = (1n << BigInt(length * 8)) - 1n
      const changed = numberOf(xor, order)
      const kept = numberOf(mask, order)
      const or = changed & ~kept & full
      const and = kept | or
      const flip = changed ^ or
      if (and !== full) text += ` & ${print(and)}`
      if (flip !== 0n) text += ` ^ ${print(flip)}`
      if (or !== 0n) text += ` | ${print(or)}`
    }
  }
  return text
}
