import { describe, expect, test } from 'vitest'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import type { Link } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, parseIpJson, type TestNetns } from '../support/netns.ts'
import { seed } from '../support/seed.ts'
import { linkDifferences } from './compare-links.ts'
import { supportedKinds } from './generate-kinds.ts'
import { randomLinks } from './generate-links.ts'
import { mixSeed, seededRandom } from './random.ts'

/** The links of 300 namespaces are compared by namespace.test.ts too; here is every kind that the kernel has. */
const NAMESPACES = 40
const namespaces = Number(process.env['CNMTOP_NAMESPACES'] ?? NAMESPACES)

type TheirLink = { readonly ifindex: number; readonly ifname: string } & Record<string, unknown>

describe('links', needs('root', 'program:ip'), () => {
  test(`equal 'ip -j -d -s link' in ${namespaces} random namespaces (CNMTOP_SEED=${seed})`, {
    timeout: 600_000,
  }, () => {
    const supported = probe()
    const neighbour = makeNetns('links-neighbour')
    const kinds = new Map<string, number>()
    const problems: string[] = []
    let links = 0
    let refused = 0
    try {
      for (let index = 0; index < namespaces; index++) {
        const netns = makeNetns('links')
        try {
          const random = seededRandom(mixSeed(seed, index))
          const { lines } = randomLinks(random, {
            neighbour: neighbour.name,
            kinds: supported,
            ...(index === 0 ? { each: 1 } : {}),
          })
          refused += netns.batch(lines).length
          const compared = compareNamespace(netns)
          links += compared.theirs.length
          for (const link of compared.theirs) count(kinds, link)
          problems.push(...compared.differences.map(difference => `namespace ${index}, ${difference}`))
        } finally {
          netns.remove()
        }
      }
    } finally {
      neighbour.remove()
    }
    const covered = [...kinds].map(([kind, times]) => `${kind} ${times}`).toSorted()
    process.stdout.write(
      `seed ${seed}: ${namespaces} namespaces, ${links} links (${covered.join(', ')}), ${refused} settings refused\n`,
    )
    expect(problems).toEqual([])
    expect(links).toBeGreaterThan(namespaces * 2)
    // A short run of one seed need not meet every kind.
    if (namespaces < NAMESPACES) return
    for (const kind of [...supported, 'bridge port']) expect(kinds.get(kind), kind).toBeGreaterThan(0)
  })
})

function probe(): ReadonlySet<string> {
  const netns = makeNetns('links-probe')
  try {
    return supportedKinds(netns)
  } finally {
    netns.remove()
  }
}

/** Reads ours, theirs and ours again; a namespace that changed its links meanwhile is read once more. */
function compareNamespace(netns: TestNetns): { theirs: readonly TheirLink[]; differences: string[] } {
  const transport = netns.netlink()
  for (let attempt = 1; ; attempt++) {
    const before = readLinks(transport)
    const theirs = parseIpJson(netns.ip('-j', '-d', '-s', 'link')) as TheirLink[]
    const after = readLinks(transport)
    const differences = [...before.problems, ...rowDifferences(before.rows, theirs, after.rows)]
    // A state that moves on twice within one reading (a bridge port that learns, a bond that elects) settles.
    if (differences.length === 0 || attempt === 3) return { theirs, differences }
  }
}

function indexes(links: readonly { ifindex: number }[]): string {
  return links.map(link => link.ifindex).join()
}

function rowDifferences(
  before: readonly Link[],
  theirs: readonly TheirLink[],
  after: readonly Link[],
): string[] {
  if (indexes(before) !== indexes(theirs) || indexes(after) !== indexes(theirs)) {
    return [`ours has links ${indexes(before)}, theirs ${indexes(theirs)}`]
  }
  return theirs.flatMap((link, row) =>
    linkDifferences(before[row]!, link, after[row]!).map(
      difference => `${JSON.stringify(link.ifname)} ${difference}`,
    ),
  )
}

function count(kinds: Map<string, number>, link: TheirLink): void {
  const info = link['linkinfo'] as { info_kind?: string; info_slave_kind?: string } | undefined
  const add = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  if (info?.info_kind) add(info.info_kind)
  if (info?.info_slave_kind) add(`${info.info_slave_kind} port`)
}
