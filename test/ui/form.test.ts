import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOn, numberOf, ON, pairsOf, type Part, rowsOf, textOf } from '../../src/ui/model/form/field.ts'
import { type FormEvent, type FormState, openForm, reduceForm } from '../../src/ui/model/form/form.ts'
import { stopsOf } from '../../src/ui/model/form/stops.ts'
import {
  charactersOf,
  editOf,
  edits,
  insertText,
  plainText,
  type TextEdit,
} from '../../src/ui/model/form/text-edit.ts'
import { splitWords } from '../../src/ui/model/panels/words.ts'
import { sanitise } from '../../src/util/sanitise.ts'

const at = (text: string, cursor: number): TextEdit => ({ text, cursor })

describe('a text with a cursor', () => {
  it.each([
    ['left', at('abc', 1), at('abc', 0)],
    ['left', at('abc', 0), at('abc', 0)],
    ['right', at('abc', 3), at('abc', 3)],
    ['home', at('abc', 2), at('abc', 0)],
    ['end', at('abc', 0), at('abc', 3)],
    ['erase', at('abc', 2), at('ac', 1)],
    ['erase', at('abc', 0), at('abc', 0)],
    ['erase-forward', at('abc', 1), at('ac', 1)],
    ['erase-forward', at('abc', 3), at('abc', 3)],
    ['erase-word', at('one two  ', 9), at('one ', 4)],
    ['erase-word', at('one two', 5), at('one wo', 4)],
    ['erase-all', at('abc', 1), at('', 0)],
    // A letter with its accent, and one of two columns, are one each.
    ['erase', at('e\u0301x', 1), at('x', 0)],
    ['left', at('網路', 2), at('網路', 1)],
  ] as const)('%s in %j', (name, before, after) => {
    expect(edits[name](before)).toEqual(after)
  })

  it.each([
    ['my-network\n', 'my-network'],
    ['a\r\nb', 'a b'],
    ['\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['x\u202ey\u200bz\u0000', 'xyz'],
    ['tab\there', 'tab here'],
    ['\u0007', ''],
  ])('takes %j as %j', (typed, taken) => {
    expect(plainText(typed)).toBe(taken)
    expect(insertText(at('<>', 1), typed).text).toBe(`<${taken}>`)
  })

  it('never holds what a terminal could take for a command, and its cursor is in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    const step = fc.oneof(
      text.map(typed => (edit: TextEdit) => insertText(edit, typed)),
      fc.constantFrom(...Object.values(edits)).map(by => (edit: TextEdit) => by(edit)),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), steps => {
        const edit = steps.reduce((now, by) => by(now), editOf(''))
        // oxlint-disable-next-line no-control-regex -- That is what must not be there.
        expect(edit.text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        expect(edit.cursor).toBeGreaterThanOrEqual(0)
        expect(edit.cursor).toBeLessThanOrEqual(charactersOf(edit.text).length)
        expect([...sanitise(edit.text)].length).toBeLessThan(10_000)
      }),
    )
  })
})

const colour: Part = {
  path: 'colour',
  label: 'Colour',
  help: '',
  input: { kind: 'choice', options: ['red', 'green', 'grey'].map(value => ({ value, label: value })) },
}
const parts: readonly Part[] = [
  { path: 'name', label: 'Name', help: '', input: { kind: 'text' } },
  { path: 'count', label: 'Count', help: '', input: { kind: 'number' } },
  colour,
  { path: 'big', label: 'Big', help: '', input: { kind: 'toggle' } },
  {
    path: 'ports',
    singular: 'port',
    help: '',
    fields: [
      { path: row => `ports.${row}.from`, label: 'From', help: '', input: { kind: 'number' } },
      { path: row => `ports.${row}.to`, label: 'To', help: '', input: { kind: 'number' } },
    ],
  },
]

const fresh = openForm(
  'test',
  { texts: { colour: 'red' }, rows: {} },
  { colour: 'the usual one' },
  () => parts,
)

function after(form: FormState, ...events: FormEvent[]): FormState {
  return events.reduce((now, event) => reduceForm(now, event, () => parts), form)
}

const next: FormEvent = { type: 'move', by: 1 }
const type = (text: string): FormEvent => ({ type: 'type', text })
const toEnd = [next, next, next, next]

describe('a form', () => {
  it('goes round its fields, its lists and its buttons, and back', () => {
    const seen = [fresh.focus]
    for (let form = after(fresh, next); form.focus !== fresh.focus; form = after(form, next))
      seen.push(form.focus)
    expect(seen).toEqual(['name', 'count', 'colour', 'big', '+ports', 'plan', 'cancel'])
    expect(after(fresh, { type: 'move', by: -1 }).focus).toBe('cancel')
  })

  it('takes letters where something is written, with the cursor where it is', () => {
    const form = after(fresh, ...[...'wb'].map(type), { type: 'edit', edit: 'left' }, type('e'))
    expect(form.values.texts['name']).toBe('web')
    expect(form.cursor).toBe(2)
    expect(form.touched).toEqual(['name'])
  })

  it('writes over what a field begins with, unless it is changed, or come back to', () => {
    const begun = openForm('test', { texts: { name: 'old' }, rows: {} }, {}, () => parts)
    expect(after(begun, type('n'), type('ew')).values.texts['name']).toBe('new')
    expect(after(begun, { type: 'paste', text: 'new' }).values.texts['name']).toBe('new')
    expect(after(begun, { type: 'edit', edit: 'end' }, type('er')).values.texts['name']).toBe('older')
    expect(after(begun, { type: 'edit', edit: 'erase' }, type('e')).values.texts['name']).toBe('ole')
    expect(after(begun, next, { type: 'move', by: -1 }, type('er')).values.texts['name']).toBe('older')
  })

  it('flips a toggle by a blank, and finds a choice by a blank, a letter or an arrow', () => {
    const choice = after(fresh, next, next)
    expect(after(choice, type(' ')).values.texts['colour']).toBe('green')
    expect(after(choice, type('g')).values.texts['colour']).toBe('green')
    expect(after(choice, type('g'), type('g')).values.texts['colour']).toBe('grey')
    expect(after(choice, { type: 'edit', edit: 'left' }).values.texts['colour']).toBe('grey')
    expect(after(choice, type('x')).values.texts['colour']).toBe('red')
    const toggle = after(choice, next)
    expect(isOn(after(toggle, type(' ')).values, 'big')).toBe(true)
    expect(after(toggle, type(' '), type(' ')).values.texts['big']).toBe('')
    expect(ON).toBe('yes')
  })

  it('takes what is pasted as text, and only where something is written', () => {
    expect(after(fresh, { type: 'paste', text: 'a\nb\r' }).values.texts['name']).toBe('a b')
    const choice = after(fresh, next, next)
    expect(after(choice, { type: 'paste', text: 'green' })).toBe(choice)
  })

  it('tells of a default until it is changed', () => {
    expect(fresh.notes).toHaveProperty('colour')
    expect(after(fresh, next, next, type(' ')).notes).toEqual({})
  })

  it('gets rows and loses them, and those below move up', () => {
    const one = after(fresh, ...toEnd, { type: 'add-row' }, type('1'), next, type('2'))
    const two = after(one, next, { type: 'add-row' }, type('3'), next, type('4'))
    const read = (form: FormState): unknown =>
      rowsOf(form.values, 'ports', row => [
        numberOf(form.values, `ports.${row}.from`),
        numberOf(form.values, `ports.${row}.to`),
      ])
    expect(read(two)).toEqual([
      [1, 2],
      [3, 4],
    ])
    const first = after(two, { type: 'move', by: -1 }, { type: 'move', by: -1 })
    expect(first.focus).toBe('ports.0.to')
    const removed = after(first, { type: 'remove-row' })
    expect(read(removed)).toEqual([[3, 4]])
    expect(removed.focus).toBe('ports.0.to')
    const none = after(removed, { type: 'remove-row' })
    expect(read(none)).toEqual([])
    expect(none.focus).toBe('+ports')
    expect(after(none, { type: 'remove-row' })).toBe(none)
  })

  it('has its cursor on something that is there, whatever is pressed', () => {
    const event = fc.oneof(
      fc.constantFrom<FormEvent>(next, { type: 'move', by: -1 }, { type: 'add-row' }, { type: 'remove-row' }),
      fc
        .constantFrom(...(Object.keys(edits) as (keyof typeof edits)[]))
        .map((edit): FormEvent => ({ type: 'edit', edit })),
      fc.string({ maxLength: 3 }).map(type),
      fc.string({ maxLength: 9 }).map((text): FormEvent => ({ type: 'paste', text })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), events => {
        const form = after(fresh, ...events)
        const stops = stopsOf(parts, form.values)
        expect(stops.map(({ id }) => id)).toContain(form.focus)
        const rows = form.values.rows['ports'] ?? 0
        const paths = Object.keys(form.values.texts).filter(path => path.startsWith('ports.'))
        expect(paths.every(path => Number(path.split('.')[1]) < rows)).toBe(true)
      }),
    )
  })
})

describe('what a form is read as', () => {
  const values = {
    texts: { 'labels.0': 'a=b=c', 'labels.1': 'flag', 'labels.2': '', n: ' 12 ', x: '1e3', y: '-1' },
    rows: { labels: 3 },
  }
  it('has pairs, numbers and texts', () => {
    expect(pairsOf(values, 'labels')).toEqual({ a: 'b=c', flag: '' })
    expect([numberOf(values, 'n'), numberOf(values, 'x'), numberOf(values, 'y')]).toEqual([
      12,
      undefined,
      undefined,
    ])
    expect(textOf(values, 'n')).toBe('12')
  })

  it.each([
    ['', []],
    ['sleep 5', ['sleep', '5']],
    [`sh -c 'echo "a b"; id'`, ['sh', '-c', 'echo "a b"; id']],
    [String.raw`a\ b "c \"d\"" e''f`, ['a b', 'c "d"', 'ef']],
    [`--name='x y'`, ['--name=x y']],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })
})
