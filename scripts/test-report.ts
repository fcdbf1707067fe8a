/** The parts of vitest's JSON report that the summary is made from. */
export type Report = {
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly meta?: { readonly skipped?: string }
    }[]
  }[]
}

export type Summary = {
  /** Everything ran, and all of it passed or was skipped. */
  readonly ok: boolean
  /** Skipped tests by reason, and what went wrong outside a test. */
  readonly lines: string[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The closing line of one or several runs: `12 passed, 0 failed`, and `, 1 skipped` when any were. */
export function closingLine(summaries: readonly Summary[]): string {
  const sum = (of: 'passed' | 'failed' | 'skipped'): number =>
    summaries.reduce((total, summary) => total + summary[of], 0)
  const skipped = sum('skipped')
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * Sums a test run up. A file that failed before its first test (a syntax error, a missing import) counts as one
 * failure, as no test of it shows in the report's counts.
 *
 * @param report undefined when vitest wrote none
 * @param exitCode of vitest: it also tells of errors outside any test
 * @param shortName how a file's absolute path is shown
 */
export function summarise(
  report: Report | undefined,
  exitCode: number,
  shortName: (file: string) => string = file => file,
): Summary {
  if (report === undefined) {
    return {
      ok: false,
      lines: [`vitest wrote no report (exit code ${exitCode})`],
      passed: 0,
      failed: 1,
      skipped: 0,
    }
  }
  const lines: string[] = []
  const broken = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  for (const file of broken) lines.push(`failed outside its tests: ${shortName(file.name)}: ${file.message}`)

  const reasons = new Map<string, number>()
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed' || test.status === 'failed') continue
      const key = `${test.meta?.skipped ?? 'no reason given'} (${shortName(file.name)})`
      reasons.set(key, (reasons.get(key) ?? 0) + 1)
    }
  }
  for (const [reason, count] of reasons) lines.push(`skipped ${count}: ${reason}`)

  const failed = report.numFailedTests + broken.length
  const skipped = report.numTotalTests - report.numPassedTests - report.numFailedTests
  if (report.numTotalTests === 0) lines.push('no test was found')
  if (exitCode !== 0 && failed === 0) lines.push(`vitest ended with exit code ${exitCode}, see above`)
  return {
    ok: exitCode === 0 && failed === 0 && report.numPassedTests > 0,
    lines,
    passed: report.numPassedTests,
    failed,
    skipped,
  }
}
