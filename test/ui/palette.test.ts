import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entry } from '../../src/ui/model/palette/entry.ts'
import { makeIndex, search } from '../../src/ui/model/palette/search.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { userOf } from './user.tsx'

const snapshot = captureSnapshot('docker-26.1-nft', 'node1')
const goal = { command: 'help' } as const

describe('what the palette finds', () => {
  const index = makeIndex([
    entry('rule', '-A INPUT -d 10.0.0.5/32 -j web', 'in lb', goal),
    entry('task', 'my-web.1', '10.0.0.5', goal, true),
    entry('service', 'webserver', '', goal, true),
    entry('service', 'web', '10.0.0.2', goal, true),
  ])
  const names = (query: string): string[] => search(index, query).entries.map(({ name }) => name)

  it('begins with the very name, then its beginning, then the beginning of a word', () => {
    expect(names('web')).toEqual(['web', 'webserver', '-A INPUT -d 10.0.0.5/32 -j web', 'my-web.1'])
  })

  it('holds every word, wherever it stands', () => {
    expect(names('0.5 task')).toEqual(['my-web.1'])
    expect(names('WEB   input')).toEqual(['-A INPUT -d 10.0.0.5/32 -j web'])
    expect(names('zzz')).toEqual([])
  })

  it('may lack letters when it is a name', () => {
    expect(names('wbsrv')).toEqual(['webserver'])
    expect(names('inptweb')).toEqual([])
  })

  it('is everything before anything is typed', () => {
    expect(search(index, ' ')).toMatchObject({ total: 4 })
  })

  it('is the same among what the beginning of it found', () => {
    for (const query of ['web', 'web 0.5', '0.5 task', 'my', 'zzz']) {
      for (let typed = 0; typed <= query.length; typed++) {
        const { matches } = search(index, query.slice(0, typed))
        expect(search(index, query, matches)).toEqual(search(index, query))
      }
    }
  })

  it('never is an entry that lacks a word while there are others', () => {
    const words = fc.array(fc.constantFrom('web', '10.0', 'lb', 'x', '1'), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(words, typed => {
        const { entries, total } = search(index, typed.join(' '))
        expect(entries.length).toBe(total)
        const written = entries.filter(({ text }) => typed.every(word => text.includes(word)))
        expect(entries.slice(0, written.length)).toEqual(written)
      }),
    )
  })
})

describe('the palette', () => {
  it.each([
    ['appnet', '━━ network appnet', 'network'],
    ['4097', '━━ network appnet', 'a VNI'],
    ['ingress_sbox', ' › sandbox ingress_sbox', 'a sandbox'],
    ['view load', 'Load balancing', 'a view'],
  ])('%j leads to %j: %s', (query, shown) => {
    const user = userOf(snapshot, 140, 40, 'overview')
    user.press(':', ...query, 'enter')
    expect(user.text().slice(1, 3).join('\n')).toContain(shown)
    user.stop()
  })

  it('leads to the very rule, interface or address', () => {
    const user = userOf(snapshot, 140, 40, 'overview')
    user.press(':', ...'rule set-xmark 0x104', 'enter')
    expect(user.line('▌')).toBeDefined()
    expect(user.text().find(line => line.includes('▌') && line.includes('--set-xmark 0x104'))).toBeDefined()
    expect(user.text()[1]).toContain(' › namespace ')
    user.press('escape')
    expect(user.text()[1]).toContain(' Overview ')
    user.press(':', ...'vxlan0 in 1-laei', 'enter')
    expect(user.line('▌  vxlan0: flags=')).toBeDefined()
    user.stop()
  })

  it('runs commands', () => {
    const user = userOf(snapshot, 120, 40, 'overview')
    user.press(':', ...'command this help', 'enter')
    expect(user.text()[2]).toContain('━━ Keys')
    user.press(':', ...'command quit', 'enter')
    expect(user.effects).toEqual(['quit 0'])
    user.stop()
  })

  it('takes letters, pastes and keys as text', () => {
    const user = userOf(snapshot, 120, 40, 'overview')
    user.press(':', 'q', '8', '?')
    user.paste('net\n')
    expect(user.text()[3]).toContain(' q8?net █')
    expect(user.line('Nothing is called like that.')).toBeDefined()
    user.press('enter')
    expect(user.text()[2]).toContain('━━ Overview')
    expect(user.effects).toEqual([])
    user.stop()
  })

  it('remembers what led somewhere', () => {
    const user = userOf(snapshot, 120, 40, 'overview')
    user.press(':', ...'appnet', 'enter', ':', ...'gwbridge', 'enter', ':', 'up')
    expect(user.text()[3]).toContain(' gwbridge█')
    user.press('up')
    expect(user.text()[3]).toContain(' appnet█')
    user.press('up', 'backspace', 'down', 'up', 'ctrl-u', 'escape')
    expect(user.text()[2]).toMatch(/━━ network /)
    user.stop()
  })

  it('chooses with the arrows, and shows no row wider than the screen', () => {
    const user = userOf(snapshot, 60, 16, 'overview')
    user.press(':', ...'rule', ...Array.from({ length: 30 }, () => 'down'))
    expect(user.text().at(-1)).toContain('31 of ')
    expect(Math.max(...user.text().map(line => [...line].length))).toBeLessThanOrEqual(60)
    expect(user.line('▌ rule')).toBeDefined()
    user.stop()
  })
})
