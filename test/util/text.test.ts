import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatTook,
} from '../../src/util/format.ts'
import { sanitise } from '../../src/util/sanitise.ts'
import { padEnd, padStart, truncate, truncateMiddle, wrap } from '../../src/util/text.ts'
import { width } from '../../src/util/width.ts'

/** Text of the kinds that hurt: escape sequences, bidirectional controls, joiners, marks, wide characters, halves. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\x1b[31m',
        '\x9b31m',
        '\u202e',
        '\u200b',
        '\u2028',
        '\n',
        '\r',
        '\t',
        '\x7f',
        '\u0301',
        '网',
        '🇩🇪',
        '👩‍👩‍👧',
        '\ud800',
        'é',
      ),
      fc.nat(0xffff).map(code => String.fromCharCode(code)),
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''))

describe('sanitise', () => {
  it.each([
    ['eth0', 'eth0'],
    ['\x1b[2J', '\\x1b[2J'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\x9b31m', '\\x9b31m'],
    ['\x7f\x00', '\\x7f\\x00'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['\ud83d', '\\ud83d'],
    ['\u0301alone', '\\u0301alone'],
    ['ネットワーク0', 'ネットワーク0'],
    ['café', 'café'],
  ])('%j is shown as %j', (text, shown) => {
    expect(sanitise(text)).toBe(shown)
  })

  it('lets nothing through that a terminal acts on', () => {
    fc.assert(
      fc.property(nastyText, text => {
        expect(sanitise(text)).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u,
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves a text that it has made alone', () => {
    fc.assert(
      fc.property(nastyText, text => {
        expect(sanitise(sanitise(text))).toBe(sanitise(text))
      }),
    )
  })
})

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['', 0],
    ['网络', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['✔ ok', 4],
  ])('%j takes %i columns', (text, columns) => {
    expect(width(text)).toBe(columns)
  })

  it('pads and cuts to exactly the columns asked for', () => {
    fc.assert(
      fc.property(nastyText, fc.nat(30), (text, columns) => {
        const safe = sanitise(text)
        expect(stringWidth(padEnd(safe, columns))).toBe(columns)
        expect(stringWidth(padStart(safe, columns))).toBe(columns)
        expect(stringWidth(truncate(safe, columns))).toBeLessThanOrEqual(columns)
        expect(stringWidth(truncateMiddle(safe, columns))).toBeLessThanOrEqual(columns)
        if (columns >= 2) {
          for (const line of wrap(safe, columns)) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('cuts the middle of ids and the end of other text', () => {
    expect(truncateMiddle('18531514ffd0', 10)).toBe('18531…ffd0')
    expect(truncate('18531514ffd0', 10)).toBe('18531514f…')
    expect(truncate('网络网络', 4)).toBe('网…')
  })

  it('wraps at spaces, and long words where they must', () => {
    expect(wrap('the quick brown fox', 9)).toEqual(['the quick', 'brown fox'])
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
    expect(wrap('', 5)).toEqual([''])
  })
})

describe('numbers', () => {
  it('tells bytes as ifconfig does', () => {
    const told = ['0', '504', '75247', '16821353', '18446744073709551615'].map(formatBytes)
    expect(told).toEqual(['0.0 B', '504.0 B', '73.5 KiB', '16.0 MiB', '16.0 EiB'])
  })

  it('tells counts, rates and times in few columns', () => {
    expect(['9999', '10000', '4812331'].map(formatCount)).toEqual(['9999', '10.0k', '4.8M'])
    expect([0, 0.31, 9.96, 123.4, 45_000].map(formatRate)).toEqual(['0', '0.3', '10', '123', '45.0k'])
    expect([400, 12_000, 180_000, 9e6, 3e8].map(formatDuration)).toEqual([
      '0.4 s',
      '12 s',
      '3 min',
      '3 h',
      '3 d',
    ])
    expect([500, 4200, 17_000, 130_000].map(formatAge)).toEqual(['now', '4 s', '15 s', '2 min'])
    expect([0.123, 24.1, 1300].map(formatTook)).toEqual(['0.12 ms', '24.1 ms', '1.3 s'])
  })
})
