import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseSeed, committedTree, seed } from '../support/seed.ts'

const tree = 'ffffffff9600b49655d92ab3d0d573d423125f5a'

describe('the seed of random tests', () => {
  it('is the one that was asked for', () => {
    expect(chooseSeed({ CNMTOP_SEED: '0', CI: 'true' }, () => tree).seed).toBe(0)
    for (const bad of ['x', '-1', '1.5', '2147483648']) {
      expect(() => chooseSeed({ CNMTOP_SEED: bad }, () => tree)).toThrow('no whole number')
    }
  })

  it('is in CI that of the files under test, and else another one', () => {
    expect(chooseSeed({ CI: 'true' }, () => tree).seed).toBe(0x7fffffff)
    expect(chooseSeed({ CI: 'true' }, () => undefined).seed).toBe(1)
    for (const CI of [undefined, '', 'false']) expect(chooseSeed({ CI }, () => tree).from).toBe('the clock')
    expect(committedTree() ?? tree).toMatch(/^[0-9a-f]{40,}\s?$/)
  })

  it('is the one that fast-check has', () => {
    expect(fc.readConfigureGlobal().seed).toBe(seed)
    expect(seed).toBeGreaterThanOrEqual(0)
  })
})
