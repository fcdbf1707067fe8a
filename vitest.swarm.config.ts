import { defineConfig } from 'vitest/config'

/** Tests on the host of what runs a guest; those inside a guest are started by scripts/test-swarm.ts. */
export default defineConfig({
  test: { include: ['test/swarm/host/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 1 },
})
