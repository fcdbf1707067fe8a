import type { NftExpression } from '../expressions/expression.ts'
import type { Bitwise } from '../expressions/compare.ts'
import type { NftElement, NftSetObject } from '../sets.ts'
import type { NftType } from './types.ts'

/** A set with its elements. */
export type NftSetContents = { readonly set: NftSetObject; readonly elements: readonly NftElement[] }

/** The sets of one table by name, anonymous ones too: rules hold nothing but a set's name. */
export type SetsByName = ReadonlyMap<string, NftSetContents>

/** What a register holds: an expression of the kernel, a constant, or what a map or function gave. */
export type Source =
  | NftExpression
  | { readonly name: 'constant'; readonly hex: string }
  | { readonly name: 'text'; readonly text: string; readonly types: readonly NftType[] }

/** A register's content, with what was done to it on the way. */
export type Held = {
  readonly source: Source
  readonly bitwise: readonly Bitwise[]
  /** `byteorder` turned a number in host order around. */
  readonly swapped: boolean
}

type Base = 'link' | 'network' | 'transport'

/** The state of printing one rule. */
export type RuleText = {
  readonly family: string
  readonly sets: SetsByName
  /** Statements so far; undefined where one was found to be implied by a later one. */
  readonly statements: (string | undefined)[]
  /** By first word of the register. */
  readonly registers: (Held | undefined)[]
  /** The header that is known to be at each base. */
  readonly header: { link?: string; network?: string; transport?: string }
  /** Where the statement is that made it known, while it may still go away. */
  readonly implied: { [B in Base]?: number }
}

export function createRuleText(family: string, sets: SetsByName): RuleText {
  const network = family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined
  return {
    family,
    sets,
    statements: [],
    registers: [],
    header: {
      ...(network !== undefined && { network }),
      ...((family === 'bridge' || family === 'netdev') && { link: 'ether' }),
    },
    implied: {},
  }
}

/** Adds a test, which leaves what is implied as it is. */
export function addMatch(rule: RuleText, text: string): void {
  rule.statements.push(text)
}

/** Adds a statement that does something: nft never looks for an implied test across one. */
export function addStatement(rule: RuleText, text: string): void {
  rule.statements.push(text)
  for (const base of ['link', 'network', 'transport'] as const) delete rule.implied[base]
}

/** A test that only tells which header is at `base`: gone as soon as a field of that header is used. */
export function addDependency(rule: RuleText, base: Base, header: string | undefined, text: string): void {
  if (header !== undefined) {
    rule.header[base] = header
    rule.implied[base] = rule.statements.length
  }
  rule.statements.push(text)
}

/** A field of the header at `base` is used, so the test for it need not be said. */
export function dropDependency(rule: RuleText, base: Base): void {
  const index = rule.implied[base]
  if (index === undefined) return
  rule.statements[index] = undefined
  delete rule.implied[base]
}
