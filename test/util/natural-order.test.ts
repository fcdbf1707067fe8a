import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { naturalOrder } from '../../src/util/natural-order.ts'

const collator = new Intl.Collator('en', { numeric: true })

describe('the order of names', () => {
  it('is that of people', () => {
    const names = [
      'web.10',
      'Web.2',
      'web.2',
      'api',
      '10.0.0.10',
      '10.0.0.9',
      'web',
      '網路',
      'éa',
      'eth007',
      'eth7',
      '_x',
    ]
    expect(names.toSorted(naturalOrder)).toEqual(names.toSorted((a, b) => collator.compare(a, b)))
  })

  const characters = [...'abcABC0123459-_.:/ ~!$+<>()é網ü']
  const name = fc.string({ unit: fc.constantFrom(...characters), maxLength: 12 })

  it.each([
    ['alike', fc.tuple(name, name)],
    [
      'with one beginning',
      fc.tuple(name, name, name).map(([start, a, b]) => [start + a, start + b] as const),
    ],
    [
      'of plain ASCII',
      fc.tuple(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'grapheme-ascii' })),
    ],
  ])('is that of the collator for names %s', (_, pairs) => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(Math.sign(naturalOrder(a, b))).toBe(Math.sign(collator.compare(a, b)))
      }),
      { numRuns: 2000 },
    )
  })
})
