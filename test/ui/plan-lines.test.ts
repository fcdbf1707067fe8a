import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planDialog } from '../../src/ui/model/dialog/dialog.ts'
import { confirmLines, planLines } from '../../src/ui/model/dialog/plan-lines.ts'
import { lineText } from '../../src/ui/model/span.ts'
import { quoted } from '../../src/util/shell.ts'
import { width } from '../../src/util/width.ts'
import { planIntent } from '../../src/actions/plan-intent.ts'
import { network } from '../actions/intents.ts'
import { site } from '../actions/site.ts'

const plan = planIntent(network(), site)

/** The command as it stands on the screen. */
function commandRows(command: string, columns: number): string[] {
  const rows = planLines({ ...plan, command }, columns).map(lineText)
  return rows.slice(1, rows.indexOf(''))
}

it('shows a command that can be marked and pasted, however its lines break', () => {
  const word = fc.string({ unit: fc.constantFrom(...`ab '"\\$\n;é漢`), maxLength: 12 })
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 60, max: 120 }),
      (words, columns) => {
        const rows = commandRows(words.map(quoted).join(' '), columns)
        for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns)
        const line = `printf '%s\\0' x ${rows.join('\n')}`
        expect(execFileSync('bash', ['-c', line], { encoding: 'utf8' }).split('\0').slice(1, -1)).toEqual(
          words,
        )
      },
    ),
    { numRuns: 50 },
  )
})

it('shows all of a word that is longer than a line', () => {
  const image = `registry.example/${'team/'.repeat(30)}web`
  const rows = commandRows(`docker service create ${image} x`, 60)
  expect(rows.map(row => row.trim()).join('')).toContain(image)
})

it.each([40, 60, 80, 120])(
  'shows the name that has to be typed, and what was typed of it, in %i columns',
  columns => {
    const name = 'a-network-with-a-name-of-as-many-letters-as-the-swarm-takes-and1'
    const removal = { ...planIntent({ kind: 'network-remove', network: 'old' }, site), confirmWord: name }
    const dialog = {
      ...planDialog(removal, undefined),
      reading: false,
      focus: 'word',
      word: { text: name.slice(0, 50), cursor: 50 },
    } as const
    const rows = confirmLines(dialog, undefined, 0, columns).map(lineText)
    for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns)
    const told = rows.join('')
    expect(told).toMatch(/^Type/)
    expect(rows.join('').replaceAll(' ', '')).toContain(name)
    // The end of it, where the cursor is.
    expect(told).toContain(name.slice(45, 50))
  },
)
