import type { Family } from 'node-iptables'
import { describe, expect, test } from 'vitest'
import type { NetfilterTable } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { makeNftNetns, type NftNetns } from './nft-namespace.ts'
import { randomTables, type Supports } from './nft-random-tables.ts'
import { matches, targets, type Words } from './nft-random-words.ts'
import { mixSeed, seededRandom } from './random.ts'

const ruleSets = Number(process.env['CNMTOP_RULE_SETS'] ?? 120)

const tools = {
  ip: { restore: 'iptables-nft-restore', save: 'iptables-nft-save' },
  ip6: { restore: 'ip6tables-nft-restore', save: 'ip6tables-nft-save' },
} as const

describe('nf_tables of iptables-nft', needs('root', 'program:iptables-nft-restore'), () => {
  test(`equals 'iptables-nft-save -c' for ${ruleSets} random rule sets (CNMTOP_SEED=${seed})`, {
    timeout: 600_000,
  }, () => {
    const supports = probe()
    const problems: string[] = []
    let rules = 0
    let refused = 0
    for (let index = 0; index < ruleSets; index++) {
      const family: Family = index % 2 === 0 ? 'ip' : 'ip6'
      const netns = makeNftNetns()
      try {
        const random = seededRandom(mixSeed(seed, index))
        refused += restore(netns, family, randomTables(random, family, supports))
        const theirs = parseTables(netns.tool(tools[family].save, ['-c']))
        const { value, problems: ownProblems, interrupted } = netns.read()
        expect({ ownProblems, interrupted, nft: value.nft }).toEqual({
          ownProblems: [],
          interrupted: false,
          nft: [],
        })
        const ours = new Map(value.netfilter.map(table => [`*${table.table}`, tableLines(table)]))
        expect([...ours.keys()].toSorted()).toEqual([...theirs.keys()].toSorted())
        for (const [name, lines] of theirs) {
          problems.push(...differences(lines, ours.get(name) ?? []).map(line => `${index} ${family} ${line}`))
          rules += lines.filter(line => line.startsWith('[')).length
        }
      } finally {
        netns.remove()
      }
    }
    process.stdout.write(`seed ${seed}: ${ruleSets} rule sets, ${rules} rules, ${refused} refused\n`)
    expect(problems).toEqual([])
    expect(rules).toBeGreaterThan(ruleSets * 5)
  })
})

/** Loads a rule set; a rule that iptables refuses is left out, and counted. */
function restore(netns: NftNetns, family: Family, text: string): number {
  const lines = text.split('\n')
  for (let refused = 0; ; refused++) {
    try {
      netns.tool(tools[family].restore, ['--counters'], lines.join('\n'))
      return refused
    } catch (error) {
      const line = /line:? (\d+)/.exec((error as { stderr: string }).stderr)?.[1]
      if (line === undefined || !lines[Number(line) - 1]?.startsWith('[')) throw error
      lines[Number(line) - 1] = '#'
    }
  }
}

function parseTables(save: string): Map<string, string[]> {
  const tables = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) tables.set(line, (lines = []))
    else if (line !== '' && line !== 'COMMIT' && !line.startsWith('#')) lines.push(line)
  }
  return tables
}

function tableLines({ chains, rules }: NetfilterTable): string[] {
  return [
    ...chains.map(({ name, policy, packets, bytes }) => `:${name} ${policy ?? '-'} [${packets}:${bytes}]`),
    ...rules.map(({ packets, bytes, text }) => `[${packets}:${bytes}] ${text}`),
  ]
}

function differences(theirs: readonly string[], ours: readonly string[]): string[] {
  const found: string[] = []
  for (let index = 0; index < Math.max(theirs.length, ours.length); index++) {
    if (theirs[index] !== ours[index]) found.push(`\n  theirs ${theirs[index]}\n  ours   ${ours[index]}`)
  }
  return found
}

/** Asks which extensions this kernel and this iptables have, by one rule each. */
function probe(): Supports {
  const netns = makeNftNetns()
  const known = new Map<string, boolean>()
  const key = (words: Words, family: Family) => `${family} ${words.name}`
  try {
    for (const family of ['ip', 'ip6'] as const) {
      for (const [option, list] of [
        ['-m', matches],
        ['-j', targets],
      ] as const) {
        for (const words of list) {
          if (words.family !== undefined && words.family !== family) continue
          known.set(key(words, family), isTaken(netns, family, option, words))
        }
      }
    }
  } finally {
    netns.remove()
  }
  const missing = [...known].filter(([, taken]) => !taken).map(([name]) => name)
  process.stdout.write(`not in this kernel or iptables: ${missing.join(', ') || 'nothing'}\n`)
  return (words, family) => known.get(key(words, family)) === true
}

function isTaken(netns: NftNetns, family: Family, option: string, words: Words): boolean {
  const random = seededRandom(1)
  const table = words.tables?.[0] ?? 'mangle'
  const chain = words.chains?.[0] ?? 'OUTPUT'
  const protocol = words.protocols ? `-p ${words.protocols[0]}` : ''
  const rule = `-A ${chain} ${protocol} ${option} ${words.name} ${words.words(random, family)}`
  try {
    netns.tool(tools[family].restore, [], `*${table}\n${rule}\nCOMMIT\n`)
    return true
  } catch {
    return false
  }
}
