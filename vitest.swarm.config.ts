import { defineConfig } from 'vitest/config'
import { skipNotes } from './scripts/skip-notes.ts'

/** In a guest: the tests of the swarm. On the host: those of what runs a guest. */
const include = process.env['CNMTOP_GUEST'] ? 'test/swarm/*.test.ts' : 'test/swarm/host/*.test.ts'
/** A guest is slow where other work goes on beside it, and in qemu. */
const patience = Number(process.env['CNMTOP_GUEST_PATIENCE'] ?? 1)
const reportFile = process.env['CNMTOP_TEST_REPORT']

export default defineConfig({
  test: {
    include: [include],
    globalSetup: ['test/support/global-seed.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    testTimeout: 120_000 * patience,
    hookTimeout: 400_000 * patience,
    // One swarm and, in the guest, one processor.
    maxWorkers: 1,
    fileParallelism: false,
    reporters: [
      'default',
      skipNotes,
      ...(reportFile ? [['json', { outputFile: reportFile }] as ['json', object]] : []),
    ],
  },
})
