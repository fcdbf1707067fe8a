import { type Family, printRule, type Rule } from 'node-iptables'
import { completeRule, type RuleFrame, ruleFromNft } from 'node-iptables/nft'

/** What two rules with the same expressions share, whatever their chain and counters. */
type Conversion = Pick<Rule, 'ip' | 'matches' | 'target'> & {
  /** The text behind `-A CHAIN`. */
  readonly tail: string
}

/** A rule with its text, or `undefined` when iptables has no words for it. */
export type RuleConverter = (frame: RuleFrame, family: Family) => (Rule & { text: string }) | undefined

/**
 * Converts rules, and keeps what it made by their bytes without the counter: a thousand sandboxes hold the same few
 * rules, and so does the next reading. Values are shared between rows; nobody may change them.
 *
 * @param capacity conversions that are kept; the memory is dropped as a whole when it is full
 */
export function createRuleConverter(capacity = 20_000): RuleConverter {
  const known = new Map<string, Conversion | null>()
  return (frame, family) => {
    const key = keyOf(frame, family)
    let conversion = known.get(key)
    if (conversion === undefined) {
      conversion = convert(frame, family)
      if (known.size >= capacity) known.clear()
      known.set(key, conversion)
    }
    if (conversion === null) return undefined
    const { chain } = frame
    return {
      chain,
      text: `-A ${chain}${conversion.tail}`,
      packets: frame.packets ?? '0',
      bytes: frame.bytes ?? '0',
      ip: conversion.ip,
      matches: conversion.matches,
      target: conversion.target,
    }
  }
}

function convert(frame: RuleFrame, family: Family): Conversion | null {
  const { expressions, userdata } = completeRule(frame)
  const rule = ruleFromNft({ chain: 'X', expressions, userdata }, family)
  if (!rule) return null
  const { ip, matches, target } = rule
  return { ip, matches, target, tail: printRule(rule, family).slice('-A X'.length) }
}

function keyOf(frame: RuleFrame, family: Family): string {
  const { reader, start, end, counterStart, counterEnd, userdata = '' } = frame
  const before = latin1(reader.slice(start, counterStart - start))
  const after = latin1(reader.slice(counterEnd, end - counterEnd))
  return `${family} ${userdata} ${before}${after}`
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
