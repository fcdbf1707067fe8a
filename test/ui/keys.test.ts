import { describe, expect, it } from 'vitest'
import { type Binding, bindings, commandFor } from '../../src/ui/model/keymap.ts'
import { rebind } from '../../src/ui/model/rebind.ts'
import { type InkKey, keysOf } from '../../src/ui/model/keys.ts'
import { views } from '../../src/ui/model/views/index.ts'

const none: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
  shift: false,
  meta: false,
}

describe('keys, as useInput of Ink hands them over', () => {
  it.each<[string, Partial<InkKey>, string[]]>([
    ['j', {}, ['j']],
    ['jjj', {}, ['j', 'j', 'j']],
    ['G', { shift: true }, ['G']],
    ['/eth\r', {}, ['/', 'e', 't', 'h', 'enter']],
    ['\x04\x04', {}, ['ctrl-d', 'ctrl-d']],
    ['d', { ctrl: true }, ['ctrl-d']],
    ['', { upArrow: true }, ['up']],
    ['', { pageDown: true }, ['page-down']],
    ['', { tab: true }, ['tab']],
    ['', { tab: true, shift: true }, ['shift-tab']],
    ['', { escape: true }, ['escape']],
    ['j', { meta: true }, ['escape', 'j']],
    ['é网', {}, ['é', '网']],
    ['j', { eventType: 'release' }, []],
  ])('%j %j', (input, key, names) => {
    expect(keysOf(input, { ...none, ...key })).toEqual(names)
  })
})

describe('the table of keys', () => {
  it('has no double and no impossible binding', () => {
    expect(rebind(bindings, {}).problems).toEqual([])
  })

  it('tells what is wrong with a table', () => {
    const table: Binding[] = [
      { command: 'quit', keys: ['q', 'hyper-x'], context: 'global', description: '' },
      { command: 'help', keys: ['q'], context: 'global', description: '' },
      { command: 'close', keys: ['q'], context: 'overlay', description: '' },
    ]
    expect(rebind(table, {}).problems.map(({ command, message }) => `${command}: ${message}`)).toEqual([
      "quit: there is no key 'hyper-x'",
      'quit: q is bound twice in global: quit and help',
    ])
  })

  it('takes other keys, and tells where they do not fit', () => {
    const { table, problems } = rebind(bindings, { global: { refresh: ['R', 'ctrl-r'], freeze: [] } })
    expect(problems).toEqual([])
    expect(commandFor('R', 'pane', table)).toBe('refresh')
    expect(commandFor('r', 'pane', table)).toBeUndefined()
    expect(commandFor('f', 'pane', table)).toBeUndefined()
    const wrong = rebind(bindings, { global: { refresh: ['q'], nonsense: ['x'] }, nowhere: { help: ['x'] } })
    expect(wrong.problems).toMatchObject([
      {
        context: 'global',
        command: 'nonsense',
        message: expect.stringContaining("no command 'nonsense' in global; known: "),
      },
      { context: 'nowhere', message: expect.stringContaining("no context 'nowhere'; known: ") },
      { context: 'global', command: 'refresh', message: 'q is bound twice in global: refresh and quit' },
    ])
  })

  it('has a number for each view but the log of actions, and numbers for nothing else', () => {
    const numbers = bindings.filter(({ keys }) => keys.some(key => /^\d$/.test(key)))
    expect(numbers.map(({ command, keys }) => `${keys.join(' ')} ${command}`)).toEqual(
      views.filter(({ key }) => key !== '@').map(({ id, key }) => `${key} view-${id}`),
    )
    expect(new Set(views.map(({ id }) => id)).size).toBe(views.length)
  })

  it('lets the situation decide', () => {
    expect(commandFor('q', 'pane')).toBe('quit')
    expect(commandFor('q', 'overlay')).toBe('close')
    expect(commandFor('q', 'filter')).toBeUndefined()
    expect(commandFor('ctrl-c', 'filter')).toBe('interrupt')
    expect(commandFor('escape', 'pane')).toBe('back')
    expect(commandFor('8', 'overlay')).toBe('view-namespaces')
    expect(commandFor('8', 'filter')).toBeUndefined()
  })

  it('leaves with Ctrl-C and shows help from everywhere but a filter', () => {
    expect(
      (['pane', 'overlay', 'filter'] as const).map(situation => commandFor('ctrl-c', situation)),
    ).toEqual(['interrupt', 'interrupt', 'interrupt'])
    expect((['pane', 'overlay'] as const).map(situation => commandFor('?', situation))).toEqual([
      'help',
      'help',
    ])
  })
})
