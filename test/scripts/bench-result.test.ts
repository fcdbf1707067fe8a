import { describe, expect, it } from 'vitest'
import { median, ms, quantile, table, times } from '../../bench/result.ts'

describe('results of the benchmark', () => {
  it('takes quantiles by nearest rank', () => {
    const samples = [5, 1, 4, 2, 3]
    expect(median(samples)).toBe(3)
    expect(quantile(samples, 0.95)).toBe(5)
    expect(quantile([7], 0.5)).toBe(7)
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })

  it('prints numbers with as many digits as they are worth', () => {
    expect([ms(3.14), ms(24.1), ms(2760.4), times(1.234), times(66.6)]).toEqual([
      '3.1 ms',
      '24 ms',
      '2,760 ms',
      '1.23 ×',
      '67 ×',
    ])
  })

  it('prints a table that says what missed its goal', () => {
    const lines = table([
      { what: 'warm', measured: '24 ms' },
      { what: 'memory', measured: '250 MB', goal: 'under 200 MB', met: false },
    ])
    expect(lines).toBe(
      ['measured  result  goal', 'warm      24 ms', 'memory    250 MB  under 200 MB  MISSED'].join('\n'),
    )
  })
})
