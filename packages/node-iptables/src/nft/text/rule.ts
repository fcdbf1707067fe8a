import type { Cmp } from '../expressions/compare.ts'
import type { NftExpression } from '../expressions/expression.ts'
import { registerWord } from '../registers.ts'
import type { NftRuleObject } from '../rule.ts'
import { ruleComment } from '../userdata.ts'
import { addComparison, addRange, bitwiseText } from './compare.ts'
import {
  addMatch,
  addStatement,
  createRuleText,
  type Held,
  type RuleText,
  type SetsByName,
  type Source,
} from './context.ts'
import { debugText } from './debug.ts'
import { addLookup, dynsetText } from './lookup.ts'
import { masqueradeText, natText, redirectText, tproxyText } from './nat.ts'
import { operandOf } from './operand.ts'
import { verdictText } from './sets.ts'
import { statefulText } from './stateful.ts'
import {
  assignmentText,
  dupText,
  fwdText,
  logText,
  objrefText,
  queueText,
  rejectText,
  synproxyText,
} from './statements.ts'
import { types } from './types.ts'

/**
 * The rule as `nft list ruleset` prints it. Expressions that have no words in nft's language, or none that we know,
 * stand in brackets with all their fields.
 *
 * @param sets of the rule's table, by name; a set that is missing is printed as `@name`
 */
export function printNftRule(
  { family, expressions, userdata }: Pick<NftRuleObject, 'family' | 'expressions' | 'userdata'>,
  sets: SetsByName,
): string {
  const rule = createRuleText(family, sets)
  for (let index = 0; index < expressions.length; index++) {
    const expression = expressions[index]!
    const next = expressions[index + 1]
    if (expression.name === 'cmp' && isRangeEnd(expression, next)) {
      addRange(rule, heldBy(rule, expression.sreg), 'eq', expression.data, next.data)
      index++
    } else addExpression(rule, expression)
  }
  const comment = userdata === undefined ? undefined : ruleComment(userdata)
  if (comment !== undefined) addStatement(rule, `comment "${comment}"`)
  return rule.statements.filter(text => text !== undefined).join(' ')
}

/** Two comparisons with one register, at least and at most, are one range. */
function isRangeEnd(first: Cmp, second: NftExpression | undefined): second is Cmp {
  return first.op === 'gte' && second?.name === 'cmp' && second.op === 'lte' && second.sreg === first.sreg
}

function heldBy(rule: RuleText, register: number): Held {
  const nothing: Source = { name: 'text', text: `[ reg ${register} ]`, types: [] }
  return rule.registers[registerWord(register)] ?? hold(nothing)
}

function hold(source: Source): Held {
  return { source, bitwise: [], swapped: false }
}

function load(rule: RuleText, register: number | undefined, held: Held): void {
  if (register !== undefined) rule.registers[registerWord(register)] = held
}

function addExpression(rule: RuleText, expression: NftExpression): void {
  switch (expression.name) {
    case 'meta':
    case 'ct':
    case 'payload':
    case 'exthdr':
      if (expression.sreg !== undefined) addStatement(rule, assignmentText(rule, expression))
      else load(rule, expression.dreg, hold(expression))
      return
    case 'fib':
    case 'rt':
    case 'socket':
    case 'xfrm':
    case 'osf':
    case 'tunnel':
    case 'numgen':
      load(rule, expression.dreg, hold(expression))
      return
    case 'hash':
      load(
        rule,
        expression.dreg,
        hold({ name: 'text', text: hashText(rule, expression), types: [types.hostInteger] }),
      )
      return
    case 'immediate':
      if (typeof expression.data === 'string') {
        load(rule, expression.dreg, hold({ name: 'constant', hex: expression.data }))
      } else addStatement(rule, verdictText(expression.data))
      return
    case 'bitwise': {
      const held = heldBy(rule, expression.sreg)
      load(rule, expression.dreg, { ...held, bitwise: [...held.bitwise, expression] })
      return
    }
    case 'byteorder':
      load(rule, expression.dreg, { ...heldBy(rule, expression.sreg), swapped: true })
      return
    case 'cmp':
      addComparison(rule, heldBy(rule, expression.sreg), expression.op, expression.data)
      return
    case 'range':
      addRange(rule, heldBy(rule, expression.sreg), expression.op, expression.from, expression.to)
      return
    case 'lookup':
      addLookup(rule, expression)
      return
    case 'match':
      addMatch(rule, `xt match "${expression.extension}"`)
      return
    default:
      addStatement(rule, statementText(rule, expression))
  }
}

function statementText(rule: RuleText, expression: NftExpression): string {
  switch (expression.name) {
    case 'nat':
      return natText(rule, expression)
    case 'masq':
      return masqueradeText(rule, expression)
    case 'redir':
      return redirectText(rule, expression)
    case 'tproxy':
      return tproxyText(rule, expression)
    case 'reject':
      return rejectText(rule, expression)
    case 'log':
      return logText(expression)
    case 'queue':
      return queueText(rule, expression)
    case 'dup':
      return dupText(rule, expression)
    case 'fwd':
      return fwdText(rule, expression)
    case 'synproxy':
      return synproxyText(expression)
    case 'objref':
      return objrefText(rule, expression)
    case 'dynset':
      return dynsetText(rule, expression)
    case 'flow_offload':
      return `flow add @${expression.table}`
    case 'notrack':
      return 'notrack'
    case 'target':
      return `xt target "${expression.extension}"`
    case 'counter':
    case 'limit':
    case 'quota':
    case 'connlimit':
    case 'last':
      return statefulText(expression)
    default:
      return debugText(expression)
  }
}

function hashText(
  rule: RuleText,
  { type, sreg, modulus, seed, offset }: Extract<NftExpression, { name: 'hash' }>,
): string {
  const tail = `mod ${modulus}${seed ? ` seed 0x${seed.toString(16)}` : ''}${offset ? ` offset ${offset}` : ''}`
  if (type === 'symhash' || sreg === undefined) return `symhash ${tail}`
  const held = heldBy(rule, sreg)
  return `jhash ${bitwiseText(operandOf(rule, held), held)} ${tail}`
}
