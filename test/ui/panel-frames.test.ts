import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { createTheme } from '../../src/ui/components/theme.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { type FakeDesk, fakeDesk, type Operator, operatorOf } from './operator.ts'
import { screenStyles, screenText } from './user.tsx'

const snapshot = captureSnapshot('docker-26.1-nft', 'node1')
const request = { method: 'POST', path: '/networks/create', query: {}, body: {} } as const

/** Ways to each of the dialogs: what is on the screen at their ends is stored as text beside this file. */
const ways: Readonly<Record<string, (operator: Operator, desk: FakeDesk) => Promise<void>>> = {
  menu: operator => operator.keys('a'),
  network: async operator => {
    await operator.choose('Create a network')
    await operator.keys(...'appnet', 'tab', 'tab')
  },
  service: async operator => {
    await operator.choose('Create a service')
    await operator.keys(...'web', 'tab', ...'nginx:1.29', 'tab', 'tab', '2', 'tab', 'enter')
  },
  plan: async operator => {
    await operator.choose('Create a network')
    await operator.keys(...'my-network', 'tab', 'tab', 'ctrl-u', ...'192.168.10.0/24', 'enter')
  },
  severe: async operator => {
    await operator.keys('5')
    await operator.choose('Remove a service')
    await operator.keys('tab', 'a', 'p')
  },
  run: async (operator, desk) => {
    await ways['plan']?.(operator, desk)
    await operator.confirm()
    desk.tell({ step: 'sending', request })
    desk.tell({ step: 'answered', request, status: 201, id: 'kz3t0vq6h1' })
    await desk.end({ end: 'done', id: 'kz3t0vq6h1', warnings: [] })
  },
}

const sizes = [
  [60, 16],
  [80, 24],
  [120, 40],
  [200, 60],
] as const

const golden = (name: string): string => `./frames/panel-${name}.txt`
const asFile = (rows: readonly string[]): string => `${rows.map(row => row.trimEnd()).join('\n')}\n`

async function at(
  name: string,
  columns: number,
  rows: number,
  of: Snapshot = snapshot,
): Promise<{ operator: Operator; desk: FakeDesk }> {
  const desk = fakeDesk()
  const operator = operatorOf(of, desk, { columns, rows })
  await ways[name]?.(operator, desk)
  return { operator, desk }
}

describe('frames', () => {
  it.each(Object.keys(ways).flatMap(name => sizes.map(([columns, rows]) => [name, columns, rows] as const)))(
    '%s at %ix%i',
    async (name, columns, rows) => {
      const { operator } = await at(name, columns, rows)
      const text = operator.text()
      expect(text).toHaveLength(rows)
      expect(Math.max(...text.map(row => [...row].length))).toBeLessThanOrEqual(columns)
      await expect(asFile(text)).toMatchFileSnapshot(golden(`${name}-${columns}x${rows}`))
      operator.stop()
    },
  )

  it.each(['network', 'severe'])('%s in colour, without, and in ASCII', async name => {
    const { operator } = await at(name, 80, 24)
    const screen = operator.screen()
    for (const color of [true, false]) {
      const styles = screenStyles(screen, createTheme({ color, ascii: false }))
      await expect(asFile(styles)).toMatchFileSnapshot(golden(`${name}-${color ? 'color' : 'monochrome'}`))
    }
    const ascii = screenText(screen, createTheme({ color: false, ascii: true }))
    expect(ascii.join('')).toMatch(/^[ -~]*$/)
    await expect(asFile(ascii)).toMatchFileSnapshot(golden(`${name}-ascii`))
    operator.stop()
  })

  it.each(Object.keys(ways))('%s is drawn anew at every size', async name => {
    const { operator } = await at(name, 80, 24)
    for (const [columns, rows] of [
      [200, 60],
      [60, 16],
      [59, 15],
      [1, 1],
      [80, 24],
    ] as const) {
      operator.resize(columns, rows)
      expect(operator.text().length).toBeLessThanOrEqual(Math.max(1, rows))
    }
    const { operator: fresh } = await at(name, 80, 24)
    expect(operator.text()).toEqual(fresh.text())
    operator.stop()
    fresh.stop()
  })
})

describe('names that are attacks', () => {
  const nasty = '\u001b[2J\u001b]0;pwned\u0007\u202e\u200b\n网络'

  it('never reach the screen as they are', async () => {
    const poison = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(poison)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          typeof inner === 'string' && /^(?:Name|Hostname|name|ifname|Image)$/.test(key)
            ? inner + nasty
            : poison(inner),
        ]),
      )
    }
    const hostile = { ...(poison(snapshot) as Snapshot), takenAt: snapshot.takenAt }
    for (const [columns, rows, view] of [
      [80, 24, 'networks'],
      [130, 30, 'services'],
    ] as const) {
      const operator = operatorOf(hostile, fakeDesk(), { columns, rows, view })
      for (const title of ['Create a service', 'Remove a', 'Connect']) {
        await operator.choose(title)
        for (const key of ['tab', 'enter', 'tab', 'escape', 'escape']) {
          await operator.keys(key)
          const frame = operator.text()
          expect(frame.join('\n')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
          expect(frame).toHaveLength(rows)
        }
      }
      operator.stop()
    }
  }, 60_000)
})
