import {
  AttributeWalk,
  type ByteReader,
  findAttribute,
  type Message,
  nfnlAttributes,
  nfnlFamily,
  type Payload,
} from 'netlink-codec'
import type { NftExpression } from './expressions/expression.ts'
import { readExpressions } from './expressions/registry.ts'
import { familyName } from './family.ts'

/** NFTA_RULE_*, NFTA_EXPR_NAME, NFTA_EXPR_DATA (linux/netfilter/nf_tables.h). */
export const ruleAttributes = {
  table: 1,
  chain: 2,
  handle: 3,
  expressions: 4,
  compat: 5,
  position: 6,
  userdata: 7,
} as const
const NFTA_EXPR_NAME = 1
const NFTA_EXPR_DATA = 2
const NFTA_COUNTER_BYTES = 1
const NFTA_COUNTER_PACKETS = 2

/**
 * A rule before its expressions are decoded: where they lie in the message, and the counter apart, because that is
 * all that differs between two readings of a rule, or between the same rule in two namespaces.
 *
 * Valid only as long as the message.
 */
export type RuleFrame = {
  readonly family: string
  readonly table: string
  readonly chain: string
  /** Handles are below 2^53 in practice; a table would need 300 years of a million rules a second. */
  readonly handle: number
  readonly reader: ByteReader
  /** NFTA_RULE_EXPRESSIONS; empty when the rule has none. */
  readonly start: number
  readonly end: number
  /** The data of the first `counter` expression; both equal `end` when the rule does not count. */
  readonly counterStart: number
  readonly counterEnd: number
  /** Decimal strings; undefined when the rule does not count. */
  readonly packets: string | undefined
  readonly bytes: string | undefined
  /** NFTA_RULE_USERDATA, hex. */
  readonly userdata: string | undefined
}

/** A rule with everything in it, as plain data. */
export type NftRuleObject = {
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly handle: number
  readonly expressions: readonly NftExpression[]
  readonly userdata?: string
}

/** NFT_MSG_NEWRULE without its expressions. Undefined when table or chain is missing. @throws DecodeError */
export function decodeRuleFrame(message: Message): RuleFrame | undefined {
  const { reader } = message
  if (message.start + 4 > message.end) nfnlAttributes(message)
  let table: string | undefined
  let chain: string | undefined
  let handle = 0
  let start = message.end
  let end = message.end
  let userdata: string | undefined
  const walk = new AttributeWalk(reader, message.start + 4, message.end)
  while (walk.next()) {
    const { at, length } = walk
    switch (walk.type) {
      case ruleAttributes.table:
        table = reader.text(at, length)
        break
      case ruleAttributes.chain:
        chain = reader.text(at, length)
        break
      case ruleAttributes.handle:
        handle = reader.be32(at) * 0x1_0000_0000 + reader.be32(at + 4)
        break
      case ruleAttributes.expressions:
        start = at
        end = at + length
        break
      case ruleAttributes.userdata:
        userdata = reader.hex(at, length)
        break
      default:
    }
  }
  if (table === undefined || chain === undefined) return undefined
  const family = familyName(nfnlFamily(message))
  const counter = findCounter(reader, start, end)
  return {
    family,
    table,
    chain,
    handle,
    reader,
    start,
    end,
    userdata,
    counterStart: counter?.at ?? end,
    counterEnd: counter ? counter.at + counter.length : end,
    packets: counter && be64In(reader, counter, NFTA_COUNTER_PACKETS),
    bytes: counter && be64In(reader, counter, NFTA_COUNTER_BYTES),
  }
}

/** The data of the first `counter` expression. */
function findCounter(reader: ByteReader, start: number, end: number): Payload | undefined {
  const expressions = new AttributeWalk(reader, start, end)
  const parts = new AttributeWalk(reader, end, end)
  while (expressions.next()) {
    parts.restart(expressions.at, expressions.at + expressions.length)
    let isCounter = false
    while (parts.next()) {
      const { type, at, length } = parts
      if (type === NFTA_EXPR_NAME) isCounter = isCounterName(reader, at, length)
      else if (type === NFTA_EXPR_DATA && isCounter) return { at, length }
    }
  }
  return undefined
}

/** `counter` and its NUL, without making a string of every expression's name. */
function isCounterName(reader: ByteReader, at: number, length: number): boolean {
  return length === 8 && reader.be32(at) === 0x636f756e && reader.be32(at + 4) === 0x74657200
}

function be64In(reader: ByteReader, { at, length }: Payload, type: number): string | undefined {
  const found = findAttribute(reader, at, at + length, type)
  return found && reader.be64(found.at)
}

/** The whole rule of a frame; its message must still be valid. @throws DecodeError */
export function completeRule(frame: RuleFrame): NftRuleObject {
  const { family, table, chain, handle, userdata } = frame
  const expressions = readExpressions(frame.reader, frame.start, frame.end)
  return { family, table, chain, handle, expressions, ...(userdata === undefined ? {} : { userdata }) }
}
