import { defineConfig } from 'vitest/config'
import { skipNotes } from './scripts/skip-notes.ts'

/** Where `npm test` wants the JSON report that it counts from. */
const reportFile = process.env['CNMTOP_TEST_REPORT']

function jsonTo(outputFile: string): ['json', { outputFile: string }] {
  return ['json', { outputFile }]
}

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.{ts,tsx}'],
    exclude: ['test/swarm/**', '**/node_modules/**'],
    globalSetup: ['test/support/build.ts', 'test/support/global-seed.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Privileged tests build namespaces; two at a time is what the smallest machine carries.
    maxWorkers: 2,
    reporters: ['default', skipNotes, ...(reportFile ? [jsonTo(reportFile)] : [])],
  },
})
