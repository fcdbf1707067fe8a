import { describe, expect, it } from 'vitest'
import { summarise, type Report } from '../../scripts/test-report.ts'

const passing: Report = {
  numTotalTests: 3,
  numPassedTests: 2,
  numFailedTests: 0,
  testResults: [
    {
      name: '/repo/test/a.test.ts',
      status: 'passed',
      message: '',
      assertionResults: [
        { fullName: 'a one', status: 'passed' },
        { fullName: 'a two', status: 'passed' },
        { fullName: 'a three', status: 'skipped', meta: { skipped: 'needs root' } },
      ],
    },
  ],
}

describe('summary of a test run', () => {
  it('counts what the report counts and lists skipped tests with their reason', () => {
    expect(summarise(passing, 0)).toEqual({
      ok: true,
      lines: ['skipped 1: needs root (/repo/test/a.test.ts)'],
      passed: 2,
      failed: 0,
      skipped: 1,
    })
  })

  it('fails without a report', () => {
    expect(summarise(undefined, 1)).toMatchObject({ ok: false, passed: 0, failed: 1, skipped: 0 })
  })

  it('fails when no test was found, or none passed', () => {
    const empty: Report = { numTotalTests: 0, numPassedTests: 0, numFailedTests: 0, testResults: [] }
    expect(summarise(empty, 0)).toMatchObject({ ok: false, passed: 0, failed: 0, skipped: 0 })
    const allSkipped: Report = { ...empty, numTotalTests: 2 }
    expect(summarise(allSkipped, 0)).toMatchObject({ ok: false, passed: 0, failed: 0, skipped: 2 })
  })

  it('counts a file that broke before its first test', () => {
    const broken: Report = {
      ...passing,
      testResults: [
        ...passing.testResults,
        { name: '/repo/test/b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    }
    const summary = summarise(broken, 1)
    expect(summary).toMatchObject({ ok: false, passed: 2, failed: 1, skipped: 1 })
    expect(summary.lines).toContain('failed outside its tests: /repo/test/b.test.ts: no such module')
  })

  it('believes the exit code when the counts look well', () => {
    const summary = summarise(passing, 1)
    expect(summary.ok).toBe(false)
    expect(summary.lines).toContain('vitest ended with exit code 1, see above')
  })
})
