import fc from 'fast-check'
import { DecodeError } from 'netlink-codec'
import { encodeLegacyTable } from 'node-iptables/testing'
import { describe, expect, it } from 'vitest'
import { type Family, parseSave, printTable, readLegacyTable, type Table } from '../src/index.ts'
import { matchTexts, targetTexts } from './texts.ts'

/** A table with every match and target of the texts, jumps, gotos and a rule without a target. */
function everything(family: Family): Table {
  const matches = [...matchTexts.both, ...matchTexts[family]]
  const targets = [...targetTexts.both, ...targetTexts[family]]
  const address = family === 'ip' ? '10.0.0.0/8' : 'fd00::/8'
  const masked = family === 'ip' ? '1.0.0.1/255.0.0.255' : '::1/ffff::ffff'
  const text = `*mangle
:PREROUTING ACCEPT [1:2]
:INPUT DROP [3:4]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [18446744073709551615:9007199254740993]
:EMPTY - [0:0]
:USER - [0:0]
[5:6] -A PREROUTING -s ${address} ! -d ${masked} -i eth+ ! -o lo -p tcp -j USER
[0:0] -A PREROUTING ! -i a23456789012345 -p 200 -g EMPTY
[7:8] -A PREROUTING
${matches.map(match => `[0:0] -A USER -m ${match} -j ACCEPT`).join('\n')}
${targets.map((target, i) => `[${i}:${i}] -A USER -j ${target}`).join('\n')}
[0:0] -A USER -j QUEUE
[0:0] -A USER -j RETURN
COMMIT
`
  const [table] = parseSave(text, family)
  expect(printTable(table!, { counters: true })).toBe(text)
  return table!
}

describe.each(['ip', 'ip6'] as const)('a legacy table of %s', family => {
  const table = everything(family)
  const { info, entries } = encodeLegacyTable(table)

  it('comes back from its bytes', () => {
    expect(readLegacyTable(info, entries, family)).toEqual(table)
  })

  it('throws DecodeError and nothing else when it is cut or overwritten', () => {
    let damaged = 0
    const read = (bytes: Uint8Array, header: Uint8Array) => {
      try {
        readLegacyTable(header, bytes, family)
      } catch (error) {
        damaged++
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
    for (let length = 0; length < entries.length; length += 61) read(entries.subarray(0, length), info)
    for (let length = 0; length < info.length; length++) read(entries, info.subarray(0, length))
    expect(damaged).toBe(Math.ceil(entries.length / 61) + info.length)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(entries.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.array(fc.tuple(fc.nat(info.length - 1), fc.nat(255)), { maxLength: 2 }),
        (inEntries, inInfo) => {
          const [badEntries, badInfo] = [entries.slice(), info.slice()]
          for (const [at, byte] of inEntries) badEntries[at] = byte
          for (const [at, byte] of inInfo) badInfo[at] = byte
          read(badEntries, badInfo)
        },
      ),
      { numRuns: 300 },
    )
    expect(damaged).toBeGreaterThan(300)
  })

  it('throws DecodeError and nothing else on random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uint8Array({ minLength: 84, maxLength: 84 }),
        (bytes, header) => {
          try {
            readLegacyTable(header, bytes, family)
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError)
          }
        },
      ),
    )
  })
})

it('keeps a test of the interface that no packet passes', () => {
  const text = `*filter
:FORWARD ACCEPT [0:0]
-A FORWARD ! -i + ! -o + -m physdev --physdev-in + ! --physdev-out +
-A FORWARD -j ACCEPT
COMMIT
`
  const [table] = parseSave(text)
  const { info, entries } = encodeLegacyTable(table!)
  const read = readLegacyTable(info, entries, 'ip')
  expect(read.rules[0]?.ip.inInterface).toEqual({ name: '', wildcard: true, invert: true })
  expect(printTable(read)).toBe(text)
})

it('keeps an unknown extension through bytes and text', () => {
  const text = `*filter
:INPUT ACCEPT [0:0]
-A INPUT -m future --unknown-revision 3 --unknown-bytes 0102030405060708 -j FUTURE --unknown-revision 0 --unknown-bytes ""
COMMIT
`
  const [table] = parseSave(text)
  const { info, entries } = encodeLegacyTable(table!)
  const read = readLegacyTable(info, entries, 'ip')
  expect(read.rules[0]?.matches).toEqual([
    { name: 'unknown', extension: 'future', revision: 3, hex: '0102030405060708' },
  ])
  expect(printTable(read)).toBe(text)
})
