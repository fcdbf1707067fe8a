import { describe, expect, it } from 'vitest'
import { createTheme } from '../../src/ui/components/theme.ts'
import { tabIds } from '../../src/ui/model/tabs/tab-id.ts'
import { renderOnce } from '../../src/ui/once.ts'
import { clusterOf, syntheticSnapshot } from './synthetic.ts'
import { screenStyles, screenText, userOf } from './user.tsx'

const snapshot = syntheticSnapshot()
const monochrome = createTheme({ color: false, ascii: false })

/** Frames are stored as text beside this file; a change shows as a difference in review. */
const golden = (name: string): string => `./frames/${name}.txt`
const asFile = (rows: readonly string[]): string => `${rows.map(row => row.trimEnd()).join('\n')}\n`

describe('frames', () => {
  it.each([
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 60],
  ])('the namespaces at %ix%i', async (columns, rows) => {
    const user = userOf(snapshot, columns, rows)
    const text = screenText(user.screen())
    expect(text).toHaveLength(rows)
    await expect(asFile(text)).toMatchFileSnapshot(golden(`namespaces-${columns}x${rows}`))
    user.press('j', 'enter')
    await expect(asFile(screenText(user.screen()))).toMatchFileSnapshot(golden(`ingress-${columns}x${rows}`))
    user.stop()
  })

  it.each(tabIds)('the tab %s at 80x24', async tab => {
    const user = userOf(snapshot, 80, 24)
    user.press('j', 'enter', ...tabIds.slice(0, tabIds.indexOf(tab)).map(() => ']'))
    await expect(asFile(user.text())).toMatchFileSnapshot(golden(`tab-${tab}`))
    user.stop()
  })

  it.each(['?', 'o', 'y'])('what %s lays over the lists', async key => {
    const user = userOf(snapshot, 80, 24)
    user.press('j', 'enter', ']', key)
    const name = { '?': 'help', o: 'origin', y: 'json' }[key]
    await expect(asFile(user.text())).toMatchFileSnapshot(golden(`overlay-${name}`))
    user.stop()
  })

  it('in colour, without, and in ASCII', async () => {
    const user = userOf(snapshot, 120, 24)
    user.press('j', 'j', 'tab')
    const screen = user.screen()
    const color = createTheme({ color: true, ascii: false })
    await expect(asFile(screenStyles(screen, color))).toMatchFileSnapshot(golden('styles-color'))
    await expect(asFile(screenStyles(screen, monochrome))).toMatchFileSnapshot(golden('styles-monochrome'))
    const ascii = screenText(screen, createTheme({ color: false, ascii: true }))
    expect(ascii.join('')).toMatch(/^[ -~]*$/)
    await expect(asFile(ascii)).toMatchFileSnapshot(golden('ascii'))
    user.stop()
  })

  it('no colour means no colour, and the marks stay', () => {
    const user = userOf(snapshot, 120, 24)
    const styles = screenStyles(user.screen(), monochrome).join('\n')
    const codes = new Set([...styles.matchAll(/<(\d+)>/g)].map(([, code]) => code))
    expect(codes).toEqual(new Set(['1', '2', '22', '7', '27']))
    expect(user.line('lb_nvpbs39b6')).toMatch(/^ ▲ /)
    user.stop()
  })

  it('the overview without a terminal', async () => {
    const text = renderOnce(clusterOf(snapshot), { width: 100, color: false, ascii: false, plain: true })
    expect(text).not.toContain('\x1b')
    await expect(text).toMatchFileSnapshot(golden('once'))
  })

  it.each([
    [59, 16],
    [60, 15],
    [52, 12],
    [10, 3],
    [1, 1],
  ])('one plain line at %ix%i, and q works', (columns, rows) => {
    const user = userOf(snapshot, columns, rows)
    const told = `Terminal too small: ${columns}x${rows}, need 60x16`
    expect(user.text().join('').trim()).toBe(told.slice(0, columns).trim())
    user.press('j', '?', '/', 'escape', 'escape', 'q')
    expect(user.effects).toEqual(['quit 0'])
    user.stop()
  })

  it('every row of every size is as wide as the screen at most', () => {
    for (let columns = 60; columns <= 200; columns += 7) {
      const user = userOf(snapshot, columns, 20)
      for (const tab of tabIds) {
        const rows = screenText(user.screen())
        expect(rows, tab).toHaveLength(20)
        expect(Math.max(...rows.map(row => [...row].length)), `${tab} at ${columns}`).toBeLessThanOrEqual(
          columns,
        )
        user.press(']')
      }
      user.stop()
    }
  })
})
