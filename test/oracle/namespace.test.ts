import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import type { Facet } from './facet.ts'
import { rtnlFacets } from './facets.ts'
import { supportedKinds } from './generate-kinds.ts'
import { randomWorld } from './generate-world.ts'
import { knownDifferences } from './known-differences.ts'
import { makeSets, netfilterFacets } from './netfilter-facets.ts'
import { build, compare, newTally } from './oracle.ts'
import { mixSeed, seededRandom } from './random.ts'

/** CNMTOP_ONLY makes just one namespace of a seed. CNMTOP_NAMESPACES is how many there are. */
const only = process.env['CNMTOP_ONLY']
const NAMESPACES = Number(process.env['CNMTOP_NAMESPACES'] ?? 300)
/** A shorter run need not meet everything that can be made. */
const WHOLE = 300
const GROUP = 25
/** So many are built by their own processes while one is compared: the kernel makes them wait for most of the time. */
const AHEAD = 4

describe(
  'random namespaces read as iproute2 and iptables print them',
  needs('root', 'program:ip', 'program:bridge'),
  () => {
    const tally = newTally()
    const live = new Set<TestNetns>()

    /** Some links have their other end in this namespace. */
    let neighbour: string
    let kinds: ReadonlySet<string>
    let facets: readonly Facet[]
    const absent: string[] = []

    beforeAll(() => {
      const probe = makeNetns('oracle-neighbour')
      live.add(probe)
      neighbour = probe.name
      kinds = supportedKinds(probe)
      const rules = makeNetns('oracle-rules')
      live.add(rules)
      const netfilter = netfilterFacets(rules, seed)
      facets = [...rtnlFacets, ...netfilter.facets]
      absent.push(...netfilter.absent)
    })

    function prepare(number: number): { netns: TestNetns; built: Promise<void> } {
      const netns = makeNetns('oracle')
      live.add(netns)
      makeSets(netns)
      const random = seededRandom(mixSeed(seed, number))
      const built = build(netns, randomWorld(random, { neighbour, kinds }), facets, random, tally)
      // Nobody waits for it when the one before fails.
      built.catch(() => {})
      return { netns, built }
    }

    const numbers =
      only === undefined ? Array.from({ length: NAMESPACES }, (_, index) => index) : [Number(only)]
    const groups = Map.groupBy(numbers, number => Math.floor(number / GROUP))

    test.each([...groups.values()].map(group => [`${group[0]} to ${group.at(-1)}`, group] as const))(
      `namespaces %s of seed ${seed}`,
      { timeout: 300_000 },
      async (_, group) => {
        const differences: string[] = []
        const prepared = group.slice(0, AHEAD).map(prepare)
        for (const [index, number] of group.entries()) {
          const { netns, built } = prepared[index]!
          await built
          const later = group[index + AHEAD]
          if (later !== undefined) prepared.push(prepare(later))
          for (const difference of compare(netns, facets, tally)) {
            differences.push(`CNMTOP_SEED=${seed} CNMTOP_ONLY=${number}: ${difference}`)
          }
          netns.remove()
          live.delete(netns)
        }
        expect(differences).toEqual([])
      },
    )

    test.skipIf(numbers.length < WHOLE)('everything that the generators can make was there', () => {
      const missing = facets.flatMap(facet =>
        facet.covers.filter(key => !tally.keys.get(facet.name)?.has(key)).map(key => `${facet.name}.${key}`),
      )
      expect(missing).toEqual([])
      const unused = knownDifferences
        .map(({ facet, key }) => `${facet}.${key}`)
        .filter(key => !tally.known.has(key))
      expect(unused).toEqual([])
      // Generators that mostly make nonsense compare mostly nothing.
      expect(tally.refused / tally.commands).toBeLessThan(0.25)
      expect(tally.refusedRules).toBeLessThanOrEqual(tally.rules * 0.05)
    })

    afterAll(() => {
      for (const netns of live) netns.remove()
      const rows = [...tally.rows].map(([name, count]) => `${name} ${count}`).join(', ')
      const rules = facets.flatMap(({ name }) => {
        const count = tally.keys.get(name)?.get('rule')
        return count === undefined ? [] : [`${name} ${count}`]
      })
      const { commands, refused, refusedRules, retries } = tally
      process.stderr.write(
        [
          `oracle: seed ${seed}, ${numbers.length} namespaces, rows: ${rows}`,
          `netfilter rules: ${rules.join(', ')}; absent: ${absent.join(', ') || 'nothing'}`,
          `${refused} of ${commands} commands and ${refusedRules} of ${tally.rules} rules refused, ${retries} looked at again\n`,
        ].join('; '),
      )
    })
  },
)
