import { type Family, printRule, type Rule } from 'node-iptables'
import { completeRule, type RuleFrame, ruleFromNft } from 'node-iptables/nft'
import type { SetName } from '../set-names.ts'
import { isSameBytes, textOfBytes } from '../shared-rows.ts'

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
  const knownOf = { ip: new Map<string, Entry>(), ip6: new Map<string, Entry>() }
  let last: Entry | undefined

  function entryOf(frame: RuleFrame, family: Family, setName: SetName): Entry {
    // Rules come in the order in which they came in the former namespace, or the last time: to look there first saves the key.
    const expected = last?.next
    if (expected && isOf(expected, frame, family)) return expected
    const known = knownOf[family]
    const key = keyOf(frame)
    let entry = known.get(key)
    if (!entry) {
      const { reader, start, end, counterStart, counterEnd, userdata } = frame
      const origin = Buffer.concat([
        reader.slice(start, counterStart - start),
        reader.slice(counterEnd, end - counterEnd),
      ])
      entry = {
        family,
        origin,
        counterAt: counterStart - start,
        userdata,
        conversion: convert(frame, family, setName),
        next: undefined,
      }
      if (known.size >= capacity) known.clear()
      known.set(key, entry)
    }
    if (last) last.next = entry
    return entry
  }

  return (frame, family, setName) => {
    const entry = entryOf(frame, family, setName)
    last = entry
    if (entry.conversion && isRenamed(entry.conversion, setName))
      entry.conversion = convert(frame, family, setName)
    const { conversion } = entry
    if (conversion === null) return undefined
    const { chain, packets = '0', bytes = '0' } = frame
    if (packets !== '0' || bytes !== '0') return ruleOf(chain, packets, bytes, conversion)
    let idle = conversion.idle.get(chain)
    if (!idle) conversion.idle.set(chain, (idle = ruleOf(chain, '0', '0', conversion)))
    return idle
  }
}

/** What was made of some bytes: those of the expressions without the data of their counter, which stands at `counterAt`. */
type Entry = {
  readonly family: Family
  readonly origin: Buffer
  readonly counterAt: number
  readonly userdata: string | undefined
  conversion: Conversion | null
  /** The one that was asked for next, the last time. */
  next: Entry | undefined
}

function isOf({ family, origin, counterAt, userdata }: Entry, frame: RuleFrame, wanted: Family): boolean {
  const { start, end, counterStart, counterEnd } = frame
  if (counterStart - start !== counterAt || counterAt + end - counterEnd !== origin.length) return false
  if (family !== wanted || userdata !== frame.userdata) return false
  const { bytes } = frame.reader
  return (
    isSameBytes(bytes, start, counterStart, origin, 0) &&
    isSameBytes(bytes, counterEnd, end, origin, counterAt)
  )
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

/** The expressions without the data of their counter, and the user data. */
function keyOf({ reader, start, end, counterStart, counterEnd, userdata }: RuleFrame): string {
  const { bytes } = reader
  const before = textOfBytes(bytes, start, counterStart)
  const after = counterEnd < end ? textOfBytes(bytes, counterEnd, end) : ''
  return userdata === undefined ? before + after : `${before}${after} ${userdata}`
}
