import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { type Facet, ipLines } from './facet.ts'
import { routeFacet, ruleFacet } from './facets.ts'
import { build, compare, newTally } from './oracle.ts'
import { seededRandom } from './random.ts'

const bytes = Array.from({ length: 256 }, (_, byte) => byte)

/** Every number that has a word somewhere: who made it, tables, scopes, TOS, transport protocols, groups, realms. */
const wordFacets: readonly Facet[] = [
  {
    ...routeFacet,
    build: () =>
      bytes.flatMap(byte =>
        ipLines([
          `route append 10.${byte}.0.0/16 dev v0 proto ${byte} table ${byte + 1}`,
          `route append 10.${byte}.0.0/17 dev v0 scope ${byte} realm ${byte + 1}`,
        ]),
      ),
  },
  {
    ...ruleFacet,
    build: () => [
      ...bytes.flatMap(byte =>
        ipLines([
          `rule add pref ${byte + 1} ipproto ${byte} protocol ${byte} table ${byte + 1}`,
          `rule add pref ${byte + 1} table 6 suppress_ifgroup ${byte} realms ${byte}/${byte + 1}`,
        ]),
      ),
      // IPv6 takes every DSCP; the two low bits are ECN's.
      ...ipLines(
        bytes
          .filter(byte => byte % 4 === 0)
          .map(byte => `rule add pref ${byte + 1} tos 0x${byte.toString(16)} table 5`),
        'ip -6',
      ),
    ],
  },
]

describe('every number has the word that ip gives it', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('words')
  })
  afterAll(() => netns.remove())

  test('in routes and policy rules', async () => {
    const tally = newTally()
    const world = {
      links: [],
      commands: ipLines(['link add v0 type veth peer name v1', 'link set v0 up', 'link set v1 up']),
    }
    await build(netns, world, wordFacets, seededRandom(0), tally)
    expect(compare(netns, wordFacets, tally)).toEqual([])
    const words = (facet: string, key: string): number =>
      [...tally.keys.get(facet)!.keys()].filter(word => word.startsWith(`${key}=`)).length
    expect(words('routes', 'protocol')).toBe(256)
    expect(words('routes', 'table')).toBeGreaterThan(250)
    expect(words('routes', 'scope')).toBeGreaterThan(200)
    expect(words('rules', 'ipproto')).toBe(255)
    expect(words('rules', 'protocol')).toBeGreaterThan(250)
    expect(words('rules', 'suppress_ifgroup')).toBeGreaterThan(250)
    expect(words('rules', 'tos')).toBe(63)
  })
})
