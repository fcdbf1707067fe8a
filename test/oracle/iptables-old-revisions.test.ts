import { ByteReader, ByteWriter } from 'netlink-codec'
import {
  decodeMatch,
  decodeTarget,
  parseSave,
  printMatch,
  printTarget,
  printTable,
  readLegacyTable,
} from 'node-iptables'
import { encodeLegacyTable } from 'node-iptables/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { needs } from '../support/needs.ts'
import { createSet, readBlob, replaceTable, save } from './iptables/legacy-host.ts'
import { type OldRevision, oldRevisions } from './iptables/old-revisions.ts'
import { baseChains } from './iptables/ruleset.ts'

const setNames = new Map([
  [0, 'single'],
  [1, 'pairs'],
])
const setName = (index: number): string | undefined => setNames.get(index)
const cases = oldRevisions.map(old => [`${old.name} ${old.revision}`, old] as const)

function structOf(old: OldRevision): Uint8Array {
  return old.write(new ByteWriter()).align(8).finish()
}

describe('structs of older revisions', () => {
  test.each(cases)('%s is decoded', (_, old) => {
    const bytes = structOf(old)
    const { revision, family } = old
    const payload = { reader: new ByteReader(bytes), at: 0, length: bytes.length, revision, family, setName }
    const words =
      old.kind === '-m'
        ? printMatch(decodeMatch(old.name, payload), family)
        : printTarget(decodeTarget(old.name, payload), family)
    expect(words.join(' ')).toBe(`${old.kind} ${old.text}`)
  })
})

/**
 * The kernel checks the size of each struct, and most of what is in it. iptables 1.8.9 knows the highest revision of the
 * kernel alone and prints `[unsupported revision]` for others: there the words come from the struct's header.
 */
describe('the kernel takes them and hands them back', needs('root', 'program:iptables-legacy-save'), () => {
  let netns: TestNetns

  beforeAll(() => {
    netns = makeNetns('iptold')
    createSet(netns, 'single', 'hash:ip', 'ip', 0)
    createSet(netns, 'pairs', 'hash:ip,port', 'ip', 0)
  })
  afterAll(() => netns.remove())

  test.each(cases)('%s', (_, old) => {
    const hex = [...structOf(old)].map(byte => byte.toString(16).padStart(2, '0')).join('')
    const protocol = old.protocol === undefined ? '' : ` -p ${old.protocol}`
    const rule = (words: string) => `[0:0] -A ${old.chain}${protocol} ${old.kind} ${words}`
    const text = (words: string) =>
      `*${old.table}\n${baseChains[old.table]!.map(name => `:${name} ACCEPT [0:0]\n`).join('')}${rule(words)}\nCOMMIT\n`
    const [table] = parseSave(
      text(`${old.name} --unknown-revision ${old.revision} --unknown-bytes ${hex === '' ? '""' : hex}`),
      old.family,
    )
    replaceTable(netns, old.family, old.table, encodeLegacyTable(table!))
    expect([text(old.text), text(`${old.name} [unsupported revision]`)]).toContain(
      save(netns, old.family, old.table),
    )
    const { info, entries } = readBlob(netns, old.family, old.table)
    const read = readLegacyTable(info, entries, old.family, { setName })
    expect(printTable(read, { counters: true })).toBe(text(old.text))
  })
})
