import type { Lookup } from '../expressions/compare.ts'
import type { Dynset } from '../expressions/nested.ts'
import { nestedOf } from '../expressions/nested.ts'
import { VERDICT_TYPE } from '../sets.ts'
import { registerWord } from '../registers.ts'
import { addMatch, addStatement, type NftSetContents, type RuleText } from './context.ts'
import { bitsField, bitwiseText } from './compare.ts'
import { operandOf } from './operand.ts'
import { dataTypes, keyTypes, printNftElements } from './sets.ts'
import { statefulText } from './stateful.ts'
import { type NftType, timeText, types } from './types.ts'
import { valueOrOperand } from './value.ts'

/** `ip saddr . tcp dport`: what the registers of a set's key hold, from the first one on. */
function keyWords(rule: RuleText, register: number, fields: readonly NftType[]): string {
  let word = registerWord(register)
  const words: string[] = []
  for (let index = 0; index < Math.max(1, fields.length); index++) {
    const held = rule.registers[word]
    if (!held) {
      words.push(`[ reg ${register} ]`)
      break
    }
    const operand = operandOf(rule, held)
    words.push(held.bitwise.length > 0 ? bitwiseText(operand, held) : operand.text)
    word += Math.ceil((fields[index]?.bytes ?? operand.type.bytes ?? 4) / 4)
  }
  return words.join(' . ')
}

/** `@name`, or the elements of an anonymous set in braces. */
function setWords(name: string, contents: NftSetContents | undefined, keys: readonly NftType[]): string {
  if (!contents?.set.flags?.includes('anonymous')) return `@${name}`
  return `{ ${printNftElements(contents, keys).join(', ')} }`
}

/** A key that is some bits of a header's field, such as `ip dscp`: the set's elements stand where the bits do. */
function bitsKey(rule: RuleText, register: number): { text: string; type: NftType } | undefined {
  const held = rule.registers[registerWord(register)]
  const bits = held && bitsField(rule, held)
  return bits && { text: bits.text, type: { ...bits.type, number: value => bits.print(value) } }
}

/** A test against a set, a verdict map, or a map whose value a later statement uses. */
export function addLookup(rule: RuleText, { set, sreg, dreg, flags }: Lookup): void {
  const contents = rule.sets.get(set)
  const bits = bitsKey(rule, sreg)
  const fields = bits ? [bits.type] : contents ? keyTypes(contents.set) : []
  const key = bits?.text ?? keyWords(rule, sreg, fields)
  const words = setWords(set, contents, fields)
  if (dreg === undefined) {
    addMatch(rule, `${key} ${flags?.includes('inv') ? '!= ' : ''}${words}`)
  } else if (dreg === 0 || contents?.set.dataType === VERDICT_TYPE) {
    addStatement(rule, `${key} vmap ${words}`)
  } else {
    rule.registers[registerWord(dreg)] = {
      source: { name: 'text', text: `${key} map ${words}`, types: contents ? dataTypes(contents.set) : [] },
      bitwise: [],
      swapped: false,
    }
  }
}

/** `add @set { ip saddr timeout 1m : 0x5 }`. */
export function dynsetText(rule: RuleText, dynset: Dynset): string {
  const contents = rule.sets.get(dynset.set)
  const words = [keyWords(rule, dynset.keySreg, contents ? keyTypes(contents.set) : [])]
  if (dynset.timeout !== undefined && dynset.timeout !== '0') {
    words.push(`timeout ${timeText(BigInt(dynset.timeout))}`)
  }
  // A counter here is a pattern for new elements; it counts nothing itself.
  for (const stateful of nestedOf(dynset)) {
    words.push(stateful.name === 'counter' ? 'counter' : statefulText(stateful))
  }
  const data = dynset.dataSreg === undefined ? undefined : rule.registers[registerWord(dynset.dataSreg)]
  if (data) {
    const [type = types.raw] = contents ? dataTypes(contents.set) : []
    words.push(`: ${valueOrOperand(rule, data, type)}`)
  }
  return `${dynset.op} @${dynset.set} { ${words.join(' ')} }`
}
