import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.{ts,tsx}'],
    exclude: ['test/swarm/**', '**/node_modules/**'],
    testTimeout: 60_000,
    // Privileged tests build namespaces; two at a time is what the smallest machine carries.
    maxWorkers: 2,
  },
})
