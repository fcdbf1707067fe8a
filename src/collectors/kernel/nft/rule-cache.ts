import { type Family, printRule, type Rule } from 'node-iptables'
import { completeRule, type RuleFrame, ruleFromNft } from 'node-iptables/nft'
import type { SetName } from '../set-names.ts'

/** What two rules with the same expressions share, whatever their chain and counters. */
type Conversion = Pick<Rule, 'ip' | 'matches' | 'target'> & {
  /** The text behind `-A CHAIN`. */
  readonly tail: string
  /** Ipsets that the rule refers to, by the names that they had. */
  readonly sets: ReadonlyMap<number, string | undefined>
  /** By chain, the rule with counters of zero: most rules of most namespaces never match. */
  readonly idle: Map<string, Rule & { text: string }>
}

/** A rule with its text, or `undefined` when iptables has no words for it. */
export type RuleConverter = (
  frame: RuleFrame,
  family: Family,
  setName: SetName,
) => (Rule & { text: string }) | undefined

/**
 * Converts rules, and keeps what it made by their bytes without the counter: a thousand sandboxes hold the same few
 * rules, and so does the next reading. What an ipset's index means differs between namespaces and can change, so a rule
 * with one is converted again when it does. Values are shared between rows; nobody may change them.
 *
 * @param capacity conversions that are kept; the memory is dropped as a whole when it is full
 */
export function createRuleConverter(capacity = 20_000): RuleConverter {
  const known = new Map<string, Conversion | null>()
  return (frame, family, setName) => {
    const key = keyOf(frame, family)
    let conversion = known.get(key)
    if (conversion === undefined || (conversion && isRenamed(conversion, setName))) {
      conversion = convert(frame, family, setName)
      if (known.size >= capacity) known.clear()
      known.set(key, conversion)
    }
    if (conversion === null) return undefined
    const { chain, packets = '0', bytes = '0' } = frame
    if (packets !== '0' || bytes !== '0') return ruleOf(chain, packets, bytes, conversion)
    let idle = conversion.idle.get(chain)
    if (!idle) conversion.idle.set(chain, (idle = ruleOf(chain, '0', '0', conversion)))
    return idle
  }
}

function isRenamed({ sets }: Conversion, setName: SetName): boolean {
  for (const [index, name] of sets) if (setName(index) !== name) return true
  return false
}

const noSets: Conversion['sets'] = new Map()

function ruleOf(
  chain: string,
  packets: string,
  bytes: string,
  { tail, ip, matches, target }: Conversion,
): Rule & { text: string } {
  return { chain, text: `-A ${chain}${tail}`, packets, bytes, ip, matches, target }
}

function convert(frame: RuleFrame, family: Family, setName: SetName): Conversion | null {
  const { expressions, userdata } = completeRule(frame)
  let sets: Map<number, string | undefined> | undefined
  const rule = ruleFromNft({ chain: 'X', expressions, userdata }, family, index => {
    const name = setName(index)
    sets = (sets ?? new Map<number, string | undefined>()).set(index, name)
    return name
  })
  if (!rule) return null
  const { ip, matches, target } = rule
  const tail = printRule(rule, family).slice('-A X'.length)
  return { ip, matches, target, idle: new Map(), tail, sets: sets ?? noSets }
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
