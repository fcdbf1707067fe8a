import { parseSave, printRule, printTable, readLegacyTable } from 'node-iptables'
import { encodeLegacyTable } from 'node-iptables/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { createSet, readBlob, restore, save } from './iptables/legacy-host.ts'
import { loneRule, type Ruleset, randomRuleset, rulesetText, type Usable } from './iptables/ruleset.ts'
import { probeUsable, TRIES } from './iptables/usable.ts'
import { mixSeed, seededRandom } from './random.ts'

const RULESETS = 60
const RULES = 40
/** IPSET_FLAG_WITH_COUNTERS, IPSET_FLAG_WITH_SKBINFO of ip_set.h. */
const SET_EXTENSIONS = (1 << 3) | (1 << 6)

const setNames = new Map([
  [0, 'single'],
  [1, 'pairs'],
])

describe.each(['ip', 'ip6'] as const)(
  'legacy rules of %s as iptables-legacy-save prints them',
  needs('root', 'program:iptables-legacy-restore', 'program:ip6tables-legacy-restore'),
  family => {
    let netns: TestNetns
    const skipped: string[] = []
    let usable: Usable
    const seen = new Set<string>()
    let compared = 0
    let refused = 0

    beforeAll(() => {
      netns = makeNetns('ipt')
      try {
        createSet(netns, 'single', 'hash:ip', family, SET_EXTENSIONS)
        createSet(netns, 'pairs', 'hash:ip,port', family, SET_EXTENSIONS)
      } catch (error) {
        skipped.push(`ipsets (${String(error)})`)
      }
      const probe = probeUsable(seed, family, text => restore(netns, family, text))
      usable = probe.usable
      skipped.push(...probe.skipped)
    })

    afterAll(() => {
      netns.remove()
      process.stderr.write(
        `${family}: seed ${seed}, ${compared} lines compared, ${refused} rules refused; ` +
          `skipped: ${skipped.join(', ') || 'nothing'}\n`,
      )
    })

    /** Loads a rule set; when it is refused as a whole, rule by rule, without those that are refused. */
    function load(ruleset: Ruleset): void {
      if (restore(netns, family, rulesetText(ruleset)) === '') return
      restore(netns, family, rulesetText({ ...ruleset, rules: [] }))
      for (const rule of ruleset.rules) {
        const text = rulesetText({ ...ruleset, chains: [], rules: [rule] })
        if (restore(netns, family, text, '--noflush') !== '') refused++
      }
    }

    /** Loads a rule set and compares what is then in the kernel, in every form. */
    function check(ruleset: Ruleset, note: string): void {
      load(ruleset)
      const theirs = save(netns, family, ruleset.table)
      const { info, entries } = readBlob(netns, family, ruleset.table)
      const table = readLegacyTable(info, entries, family, { setName: index => setNames.get(index) })
      expect(printTable(table, { counters: true }).split('\n'), note).toEqual(theirs.split('\n'))

      const unknown = table.rules
        .flatMap(rule => [...rule.matches, rule.target])
        .filter(({ name }) => name === 'unknown')
      expect(unknown, note).toEqual([])
      const [parsed] = parseSave(theirs, family)
      expect(printTable(parsed!, { counters: true }), note).toBe(theirs)
      expect(without(roundedInText, parsed), note).toEqual(without(roundedInText, table))
      const again = encodeLegacyTable(table)
      expect(without(setNamesOnly, readLegacyTable(again.info, again.entries, family)), note).toEqual(
        without(setNamesOnly, table),
      )

      compared += theirs.split('\n').length
      for (const { matches, target } of table.rules)
        for (const { name } of [...matches, target]) seen.add(name)
    }

    test(`random rule sets`, () => {
      const numbers = process.env['CNMTOP_ONLY'] ?? Array.from({ length: RULESETS }, (_, i) => i)
      for (const number of [numbers].flat().map(Number)) {
        const random = seededRandom(mixSeed(seed, number))
        check(randomRuleset(random, family, usable, RULES), `CNMTOP_SEED=${seed} CNMTOP_ONLY=${number}`)
      }
      expect(compared).toBeGreaterThan(RULES)
    })

    test("a user's words mean what iptables makes of them", () => {
      const differences: string[] = []
      for (const kind of ['matches', 'targets'] as const) {
        for (const generator of usable[kind]) {
          const random = seededRandom(mixSeed(seed, differences.length + compared))
          for (const ruleset of random.list(TRIES, () => loneRule(random, family, kind, generator))) {
            if (!ruleset || restore(netns, family, rulesetText(ruleset)) !== '') continue
            const [theirs] = parseSave(save(netns, family, ruleset.table), family)
            const [ours] = parseSave(rulesetText(ruleset), family)
            const [text, expected] = [ours, theirs].map(table => printRule(table!.rules[0]!, family))
            if (text !== expected) differences.push(`${ruleset.rules[0]}\n  ours ${text}\n  save ${expected}`)
            compared++
          }
        }
      }
      expect(differences).toEqual([])
    })

    test.skipIf(process.env['CNMTOP_ONLY'])('everything that can be made here was compared', () => {
      // What the dice left out, alone.
      for (const kind of ['matches', 'targets'] as const) {
        for (const generator of usable[kind].filter(({ name }) => !seen.has(name))) {
          const random = seededRandom(mixSeed(seed, RULESETS))
          for (const ruleset of random.list(TRIES, () => loneRule(random, family, kind, generator))) {
            if (ruleset) check(ruleset, `CNMTOP_SEED=${seed} ${generator.name}`)
          }
        }
      }
      const made = [...usable.matches, ...usable.targets].map(({ name }) => name)
      expect(made.filter(name => !seen.has(name))).toEqual([])
      // Rules that are refused compare nothing.
      expect(refused / (RULESETS * RULES)).toBeLessThan(0.05)
    })
  },
)

/** Bytes hold a set's index, text its name. */
const setNamesOnly = new Set(['index', 'set'])
/** What iptables-legacy-save does not print: tests that no packet passes, zone 0. */
function isUnprinted(key: string, value: unknown): boolean {
  const text = JSON.stringify(value)
  return (
    text === '{"first":0,"last":65535,"invert":true}' ||
    text === '{"name":"","wildcard":true,"invert":true}' ||
    (key === 'zone' && text.startsWith('{"id":0'))
  )
}
/** Rates are rounded to a whole number of packets when they are printed: 37523/min comes out as 625/sec. */
const roundedInText = new Set([...setNamesOnly, 'average', 'period'])

function without(keys: ReadonlySet<string>, table: unknown): unknown {
  return JSON.parse(
    JSON.stringify(table, (key, value: unknown) =>
      keys.has(key) || isUnprinted(key, value) ? undefined : value,
    ),
  )
}
