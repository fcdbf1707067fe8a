import { ByteReader } from 'netlink-codec'
import type { Family, Rule, Target } from '../../model.ts'
import type { Limit } from '../expressions/account.ts'
import type { Immediate } from '../expressions/compare.ts'
import type { NftExpression } from '../expressions/expression.ts'
import type { Meta } from '../expressions/packet.ts'
import { createRegisterFile, type Loaded, type PlainSource, type RegisterFile } from '../registers.ts'
import { ruleComment } from '../userdata.ts'
import { hexBytes } from '../verdict.ts'
import { compatMatch, compatTarget, type SetName } from './compat.ts'
import { createDraft, type Draft, finishMatches, matchOfWords, targetOfWords } from './draft.ts'
import {
  logTarget,
  masqueradeTarget,
  natTarget,
  queueTarget,
  redirectTarget,
  rejectTarget,
  verdictTarget,
} from './targets.ts'
import { addTest } from './tests.ts'

/** What of a rule `ruleFromNft` needs. */
export type NftRuleParts = {
  readonly chain: string
  readonly expressions: readonly NftExpression[]
  /** NFTA_RULE_USERDATA as hex: old versions of iptables-nft keep `-m comment` there. */
  readonly userdata?: string | undefined
}

/**
 * A rule of nf_tables in the words of iptables, or undefined when iptables has none for it.
 *
 * Every version of iptables-nft writes its rules differently: as whole matches of xtables, as native expressions, with
 * masks or with short loads. So the expressions are followed by what flows through their registers, never by their
 * place. Two places do matter, because they change what is counted: a test behind the counter, and anything behind
 * the target, is not of iptables' shape.
 */
export function ruleFromNft(
  { chain, expressions, userdata }: NftRuleParts,
  family: Family,
  setName?: SetName,
): Rule | undefined {
  const draft = createDraft(family)
  const registers = createRegisterFile<PlainSource>()
  for (const expression of expressions) {
    if (draft.target || !addExpression(draft, registers, expression, setName)) return undefined
  }
  const comment = userdata === undefined ? undefined : ruleComment(userdata)
  if (comment !== undefined) draft.matches.push(matchOfWords('comment', ['--comment', comment], family))
  const matches = finishMatches(draft)
  if (!matches) return undefined
  return {
    chain,
    packets: draft.packets ?? '0',
    bytes: draft.bytes ?? '0',
    ip: draft.ip,
    matches,
    target: draft.target ?? { name: 'none' },
  }
}

/** False when the expression is not of iptables' shape. */
function addExpression(
  draft: Draft,
  registers: RegisterFile<PlainSource>,
  expression: NftExpression,
  setName: SetName,
): boolean {
  switch (expression.name) {
    case 'meta':
      if (expression.sreg !== undefined)
        return setTarget(draft, metaTarget(expression, registers, draft.family))
      return load(registers, expression.dreg, { source: expression, bitwise: [] })
    case 'payload':
      if (expression.sreg !== undefined) return false
      return load(registers, expression.dreg, { source: expression, bitwise: [] })
    case 'bitwise': {
      const loaded = registers.at(expression.sreg)
      if (!loaded || expression.sreg2 !== undefined) return false
      return load(registers, expression.dreg, { ...loaded, bitwise: [...loaded.bitwise, expression] })
    }
    case 'immediate':
      return addImmediate(draft, registers, expression)
    case 'counter':
      if (draft.packets !== undefined) return false
      draft.packets = expression.packets
      draft.bytes = expression.bytes
      return true
    case 'cmp':
    case 'range': {
      const loaded = registers.at(expression.sreg)
      if (!loaded || draft.packets !== undefined) return false
      return addTest(draft, loaded, comparisonOf(expression))
    }
    case 'limit':
      return draft.packets === undefined && addLimit(draft, expression)
    case 'match':
      if (draft.packets !== undefined) return false
      draft.matches.push(compatMatch(expression, draft.family, setName))
      return true
    default:
      return setTarget(draft, targetOf(expression, registers, draft.family, setName))
  }
}

function targetOf(
  expression: NftExpression,
  registers: RegisterFile<PlainSource>,
  family: Family,
  setName: SetName,
): Target | undefined {
  switch (expression.name) {
    case 'target':
      return compatTarget(expression, family, setName)
    case 'nat':
      return natTarget(expression, registers, family)
    case 'masq':
      return masqueradeTarget(expression, registers, family)
    case 'redir':
      return redirectTarget(expression, registers, family)
    case 'reject':
      return rejectTarget(expression, family)
    case 'log':
      return logTarget(expression, family)
    case 'queue':
      return queueTarget(expression, family)
    case 'notrack':
      return targetOfWords('CT', ['--notrack'], family)
    default:
      return undefined
  }
}

function setTarget(draft: Draft, target: Target | undefined): boolean {
  draft.target = target
  return target !== undefined
}

function load(
  registers: RegisterFile<PlainSource>,
  register: number | undefined,
  value: Loaded<PlainSource>,
): boolean {
  if (register === undefined) return false
  registers.load(register, value)
  return true
}

function addImmediate(
  draft: Draft,
  registers: RegisterFile<PlainSource>,
  { dreg, data }: Immediate,
): boolean {
  if (typeof data !== 'string') return setTarget(draft, verdictTarget(data))
  return load(registers, dreg, { source: { name: 'immediate', hex: data }, bitwise: [] })
}

function comparisonOf(
  expression: Extract<NftExpression, { name: 'cmp' | 'range' }>,
): Parameters<typeof addTest>[2] {
  if (expression.name === 'range') {
    const op = expression.op === 'neq' ? 'outside' : 'within'
    return { op, from: expression.from, to: expression.to }
  }
  return { op: expression.op as 'eq', data: expression.data }
}

const limitUnits: Readonly<Record<string, string>> = { 1: 'sec', 60: 'min', 3600: 'hour', 86400: 'day' }

function addLimit(draft: Draft, { rate, unit, burst, type, flags = [] }: Limit): boolean {
  const name = limitUnits[unit]
  if (!name || type === 'bytes' || flags.length > 0) return false
  const words = ['--limit', `${rate}/${name}`]
  if (burst !== undefined) words.push('--limit-burst', String(burst))
  draft.matches.push(matchOfWords('limit', words, draft.family))
  return true
}

const ONE = '01'
const hex32 = (value: number) => `0x${(value >>> 0).toString(16)}`

/** `meta mark set` is MARK, `meta nftrace set 1` is TRACE. */
function metaTarget(
  { key, sreg }: Meta,
  registers: RegisterFile<PlainSource>,
  family: Family,
): Target | undefined {
  const loaded = registers.at(sreg)
  if (!loaded) return undefined
  const { source, bitwise } = loaded
  const [step, second] = bitwise
  if (key === 'nftrace') {
    const on = source.name === 'immediate' && source.hex.startsWith(ONE) && !step
    return on ? targetOfWords('TRACE', [], family) : undefined
  }
  if (key !== 'mark' || second) return undefined
  if (source.name === 'immediate' && !step) {
    return targetOfWords('MARK', ['--set-xmark', `${hex32(mark(source.hex))}/0xffffffff`], family)
  }
  if (source.name !== 'meta' || source.key !== 'mark' || !step || (step.op ?? 'mask-xor') !== 'mask-xor') {
    return undefined
  }
  const kept = mark(step.mask ?? 'ffffffff')
  return targetOfWords('MARK', ['--set-xmark', `${hex32(mark(step.xor ?? ''))}/${hex32(~kept)}`], family)
}

/** Marks are in host order. */
function mark(hex: string): number {
  return new ByteReader(hexBytes(hex.padEnd(8, '0'))).u32(0)
}
