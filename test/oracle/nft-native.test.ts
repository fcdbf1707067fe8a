import { describe, expect, test } from 'vitest'
import type { NftTable } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { dockerTables } from './nft-docker-tables.ts'
import { makeNftNetns, type NftNetns } from './nft-namespace.ts'
import { randomNftTable } from './nft-random-rules.ts'
import { mixSeed, seededRandom } from './random.ts'

const tables = Number(process.env['CNMTOP_NFT_TABLES'] ?? 100)
const wide = process.env['CNMTOP_NFT_WIDE'] === '1'

describe('nft tables', needs('root', 'program:nft'), () => {
  test("equal 'nft list ruleset' for the tables that dockerd makes", () => {
    const netns = makeNftNetns()
    try {
      netns.tool('nft', ['-f', '-'], dockerTables)
      const { rules, problems } = compare(netns)
      expect(problems).toEqual([])
      expect(rules).toBe(37)
    } finally {
      netns.remove()
    }
  })

  test('equal it where a rule has the only set, and where an object stands beside it', () => {
    const chain = 'chain c {\n type filter hook input priority 0\n tcp dport { 22, 80 } accept\n}'
    for (const object of ['', 'counter seen {\n}\n']) {
      const netns = makeNftNetns()
      try {
        netns.tool('nft', ['-f', '-'], `table ip only {\n${object}${chain}\n}\n`)
        expect(compare(netns)).toEqual({ rules: 1, problems: [] })
        const [table] = netns.read().value.nft
        expect(table?.setData).toHaveLength(1)
      } finally {
        netns.remove()
      }
    }
  })

  test(`equal it for ${tables} random tables (CNMTOP_SEED=${seed})`, { timeout: 600_000 }, () => {
    const found: string[] = []
    let count = 0
    let refused = 0
    for (let index = 0; index < tables; index++) {
      const netns = makeNftNetns()
      try {
        refused += load(netns, randomNftTable(seededRandom(mixSeed(seed, index)), wide))
        const { rules, problems } = compare(netns)
        count += rules
        found.push(...problems.map(problem => `table ${index}: ${problem}`))
      } finally {
        netns.remove()
      }
    }
    process.stdout.write(`seed ${seed}: ${tables} tables, ${count} rules, ${refused} refused\n`)
    expect(found).toEqual([])
    expect(count).toBeGreaterThan(tables * 3)
  })
})

/** Loads a table; a line that nft refuses (two protocols in one rule) is left out, and counted. */
function load(netns: NftNetns, text: string): number {
  const lines = text.split('\n')
  for (let refused = 0; ; refused++) {
    try {
      netns.tool('nft', ['-f', '-'], lines.join('\n'))
      return refused
    } catch (error) {
      const line = /stdin:(\d+)/.exec((error as { stderr: string }).stderr)?.[1]
      if (line === undefined || !lines[Number(line) - 1]?.startsWith('    ')) throw error
      lines[Number(line) - 1] = ''
    }
  }
}

/** Rules by chain, and elements by set, of each table, in one form for both sides. */
type Listing = Map<string, string[]>

function compare(netns: NftNetns): { rules: number; problems: string[] } {
  const theirs = parseListing(netns.tool('nft', ['list', 'ruleset']))
  const { value, problems: reading, interrupted } = netns.read()
  expect({ reading, interrupted, netfilter: value.netfilter }).toEqual({
    reading: [],
    interrupted: false,
    netfilter: [],
  })
  const ours = ourListing(value.nft)
  const problems: string[] = []
  let rules = 0
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const wanted = theirs.get(key) ?? ['(nothing)']
    const got = ours.get(key) ?? ['(nothing)']
    if (key.includes(' chain ')) rules += wanted.length
    for (let index = 0; index < Math.max(wanted.length, got.length); index++) {
      if (withoutKnownDifferences(wanted[index]) !== withoutKnownDifferences(got[index])) {
        problems.push(`${key}\n  theirs ${wanted[index]}\n  ours   ${got[index]}`)
      }
    }
  }
  return { rules, problems }
}

/** What nft 1.0.6 prints otherwise, with the reason; both sides are brought to one form. */
const knownDifferences: readonly { reason: string; pattern: RegExp; instead: string }[] = [
  {
    reason: 'nft keeps the expressions of `typeof` in userdata; we say the types that the kernel holds',
    pattern: /^typeof (?!@).*$/,
    instead: 'type',
  },
]

function withoutKnownDifferences(line: string | undefined): string | undefined {
  return knownDifferences.reduce((text, { pattern, instead }) => text?.replace(pattern, instead), line)
}

function ourListing(read: readonly NftTable[]): Listing {
  const listing: Listing = new Map()
  for (const { family, table, chains, sets, rules } of read) {
    for (const { name } of chains) {
      const texts = rules.filter(rule => rule.chain === name).map(rule => rule.text)
      listing.set(`${family} ${table} chain ${name}`, texts)
    }
    for (const { name, map, keyType, dataType, elements } of sets) {
      const data = dataType === undefined ? '' : ` : ${dataType}`
      const word = keyType.startsWith('@') ? 'typeof' : 'type'
      const type = keyType.includes('integer') ? 'type' : `${word} ${keyType}${data}`
      listing.set(`${family} ${table} ${map ? 'map' : 'set'} ${name}`, [type, elements.join(', ')])
    }
  }
  return listing
}

function parseListing(text: string): Listing {
  const listing: Listing = new Map()
  let table = ''
  let block = ''
  // Elements go on over several lines.
  for (const line of text
    .replaceAll(/,\n\s+/g, ', ')
    .split('\n')
    .map(each => each.trim())) {
    const opened = /^(table|chain|set|map) (.+) \{$/.exec(line)
    if (opened?.[1] === 'table') table = opened[2]!
    else if (opened) {
      block = `${table} ${opened[1]} ${opened[2]}`
      listing.set(block, opened[1] === 'chain' ? [] : ['', ''])
    } else if (line === '}') block = ''
    else if (block !== '') addLine(listing.get(block)!, block, line)
  }
  return listing
}

function addLine(rows: string[], block: string, line: string): void {
  if (block.includes(' chain ')) {
    if (!line.startsWith('type ') && line !== '') rows.push(line)
  } else if (/^type(of)? /.test(line)) rows[0] = line
  else if (line.startsWith('elements = { ')) rows[1] = line.slice('elements = { '.length, -2)
}
