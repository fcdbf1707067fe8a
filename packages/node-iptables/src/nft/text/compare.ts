import type { Exthdr, PayloadLoad } from '../expressions/packet.ts'
import { addDependency, addMatch, dropDependency, type Held, type RuleText } from './context.ts'
import { exthdrFieldAt, isIpv6Header } from './exthdr.ts'
import { type HeaderField, networkHeaders, transportHeaders } from './headers.ts'
import { fieldAt, type Operand, operandOf, useHeader } from './operand.ts'
import { type NftType, numberOf, rangeType, types, valueText } from './types.ts'

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
  const bits = bitsField(rule, held)
  const sign = op === 'neq' ? '!= ' : ''
  if (bits) {
    const [low, high] = [from, to].map(end => bits.print(numberOf(end, 'network')))
    addMatch(rule, `${bits.text} ${sign}${low}-${high}`)
    return
  }
  const operand = operandOf(rule, held)
  const ends = { ...operand, type: rangeType(operand.type) }
  const [low, high] = [from, to].map(end => operandValue(ends, held, end))
  addMatch(rule, `${operand.text} ${sign}${low}-${high}`)
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
  if (source.name === 'ct' && source.direction === undefined) {
    const code = Number(numberOf(data, 'network'))
    if (source.key === 'l3proto') rule.header.network = code === 10 ? 'ip6' : 'ip'
    else if (source.key === 'protocol') rule.header.transport = transportHeaders[code] ?? 'th'
    return false
  }
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
  if (!isNextHeader(header, field)) return false
  const text = `${operandOf(rule, held).text} ${valueText(field.type, data)}`
  return addNextHeader(rule, header, field, data, text)
}

/** The fields that tell which header comes behind. */
function isNextHeader(header: string, { name }: HeaderField): boolean {
  return name === (nextHeaderFields[header] ?? '')
}

const nextHeaderFields: Readonly<Record<string, string>> = {
  ether: 'type',
  vlan: 'type',
  ip: 'protocol',
  ip6: 'nexthdr',
}

/** Adds a test of such a field; false for any other. */
function addNextHeader(
  rule: RuleText,
  header: string,
  field: HeaderField,
  data: string,
  text: string,
): boolean {
  if (!isNextHeader(header, field)) return false
  const code = Number(numberOf(data, 'network'))
  if (field.name === 'type') {
    addDependency(rule, 'network', networkHeaders[code] ?? (code === ETH_P_8021Q ? 'vlan' : undefined), text)
  } else {
    addMatch(rule, text)
    rule.header.transport = transportHeaders[code] ?? rule.header.transport ?? 'th'
  }
  return true
}

const ETH_P_8021Q = 0x8100

/** nft joins tests of neighbouring fields of a known protocol into one load; they are told apart again. */
function addNeighbours(rule: RuleText, load: PayloadLoad, data: string): boolean {
  const parts: { field: HeaderField; header: string; value: string }[] = []
  let at = load.offset
  const end = load.offset + load.length
  while (at < end) {
    const length = [16, 8, 6, 4, 2, 1].find(
      bytes => at + bytes <= end && fieldAt(rule, load, at * 8, bytes * 8) !== undefined,
    )
    if (length === undefined || length === load.length) return false
    const found = fieldAt(rule, load, at * 8, length * 8)!
    const hex = data.slice(2 * (at - load.offset), 2 * (at - load.offset + length))
    if (found.header === 'th') return false
    parts.push({ ...found, value: hex })
    at += length
  }
  useHeader(rule, load, parts.at(-1)!.header)
  for (const { header, field, value } of parts) {
    const text = `${header} ${field.name} ${valueText(field.type, value)}`
    if (!addNextHeader(rule, header, field, value, text)) addMatch(rule, text)
  }
  return true
}

/** A test behind one `bitwise`: some bits of a field, flags, a prefix, or a mask as it stands. */
function addMasked(rule: RuleText, held: Held, op: string, data: string): void {
  const [step, more] = held.bitwise
  const mask = step?.mask ?? ''
  const plain = (step?.op ?? 'mask-xor') === 'mask-xor' && /^0*$/.test(step?.xor ?? '') && !more
  const bits = bitsField(rule, held)
  if (bits) {
    addMatch(rule, `${bits.text} ${signs[op] ?? ''}${bits.print(numberOf(data, 'network'))}`)
    return
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

/** Some bits of what was loaded that are a field of their own. */
type BitsField = {
  /** `ip dscp`, `vlan id`, `tcp doff`, `frag more-fragments`. */
  readonly text: string
  readonly type: NftType
  /** Of the loaded number, other bits included. */
  print(value: bigint): string
}

/** The field behind a load and its one mask; undefined for any other shape. */
export function bitsField(rule: RuleText, { source, bitwise }: Held): BitsField | undefined {
  const [step, more] = bitwise
  if (!step || more || (step.op ?? 'mask-xor') !== 'mask-xor' || !/^0*$/.test(step.xor ?? ''))
    return undefined
  if (source.name !== 'payload' && source.name !== 'exthdr') return undefined
  return maskedField(rule, source, step.mask ?? '')
}

/** The field that the bits of a mask are; what it implies need not be said any more. */
export function maskedField(rule: RuleText, load: PayloadLoad | Exthdr, mask: string): BitsField | undefined {
  const bits = numberOf(mask, 'network')
    .toString(2)
    .padStart(load.length * 8, '0')
  const match = /^(0*)(1+)(0*)$/.exec(bits)
  if (!match || match[2]!.length === load.length * 8) return undefined
  const [offset, length] = [load.offset * 8 + match[1]!.length, match[2]!.length]
  const found =
    load.name === 'payload' ? fieldAt(rule, load, offset, length) : exthdrFieldAt(load, offset, length)
  if (!found) return undefined
  if (load.name === 'payload') useHeader(rule, load, found.header)
  else if (isIpv6Header(load)) dropDependency(rule, 'network')
  const { name, type } = found.field
  const shift = BigInt(match[3]!.length)
  const print = (value: bigint) => type.number?.(value >> shift) ?? String(value >> shift)
  return { text: `${found.header} ${name}`, type, print }
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
