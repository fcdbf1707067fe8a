import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sanitise } from '../../src/util/sanitise.ts'
import { quoted, wordsOfLine } from '../../src/util/shell.ts'

// A shell's words hold everything but NUL.
const word = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...`a '"\\$\n\t\u001b\u202e\u0301é漢*;&`),
      fc.string({ unit: 'grapheme' }),
    ),
    maxLength: 8,
  })
  .map(text => text.replaceAll('\0', '').toWellFormed())

it('quotes words so that a shell gives them back, and so that they are what a terminal shows', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), words => {
      const line = words.map(quoted).join(' ')
      expect(sanitise(line)).toBe(line)
      expect(wordsOfLine(line)).toEqual(words.map(quoted))
      const told = execFileSync('bash', ['-c', String.raw`printf '%s\0' x ` + line], { encoding: 'utf8' })
      expect(told.split('\0').slice(1, -1)).toEqual(words)
    }),
    { numRuns: 50 },
  )
})
