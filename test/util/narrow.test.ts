import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { narrowText } from '../../src/util/narrow.ts'

const narrow = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(text =>
  narrowText.test(text),
)

describe('narrowText', () => {
  it('holds only characters that string-width gives one column, alone and beside each other', () => {
    expect(narrow.length).toBeGreaterThan(300)
    expect(narrow.filter(character => stringWidth(character) !== 1)).toEqual([])
    expect(stringWidth(narrow.join(''))).toBe(narrow.length)
    expect(stringWidth(narrow.toReversed().join(''))).toBe(narrow.length)
  })

  it.each(['\u00ad', 'e\u0301', '\u200b', '漢', '✅', '\x1b[1m', '👩‍👩‍👧'])(
    'leaves %j to the tables',
    text => {
      expect(narrowText.test(text)).toBe(false)
    },
  )
})
