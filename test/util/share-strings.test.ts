import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shareStrings } from '../../src/util/share-strings.ts'

it('leaves data as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const copy: unknown = structuredClone(value)
      shareStrings(copy, new Map())
      expect(copy).toStrictEqual(value)
    }),
  )
})

it('meets each string once, over all values with one pool', () => {
  const pool = new Map<string, string>()
  shareStrings([{ name: 'eth0', flags: ['UP', 'UP'] }], pool)
  shareStrings({ name: 'eth0', other: { flag: 'UP' } }, pool)
  expect([...pool.keys()].sort()).toEqual(['UP', 'eth0'])
})
