import type { Reporter } from 'vitest/node'

/**
 * A vitest reporter that prints nothing: it keeps the note of `context.skip(note)` where the JSON report shows it,
 * beside the reasons that `test/support/needs.ts` gives.
 */
export const skipNotes: Reporter = {
  onTestCaseResult(test) {
    const result = test.result()
    if (result.state === 'skipped' && result.note) Object.assign(test.meta(), { skipped: result.note })
  },
}
